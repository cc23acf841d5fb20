import { expect, test } from 'vitest';
import { evicted } from '../../../src/checks/workload/evicted.ts';
import { aCondition, aDeployment, aJob, aPod, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const owners = ownedBy('Deployment', aDeployment().meta);
const LOW = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 40Mi.';

function lost(minutes: number, over: NonNullable<Parameters<typeof aPod>[0]>['meta'] = { owners }) {
  return aPod({
    phase: 'Failed',
    reason: 'Evicted',
    message: LOW,
    conditions: [aCondition('DisruptionTarget', 'True', { changedAtMs: ago(minutes) })],
    containerStatuses: [],
    meta: over,
  });
}

test.each([
  { readyReplicas: 0, impact: 'critical' },
  { readyReplicas: 1, impact: 'error' },
])('an eviction that leaves $readyReplicas of 2 ready', ({ readyReplicas, impact }) => {
  const deployment = aDeployment({ replicas: 2, readyReplicas });

  expect(findingsOf(evicted, { Pod: [lost(10)], Deployment: [deployment] })).toMatchObject([
    {
      reason: 'Evicted',
      impact,
      onsetAtMs: ago(10),
      title: `${String(readyReplicas)} of 2 replicas ready: pod api-5d4f-x1 was evicted from node worker-1 (memory): ${LOW.slice(0, -1)}`,
    },
  ]);
});

test('three evictions in an hour are a warning although all was made good, two are not', () => {
  const pods = [5, 15, 25].map((minutes, index) => lost(minutes, { name: `api-${String(index)}`, owners }));

  expect(findingsOf(evicted, { Pod: pods, Deployment: [aDeployment()] })).toMatchObject([{ impact: 'warning' }]);
  expect(findingsOf(evicted, { Pod: pods.slice(1), Deployment: [aDeployment()] })).toEqual([]);
});

test.each([10, 6_000])('a pod that nobody replaces is lost, also %d minutes later', (minutes) => {
  expect(findingsOf(evicted, { Pod: [lost(minutes, { owners: [] })] })).toMatchObject([{ impact: 'error' }]);
});

test.each([
  { name: 'long ago, and replaced since', pod: lost(61) },
  { name: 'a moment ago', pod: lost(1) },
  { name: 'of a Job', pod: lost(10, { owners: ownedBy('Job', aJob().meta, 'batch/v1') }) },
  { name: 'by a drain, which leaves another reason', pod: { ...lost(10), reason: '' } },
  { name: 'never', pod: aPod({ meta: { owners } }) },
])('a pod evicted $name is no finding', ({ pod }) => {
  expect(findingsOf(evicted, { Pod: [pod], Deployment: [aDeployment({ replicas: 2, readyReplicas: 1 })] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  expect(withGap(evicted, 'Pod', { Pod: [lost(10, { owners: [] })] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
