import { readdirSync, readFileSync } from 'node:fs';
import { runInput } from './run-jq.ts';
import { expect, test } from 'vitest';
import { REASONS } from '../../../src/domain/finding.ts';
import { inspectDefinitions } from '../../../src/definitions/assemble.ts';
import { holdFor, tierOf } from '../../../src/definitions/matching.ts';
import { sectionsFor } from '../../../src/definitions/sections.ts';
import { aTarget, settings, sundayAt } from './fixtures.ts';

const folder = new URL('../../../agents/', import.meta.url);
const files = new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))]));
const { definitions } = inspectDefinitions(files, settings);
const tokens = (bytes: number): number => Math.ceil(bytes / 3.5);

test('the shipped files are read whole, with nothing to remark', () => {
  expect(definitions.warnings).toEqual([]);
  expect(definitions.agents.map(({ name, role }) => [name, role])).toEqual([
    ['escalation-manager', 'escalation'],
    ['github-reviewer', 'correlator'],
    ['k8s-analyzer', 'analyzer'],
    ['slack-notifier', 'notifier'],
  ]);
  expect(definitions.read.filter(({ file }) => file !== 'CLAUDE.md')).toEqual([]);
});

test('they keep a quiet cycle cheap', () => {
  expect(tokens(files.get('CLAUDE.md')?.length ?? Infinity)).toBeLessThanOrEqual(1_800);
  for (const agent of definitions.agents) expect(tokens(Buffer.byteLength(agent.body))).toBeLessThanOrEqual(1_200);
});

test('code holds what they say about the example services', () => {
  expect(tierOf(aTarget('payments/checkout-api'), definitions)).toBe('P0');
  expect(tierOf(aTarget('web/storefront'), definitions)).toBe('P1');
  expect(holdFor(aTarget('databases/reporting-db'), definitions, sundayAt(2, 10))?.kind).toBe('known-issue');
  expect(holdFor(aTarget('databases/reporting-db'), definitions, sundayAt(3, 5))).toBeUndefined();
  expect(definitions.channels.map(({ channel, severity }) => `${severity} ${channel}`)).toEqual([
    'SEV-1 #critical-alerts',
    'SEV-2 #critical-alerts',
    'SEV-3 #alerts',
  ]);
});

test('the analyzer gets the tiers, the known issues and what names it or its objects, and not the rest', () => {
  const text = sectionsFor(definitions.orchestrator?.text ?? '', 'k8s-analyzer', [aTarget('payments/checkout-api')]);

  expect(text).toContain('### P0: business critical');
  expect(text).toContain('## Known issues');
  expect(text).toContain('## Contacts');
  expect(text).not.toContain('## Severity policy');
  expect(text).not.toContain('## Change log');
});

test.each(
  [...files].flatMap(([name, bytes]) =>
    [...new TextDecoder().decode(bytes).matchAll(/\| jq '([^']+)'/g)].map((match) => [name, match[1] ?? ''] as const),
  ),
)('a jq program of %s runs on what the API server answers: %s', async (_, program) => {
  const pod = {
    metadata: { namespace: 'web', name: 'api-1', generation: 3 },
    status: {
      containerStatuses: [
        {
          name: 'api',
          ready: true,
          restartCount: 2,
          lastState: { terminated: { reason: 'OOMKilled', finishedAt: '2026-11-21T00:00:00Z' } },
        },
      ],
    },
    spec: { template: { spec: { containers: [{ image: 'docker.io/api:1', resources: {} }] } } },
  };
  const isOneObject = program.startsWith('{');

  expect(await runInput(isOneObject ? pod : { items: [pod] }, program)).toContain(
    isOneObject ? 'docker.io/api:1' : 'web/api-1',
  );
});

test('the analyzer is told only of reasons that exist', () => {
  const text = readFileSync(new URL('../../../agents/k8s-analyzer.md', import.meta.url), 'utf8');
  const [, rows = ''] = /\| Reason \|[^\n]*\n\|[ -|]*\n((?:\|[^\n]*\n)+)/.exec(text) ?? [];
  const told = rows.split('\n').flatMap((row) => (row.split('|')[1] ?? '').split(',').map((reason) => reason.trim()));
  const known: readonly string[] = Object.values(REASONS).flat();

  expect(told.filter((reason) => reason !== '').length).toBeGreaterThan(15);
  expect(told.filter((reason) => reason !== '' && !known.includes(reason))).toEqual([]);
});
