import { expect, test } from 'vitest';
import {
  aFinding,
  aMonitor,
  anOutcome,
  cardOfOutcome,
  MINUTE_MS,
  MORNING_MS,
  reasonsOf,
  shapesOf,
} from './builders.ts';

const node = aFinding({
  id: 'f1',
  check: 'node-not-ready',
  family: 'node',
  reason: 'NodeNotReady',
  owner: { kind: 'Node', namespace: '', name: 'worker-1' },
  object: { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'worker-1' },
  title: 'not ready for 4 minutes',
});
const workload = aFinding({ id: 'f2', title: '0 of 3 replicas ready' });
const symptom = { ...workload, attachedTo: 'f1' };
const service = aFinding({
  id: 'f3',
  check: 'no-endpoints',
  family: 'network',
  reason: 'NoEndpoints',
  owner: { kind: 'Service', namespace: 'payments', name: 'api' },
  object: { apiVersion: 'v1', kind: 'Service', namespace: 'payments', name: 'api' },
  attachedTo: 'f2',
});
const outcomes = [anOutcome(), anOutcome({ id: 'node-not-ready', family: 'node' }), anOutcome({ id: 'no-endpoints' })];

test('symptoms, also those of symptoms, open no incident and stand on the card of their root', () => {
  const outcome = aMonitor().pass({ findings: [node, symptom, service], outcomes });

  expect(outcome.incidents.map(({ owner }) => owner.name)).toEqual(['worker-1']);
  expect(cardOfOutcome(outcome).attached).toEqual([
    'Deployment payments/api: 0 of 3 replicas ready',
    'Service payments/api: container api restarts again and again',
  ]);
});

test('a cause is as bad as the worst that it takes down', () => {
  const outcome = aMonitor().pass({
    findings: [
      { ...node, floor: 'SEV-3' },
      { ...symptom, floor: 'SEV-1' },
    ],
    outcomes,
  });

  expect(outcome.incidents).toMatchObject([{ severity: 'SEV-1' }]);
});

test.each([
  { what: 'a cause that is not in this cycle', findings: [symptom] },
  { what: 'a circle', findings: [{ ...node, attachedTo: 'f2' }, symptom] },
])('$what leaves nothing unseen', ({ findings }) => {
  expect(aMonitor().pass({ findings, outcomes }).incidents.length).toBe(findings.length);
});

test('a finding attached within its own incident is part of it', () => {
  const other = aFinding({ id: 'f4', reason: 'ReplicasShort', attachedTo: 'f2' });
  const outcome = aMonitor().pass({ findings: [workload, other], outcomes });

  expect(outcome.incidents).toMatchObject([{ findings: [{ reason: 'CrashLoop' }, { reason: 'ReplicasShort' }] }]);
  expect(cardOfOutcome(outcome).attached).toEqual([]);
});

function joined() {
  const monitor = aMonitor();
  monitor.pass({ findings: [workload], outcomes });
  const outcome = monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, findings: [node, symptom], outcomes });
  const cause = outcome.incidents.find(({ family }) => family === 'node');
  return { monitor, outcome, cause };
}

test("when the cause appears later, the symptom's message says whose part it is, and only the cause is told", () => {
  const { outcome, cause } = joined();

  expect(reasonsOf(outcome)).toEqual(['told first-seen', 'silent grouped']);
  expect(shapesOf(outcome)).toEqual(['card open', 'evidence', 'card part-of']);
  expect(outcome.notices.at(-1)?.content).toMatchObject({ card: { lead: `Part of ${cause?.id}.` } });
});

test('when the cause goes and the symptom stays, it is told as first-seen', () => {
  const { monitor } = joined();
  const alone = monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS, findings: [workload], outcomes });

  expect(reasonsOf(alone)).toContain('told first-seen');
  expect(shapesOf(alone)).toEqual(['card open', 'broadcast']);
  expect(monitor.stored.size).toBe(2);
});

test('a symptom that ends with its cause ends without a word of its own', () => {
  const { monitor } = joined();
  monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS, outcomes });
  const over = monitor.pass({ nowMs: MORNING_MS + 15 * MINUTE_MS, outcomes });

  expect(reasonsOf(over).toSorted()).toEqual(['silent grouped', 'told resolved']);
  expect(shapesOf(over)).toEqual(['card resolved', 'card resolved']);
});
