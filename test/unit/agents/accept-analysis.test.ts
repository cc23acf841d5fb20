import { expect, test } from 'vitest';
import { acceptAnalysis, reasonOf } from '../../../src/agents/accept-analysis.ts';
import { createEvidenceLog } from '../../../src/agents/evidence.ts';
import type { AnalyzerReport } from '../../../src/agents/reports.ts';
import { aFinding, NOW_MS } from './builders.ts';

type Entry = AnalyzerReport['findings'][number];
const entry = (overrides: Partial<Entry> = {}): Entry => ({
  finding: 'f1',
  object: { kind: 'Deployment', namespace: 'payments', name: 'checkout-api' },
  reason: 'CrashLoop',
  title: 'crashes at start',
  impact: 'critical',
  onset: null,
  cause: 'The database refuses connections.',
  confidence: 'High',
  evidence: [{ id: 'e2', quote: 'dial tcp: connection refused' }],
  nextSteps: ['kubectl -n payments logs deploy/checkout-api', 'two', 'three', 'four'],
  notChecked: [],
  ...overrides,
});

function accept(entries: readonly Entry[], gaps: Parameters<typeof acceptAnalysis>[1]['gaps'] = [], alreadyTaken = 0) {
  const evidence = createEvidenceLog([aFinding()]);
  evidence.add({
    source: 'k8s_logs payments/checkout-api-1',
    text: 'dial tcp: connection refused',
    tool: 'k8s_logs',
    isError: false,
  });
  evidence.add({
    source: 'k8s_logs search/index-0',
    text: 'heap usage 97% of index-0, error: allocation failed',
    tool: 'k8s_logs',
    isError: false,
  });
  let last = 1;
  return acceptAnalysis(
    { findings: [...entries], notChecked: ['metrics: no Prometheus'] },
    {
      agent: 'k8s-analyzer',
      alreadyTaken,
      known: [aFinding()],
      evidence,
      gaps,
      nowMs: NOW_MS,
      nextFindingId: () => `f${(last += 1)}`,
      objectFacts: () => undefined,
    },
  );
}

test('an explanation of a listed finding keeps what was proven', () => {
  const { analyses, findings, verified } = accept([entry()]);
  expect(findings).toEqual([]);
  expect(analyses).toMatchObject([
    {
      findingId: 'f1',
      confidence: 'High',
      evidence: [{ id: 'e2', quote: 'dial tcp: connection refused' }],
      notChecked: ['metrics: no Prometheus'],
    },
  ]);
  expect(analyses[0]?.nextSteps).toHaveLength(3);
  expect(verified).toHaveLength(1);
});

test('a quote that does not stand where it says leaves the cause inconclusive', () => {
  const { analyses } = accept([entry({ evidence: [{ id: 'e2', quote: 'out of memory: killed process' }] })]);
  expect(analyses).toMatchObject([{ confidence: 'Inconclusive', evidence: [] }]);
});

test('a relevant gap caps the confidence and is named', () => {
  const { analyses } = accept(
    [entry()],
    [{ resource: 'Pod', namespace: 'payments', cause: 'forbidden', detail: 'needs list pods' }],
  );
  expect(analyses).toMatchObject([
    { confidence: 'Medium', notChecked: ['metrics: no Prometheus', 'Pod in payments: needs list pods'] },
  ]);
});

test('the same problem without its id is not a second finding', () => {
  const { analyses, findings } = accept([entry({ finding: null, reason: 'OOMKilled' })]);
  expect(findings).toEqual([]);
  expect(analyses[0]?.findingId).toBe('f1');
});

test('a problem of its own becomes a finding, verified or not', () => {
  const object = { kind: 'StatefulSet', namespace: 'search', name: 'index' };
  const { analyses, findings } = accept([
    entry({
      finding: null,
      object,
      reason: 'HighMemory',
      onset: '2026-11-21T17:30:00Z',
      evidence: [{ id: 'e3', quote: 'error: allocation failed' }],
    }),
    entry({
      finding: null,
      object: { ...object, name: 'other' },
      reason: 'HighMemory',
      evidence: [],
      onset: '2027-01-01T00:00:00Z',
    }),
  ]);
  expect(findings).toMatchObject([
    {
      id: 'f2',
      origin: 'agent',
      check: 'k8s-analyzer',
      family: 'other',
      reason: 'Other:high-memory',
      verified: true,
      onsetAtMs: Date.UTC(2026, 10, 21, 17, 30),
      object: { apiVersion: 'apps/v1' },
      owner: { kind: 'StatefulSet', namespace: 'search', name: 'index' },
    },
    { id: 'f3', verified: false, onsetAtMs: NOW_MS },
  ]);
  expect(analyses.map(({ findingId, confidence }) => [findingId, confidence])).toEqual([
    ['f2', 'High'],
    ['f3', 'Inconclusive'],
  ]);
});

