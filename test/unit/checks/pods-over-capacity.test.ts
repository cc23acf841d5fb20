import { expect, test } from 'vitest';
import { podsOverCapacity } from '../../../src/checks/node/pods-over-capacity.ts';
import { aContainer, aNode, aPod, ago } from '../../builders/kubernetes.ts';
import { findingsOf } from './run.ts';

const memory = (amount: string) => aContainer({ requests: { memory: amount } });
const sidecar = (amount: string) => ({ ...memory(amount), restartPolicy: 'Always' });
const isOver = (allocatable: string, ...pods: readonly Parameters<typeof aPod>[0][]) =>
  findingsOf(podsOverCapacity, {
    Node: [aNode({ allocatable: { memory: allocatable } })],
    Pod: pods.map((pod, index) => aPod({ ...pod, meta: { name: `p${String(index)}`, ...pod?.meta } })),
  }).length > 0;

test.each([
  { name: 'containers run side by side', pod: { containers: [memory('600Mi'), memory('600Mi')] }, requested: 1_200 },
  {
    name: 'init containers run one after the other, before the rest',
    pod: { initContainers: [memory('900Mi'), memory('800Mi')], containers: [memory('500Mi')] },
    requested: 900,
  },
  {
    name: 'a sidecar runs beside the init containers behind it and the containers',
    pod: { initContainers: [memory('700Mi'), sidecar('200Mi'), memory('600Mi')], containers: [memory('500Mi')] },
    requested: 800,
  },
  {
    name: 'a pod speaks for itself where it says its own requests',
    pod: { requests: { memory: '1Gi' }, containers: [memory('2Gi')] },
    requested: 1_024,
  },
])('$name: $requested Mi', ({ pod, requested }) => {
  expect(isOver(`${String(requested)}Mi`, pod)).toBe(false);
  expect(isOver(`${String(requested - 1)}Mi`, pod)).toBe(true);
});

test('many small fractions are no excess', () => {
  const pods = Array.from({ length: 30 }, () => ({ containers: [aContainer({ requests: { cpu: '100m' } })] }));

  expect(
    findingsOf(podsOverCapacity, {
      Node: [aNode({ allocatable: { cpu: '3' } })],
      Pod: pods.map((pod, index) => aPod({ ...pod, meta: { name: `p${String(index)}` } })),
    }),
  ).toEqual([]);
});

test.each([
  { name: 'a finished pod', pod: { phase: 'Succeeded' } },
  { name: 'a pod that is leaving', pod: { meta: { deletedAtMs: ago(1) } } },
  { name: 'a pod on another node', pod: { nodeName: 'worker-2' } },
])('$name takes no place', ({ pod }) => {
  expect(isOver('1Gi', { containers: [memory('1Gi')] }, { containers: [memory('1Gi')], ...pod })).toBe(false);
});

test('a node that does not say what it has is not judged', () => {
  expect(findingsOf(podsOverCapacity, { Node: [aNode()], Pod: [aPod({ containers: [memory('9Ti')] })] })).toEqual([]);
});
