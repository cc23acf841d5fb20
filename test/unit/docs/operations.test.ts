import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { CycleReport } from '../../../src/domain/report.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { sourceFiles } from '../../builders/imports.ts';
import { codeIn, tableOf, textOf } from '../../builders/markdown.ts';

const DOCUMENT = textOf('docs/operations.md');
const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url));

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

test('every metric stands in docs/operations.md with its type, labels and meaning, and nothing else does', async () => {
  const documented = tableOf(DOCUMENT, 'metric').map(([name = '', type = '', labels = '', help = '']) => ({
    name: codeIn(name)[0] ?? '',
    type,
    labels: codeIn(labels),
    help,
  }));

  expect(documented).toEqual(metricsIn(await everyMetricOnce()));
});

test('the suggested alerts ask for metrics that exist', async () => {
  const names = new Set(metricsIn(await everyMetricOnce()).map(({ name }) => name));
  const asked = tableOf(DOCUMENT, 'alert').flatMap(([, expression = '']) => expression.match(/k8s_monitor_\w+/g) ?? []);

  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
});

test('every warning and error of the log stands in docs/operations.md at its level, and none that is not logged', () => {
  const documented = tableOf(DOCUMENT, 'message')
    .filter(([, level]) => level === 'warn' || level === 'error')
    .map(([message = '', level = '']) => `${level} ${codeIn(message)[0] ?? ''}`);
  const logged = sourceFiles()
    .filter((file) => !file.startsWith('demo/'))
    .flatMap((file) => [...readFileSync(SOURCE + file, 'utf8').matchAll(/[lL]og\.(warn|error)\(\s*['`]([^'`]+)/g)])
    .map(([, level = '', message = '']) => `${level} ${message}`);

  expect(documented.toSorted()).toEqual([...new Set(logged)].toSorted());
});

/** Every method called once, so that every label appears. */
async function everyMetricOnce(): Promise<string> {
  const metrics = createMetrics({ version: '0.0.0', processMetrics: false });
  metrics.cycleFinished(REPORT);
  metrics.cycleFailed('patrol');
  const usage = { calls: 1, inputTokens: 1, outputTokens: 1, cacheReadTokens: 1, cacheWriteTokens: 1, costUsd: 1 };
  metrics.modelCall({ model: 'm', status: 'ok', ms: 1, usage });
  metrics.clusterRequest({ resource: 'Pod', status: '200', ms: 1 });
  metrics.delivery({ leg: 'slack', operation: 'card', result: 'posted' });
  metrics.outbox({ pending: 0, sending: 0, parked: 0, oldestAgeSeconds: 0 });
  metrics.definitionsPinned({ revision: 'r', files: [], warnings: [] });
  metrics.policyReload({ result: 'accepted', ms: 1 });
  for (const config of ['config', 'storm'])
    metrics.settingsReload({ config, result: 'success', durationMs: 1, sha256: 'h' });
  const reload = { mount: 'agents', kind: 'reload', accepted: true, refused: true, hash: 'h' } as const;
  metrics.mountReload({ ...reload, files: ['a.md'], ms: 1, atMs: 1 });
  const change = { kind: 'widened', about: 'tools', file: 'a.md', words: '' } as const;
  metrics.verdicts([{ component: 'definitions', file: 'a.md', outcome: 'accepted', changes: [change] }], false);
  metrics.auditRows('sent', 1);
  metrics.auditBuffered(0);
  return metrics.text();
}

function metricsIn(exposition: string): readonly Metric[] {
  return [...exposition.matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)$/gm)].map(
    ([, name = '', help = '', type = '']) => {
      const sample = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(exposition)?.[1] ?? '';
      const labels = [...sample.matchAll(/(\w+)="/g)].map((match) => match[1] ?? '').filter((label) => label !== 'le');
      return { name, type, labels: labels.toSorted(), help };
    },
  );
}

const REPORT = {
  cycle: {
    id: 'c',
    trigger: 'patrol',
    startedAt: '2026-11-22T02:10:00Z',
    endedAt: '2026-11-22T02:10:01Z',
    revision: 'r',
  },
  stages: [{ name: 'observe', ms: 1, status: 'ok' }],
  gaps: [{ resource: 'Pod', cause: 'forbidden', detail: '' }],
  findings: [{ origin: 'check', family: 'crash', floor: 'SEV-1' }],
  checks: [{ evaluated: 'yes' }],
  incidents: [{ state: 'open', severity: 'SEV-1' }],
  decisions: [{ told: true, reason: 'first-seen' }],
  agents: [{ name: 'a', role: 'analyzer', status: 'reported' }],
} as unknown as CycleReport;
