import { expect, test } from 'vitest';
import { unschedulable } from '../../../src/checks/workload/unschedulable.ts';
import { aCondition, aContainer, aPod, ago, anEvent } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

function homeless(message: string, over: Parameters<typeof aPod>[0] = {}, minutes = 30) {
  return aPod({
    phase: 'Pending',
    nodeName: '',
    containerStatuses: [],
    containers: [aContainer({ requests: { cpu: '4', memory: '1Gi' } })],
    conditions: [aCondition('PodScheduled', 'False', { reason: 'Unschedulable', message, changedAtMs: ago(minutes) })],
    ...over,
  });
}

test.each([
  ['0/5 nodes are available: 5 Insufficient cpu.', 'resources'],
  ['0/3 nodes are available: 3 node(s) had untolerated taint {gpu: true}.', 'taint'],
  ["0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", 'affinity'],
  ["0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.", 'anti-affinity'],
  ["0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.", 'topology spread'],
  ['0/3 nodes are available: 3 node(s) had volume node affinity conflict.', 'volume'],
  ['0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.', 'claim'],
  ['0/3 nodes are available: 1 node(s) were unschedulable, 2 Too many pods.', 'pods per node, cordon'],
])('%s (%s)', (message, constraints) => {
  const [finding] = findingsOf(unschedulable, { Pod: [homeless(`${message} preemption: none`)] });

  expect(finding).toMatchObject({ reason: 'Unschedulable', impact: 'critical', onsetAtMs: ago(30) });
  expect(finding?.title).toBe(
    `0 of 1 replica ready: no node can take the pod (${constraints}): ${message.replace(/\.$/, '')}`,
  );
});

test('a lack of resources quotes what the pod asks for', () => {
  const [finding] = findingsOf(unschedulable, { Pod: [homeless('0/5 nodes are available: 5 Insufficient cpu.')] });

  expect(finding?.evidence.map(({ quote }) => quote)).toContain('cpu: 4, memory: 1Gi');
});

test.each([
  { minutes: 1.99, found: 0 },
  { minutes: 2, found: 1 },
])('after $minutes minutes it yields $found findings', ({ minutes, found }) => {
  expect(findingsOf(unschedulable, { Pod: [homeless('no room', {}, minutes)] })).toHaveLength(found);
});

test.each([
  {
    name: 'held by a scheduling gate on purpose',
    pod: homeless('', {
      schedulingGates: ['kueue.x-k8s.io/admission'],
      conditions: [aCondition('PodScheduled', 'False', { reason: 'SchedulingGated' })],
    }),
  },
  { name: 'being deleted', pod: homeless('no room', { meta: { deletedAtMs: ago(1) } }) },
  { name: 'scheduled', pod: aPod() },
])('a pod that is $name needs no node', ({ pod }) => {
  expect(findingsOf(unschedulable, { Pod: [pod] })).toEqual([]);
});

test.each([
  { minutesAgo: 3, found: 0 },
  { minutesAgo: 11, found: 1 },
])('a node ordered $minutesAgo minutes ago: $found findings', ({ minutesAgo, found }) => {
  const pod = homeless('0/5 nodes are available: 5 Insufficient cpu.');
  const ordered = anEvent(
    { kind: 'Pod', meta: pod.meta },
    { type: 'Normal', reason: 'TriggeredScaleUp', lastAtMs: ago(minutesAgo) },
  );

  expect(findingsOf(unschedulable, { Pod: [pod], Event: [ordered] })).toHaveLength(found);
});

test('pods that cannot be read leave it unevaluated', () => {
  const { findings, outcomes } = withGap(unschedulable, 'Pod', { Pod: [homeless('no room')] });

  expect(findings).toEqual([]);
  expect(outcomes[0]?.evaluated).toBe('partly');
});
