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

/** No text of these tests names a channel. */
const ANY = (): readonly string[] => [];

test('a P0 or P1 service that nothing answers to is named with its line; lower tiers are nobody’s alarm', () => {
  const warnings = createCompare(silentLog, ANY)(definitions, whole(), 'all');

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
  expect(createCompare(silentLog, ANY)(definitions, snapshot, due)).toEqual([]);
});

test('the log says it once for each set of names', () => {
  const lines: string[] = [];
  const compare = createCompare({ ...silentLog, info: (message) => void lines.push(message) }, ANY);

  for (const snapshot of [whole(), whole(), whole({ objects: emptySnapshot().objects })])
    compare(definitions, snapshot, 'all');

  expect(lines).toHaveLength(2);
});

test('a known issue whose names nothing answers to is named with its line; one that exists, or names none, is not', () => {
  const issues = emptyDefinitions({
    knownIssues: [anIssue('web/gone'), anIssue('web/gone'), anIssue('payments/api', 'web/gone'), anIssue()],
  });

  expect(createCompare(silentLog, ANY)(issues, whole(), 'all')).toEqual([
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
  const compare = createCompare({ ...silentLog, info: (message) => void lines.push(message) }, ANY);

  for (const revision of ['a', 'a', 'b']) compare({ ...definitions, revision }, whole(), 'all');

  expect(lines).toHaveLength(2);
});

test('a channel that the settings do not allow is named with its line, in the log once, until they do', () => {
  const route = { file: 'CLAUDE.md', line: 9, text: '', severity: undefined, name: undefined };
  const routes = emptyDefinitions({
    channels: [
      { ...route, channel: '#payments' },
      { ...route, channel: '#payments', severity: 'SEV-2' },
      { ...route, line: 8, channel: '#alerts' },
    ],
  });
  const lines: string[] = [];
  let allowed = ['#alerts'];
  const compare = createCompare({ ...silentLog, warn: (message) => void lines.push(message) }, () => allowed);
  const said = [1, 2].map(() => compare(routes, whole(), 'all'));

  expect(said[1]).toEqual(said[0]);
  expect(said[0]).toMatchObject([
    {
      file: 'CLAUDE.md',
      line: 9,
      code: 'channel-not-allowed',
      message: expect.stringContaining('#payments is not among'),
    },
  ]);
  expect(lines).toEqual(['channels of the text are not allowed']);
  allowed = ['#alerts', 'payments'];
  expect(compare(routes, whole(), 'all')).toEqual([]);
  expect(compare(routes, whole(), 'patrol')).toEqual([]);
});
