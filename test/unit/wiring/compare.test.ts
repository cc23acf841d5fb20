import { expect, test } from 'vitest';
import type { KnownIssue, TierEntry } from '../../../src/domain/definitions.ts';
import type { KindName, Snapshot } from '../../../src/domain/snapshot.ts';
import { silentLog } from '../../../src/log.ts';
import { createCompare } from '../../../src/wiring/compare.ts';
import { emptyDefinitions, emptySnapshot } from '../../builders/cycle.ts';
import { aDeployment } from '../../builders/kubernetes.ts';

const KINDS: readonly KindName[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'Pod',
  'Service',
  'Node',
];

function aTier(tier: TierEntry['tier'], namespace: string, name: string): TierEntry {
  return { tier, namespace, name, file: 'CLAUDE.md', line: 7, text: `- ${namespace}/${name}` };
}

function anIssue(...names: readonly string[]): KnownIssue {
  return {
    file: 'CLAUDE.md',
    line: 20,
    text: names.join(),
    names: names.map((name) => ({ namespace: name.split('/')[0] ?? '', name: name.split('/')[1] ?? '' })),
    words: [],
    window: undefined,
    untilMs: undefined,
    reason: undefined,
    silences: true,
  };
}

const definitions = emptyDefinitions({
  tiers: [aTier('P0', 'payments', 'api'), aTier('P1', 'web', 'gone'), aTier('P2', 'x', 'also-gone')],
});

function whole(changes: Partial<Snapshot> = {}): Snapshot {
  const { objects } = emptySnapshot();
  return emptySnapshot({
    read: KINDS,
    objects: { ...objects, Deployment: [aDeployment({ meta: { namespace: 'payments', name: 'api' } })] },
    ...changes,
  });
}

test('a P0 or P1 service that nothing answers to is named with its line; lower tiers are nobody’s alarm', () => {
  const warnings = createCompare(silentLog)(definitions, whole(), 'all');

  expect(warnings).toEqual([
    {
      file: 'CLAUDE.md',
      line: 7,
      code: 'service-not-found',
      outcome: 'accepted',
      message: 'P1 service web/gone matches nothing in the cluster: is it deleted, or misspelt?',
    },
  ]);
});

test.each([
  ['a patrol reads only some kinds', whole(), 'patrol'],
  [
    'a kind that could not be read may hold it',
    whole({ gaps: [{ resource: 'StatefulSet', cause: 'forbidden', detail: '' }] }),
    'all',
  ],
  ['a kind that was not asked for may hold it', whole({ read: ['Deployment'] }), 'all'],
  ['namespaces out of scope may hold it', whole({ includedNamespaces: ['payments'] }), 'all'],
] as const)('%s: nothing is said', (_why, snapshot, due) => {
  expect(createCompare(silentLog)(definitions, snapshot, due)).toEqual([]);
});

test('the log says it once for each set of names', () => {
  const lines: string[] = [];
  const compare = createCompare({ ...silentLog, info: (message) => void lines.push(message) });

  for (const snapshot of [whole(), whole(), whole({ objects: emptySnapshot().objects })])
    compare(definitions, snapshot, 'all');

  expect(lines).toHaveLength(2);
});

test('a known issue whose names nothing answers to is named with its line; one that exists, or names none, is not', () => {
  const issues = emptyDefinitions({
    knownIssues: [anIssue('web/gone'), anIssue('web/gone'), anIssue('payments/api', 'web/gone'), anIssue()],
  });

  expect(createCompare(silentLog)(issues, whole(), 'all')).toEqual([
    {
      file: 'CLAUDE.md',
      line: 20,
      code: 'known-issue-not-found',
      outcome: 'accepted',
      message: 'the known issue of web/gone matches nothing in the cluster: is it deleted, or misspelt?',
    },
  ]);
});

test('the log says it again for a new revision', () => {
  const lines: string[] = [];
  const compare = createCompare({ ...silentLog, info: (message) => void lines.push(message) });

  for (const revision of ['a', 'a', 'b']) compare({ ...definitions, revision }, whole(), 'all');

  expect(lines).toHaveLength(2);
});