const HEAP = [{ id: 'e3', quote: 'error: allocation failed' }];
test.each([
  { kind: 'StatefulSet', name: 'index', evidence: HEAP, verified: true },
  { kind: 'Pod', name: 'index-0', evidence: HEAP, verified: true },
  { kind: 'Deployment', name: 'index-builder', evidence: HEAP, verified: false },
  { kind: 'Pod', name: 'index-1', evidence: HEAP, verified: false },
  { kind: 'Deployment', name: 'dex', evidence: HEAP, verified: false },
  {
    kind: 'Deployment',
    name: 'wiki',
    evidence: [{ id: 'e2', quote: 'dial tcp: connection refused' }],
    verified: false,
  },
  {
    kind: 'Deployment',
    name: 'checkout-api',
    evidence: [{ id: 'e2', quote: 'dial tcp: connection refused' }],
    verified: true,
  },
])('a quote proves something about $kind $name of an agent alone: $verified', ({ kind, name, evidence, verified }) => {
  const { findings, analyses } = accept([
    entry({ finding: null, reason: 'SlowQueries', object: { kind, namespace: 'search', name }, evidence }),
  ]);
  expect(findings).toMatchObject([{ verified }]);
  expect(analyses[0]?.evidence).toHaveLength(verified ? 1 : 0);
  expect(analyses[0]?.confidence).toBe(verified ? 'High' : 'Inconclusive');
});

const ownOf = (name: string, impact: Entry['impact']): Entry =>
  entry({ finding: null, reason: 'SlowQueries', object: { kind: 'Deployment', namespace: 'web', name }, impact });
test.each<[what: string, own: Entry[], alreadyTaken: number, taken: string[], notTaken: string | undefined]>([
  ['five', ['a', 'b', 'c', 'd', 'e'].map((name) => ownOf(name, 'error')), 0, ['a', 'b', 'c', 'd', 'e'], undefined],
  [
    'the worst of seven',
    [
      ...['a', 'b', 'c'].map((name) => ownOf(name, 'info')),
      ...['d', 'e', 'f'].map((name) => ownOf(name, 'warning')),
      ownOf('g', 'critical'),
    ],
    0,
    ['a', 'd', 'e', 'f', 'g'],
    '2 more findings of this agent were not taken: at most 5 a cycle',
  ],
  [
    'what is left of five',
    [ownOf('a', 'error'), ownOf('b', 'critical')],
    4,
    ['b'],
    '1 more finding of this agent was not taken: at most 5 a cycle',
  ],
  [
    'none when five were taken before',
    [ownOf('a', 'critical')],
    5,
    [],
    '1 more finding of this agent was not taken: at most 5 a cycle',
  ],
  ['one problem once', Array.from({ length: 9 }, () => ownOf('a', 'error')), 4, ['a'], undefined],
])("of an agent's own findings are taken: %s", (_, own, alreadyTaken, taken, notTaken) => {
  const accepted = accept([...own, entry()], [], alreadyTaken);
  expect(accepted.findings.map(({ object }) => object.name)).toEqual(taken);
  expect(accepted.notTaken).toBe(notTaken);
  const explained = accepted.analyses.at(-1);
  expect(explained?.findingId).toBe('f1');
  expect(explained?.notChecked).toEqual(['metrics: no Prometheus', ...(notTaken === undefined ? [] : [notTaken])]);
});

test.each([
  { reason: 'CrashLoop', expected: { family: 'workload', reason: 'CrashLoop' } },
  { reason: 'nodenotready', expected: { family: 'node', reason: 'NodeNotReady' } },
  { reason: 'SlowQueries', expected: { family: 'other', reason: 'Other:slow-queries' } },
  { reason: 'Other:slow-queries', expected: { family: 'other', reason: 'Other:slow-queries' } },
  { reason: '<!channel>', expected: { family: 'other', reason: 'Other:channel' } },
  { reason: '???', expected: { family: 'other', reason: 'Other:unnamed' } },
])('$reason is $expected.reason', ({ reason, expected }) => {
  expect(reasonOf(reason)).toEqual(expected);
});
