import { expect, test } from 'vitest';
import { nodeNotReady } from '../../../src/checks/node/node-not-ready.ts';
import { nodePressure } from '../../../src/checks/node/node-pressure.ts';
import { aCondition, aNode, aPod, aSnapshot, ago } from '../../builders/kubernetes.ts';
import { findingsOf, run } from './run.ts';

const unknown = (minutes: number) =>
  aCondition('Ready', 'Unknown', {
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    changedAtMs: ago(minutes),
  });

test('a node that stopped reporting is critical, with the pods on it', () => {
  const [finding] = findingsOf(nodeNotReady, { Node: [aNode({ conditions: [unknown(10)] })], Pod: [aPod()] });

  expect(finding).toMatchObject({
    family: 'node',
    reason: 'NodeUnreachable',
    impact: 'critical',
    object: { kind: 'Node', namespace: '', name: 'worker-1' },
    owner: { kind: 'Node', namespace: '', name: 'worker-1' },
    onsetAtMs: ago(10),
    title: 'node is unreachable, 1 pod on it: Kubelet stopped posting node status',
  });
});

test('a cordoned node that is not ready says so', () => {
  const node = aNode({
    unschedulable: true,
    conditions: [aCondition('Ready', 'False', { reason: 'KubeletNotReady', changedAtMs: ago(5) })],
  });

  expect(findingsOf(nodeNotReady, { Node: [node] })[0]).toMatchObject({
    reason: 'NodeNotReady',
    title: 'node is not ready (cordoned), 0 pods on it: KubeletNotReady',
  });
});

test.each([
  { minutes: 1.99, found: 0 },
  { minutes: 2, found: 1 },
])('not ready for $minutes minutes: $found findings', ({ minutes, found }) => {
  expect(findingsOf(nodeNotReady, { Node: [aNode({ conditions: [unknown(minutes)] })] })).toHaveLength(found);
});

test.each([
  { name: 'healthy', node: aNode() },
  { name: 'cordoned but ready', node: aNode({ unschedulable: true }) },
  { name: 'being deleted', node: aNode({ conditions: [unknown(9)], meta: { deletedAtMs: ago(1) } }) },
  { name: 'without any report yet', node: aNode({ conditions: [] }) },
  {
    name: 'marked by somebody else',
    node: aNode({
      conditions: [
        aCondition('Ready', 'True'),
        aCondition('KernelDeadlock', 'False'),
        aCondition('NetworkingReady', 'True'),
      ],
    }),
  },
])('a node that is $name is no finding', ({ node }) => {
  expect(findingsOf(nodeNotReady, { Node: [node] })).toEqual([]);
  expect(findingsOf(nodePressure, { Node: [node] })).toEqual([]);
});

test('all pressures of a node are one finding, as old as the first', () => {
  const node = aNode({
    conditions: [
      aCondition('Ready', 'True'),
      aCondition('MemoryPressure', 'True', { changedAtMs: ago(5) }),
      aCondition('DiskPressure', 'True', { changedAtMs: ago(9) }),
    ],
  });

  expect(findingsOf(nodePressure, { Node: [node] })).toMatchObject([
    { reason: 'NodePressure', impact: 'warning', title: 'node is under memory and disk pressure', onsetAtMs: ago(9) },
  ]);
});

test('a pressure that has just begun is inside its grace', () => {
  const node = aNode({ conditions: [aCondition('PIDPressure', 'True', { changedAtMs: ago(1) })] });

  expect(findingsOf(nodePressure, { Node: [node] })).toEqual([]);
});

test.each([nodeNotReady, nodePressure])('nodes that cannot be read leave $id unevaluated', (check) => {
  const gaps = [{ resource: 'Node', cause: 'forbidden', detail: 'no list' }] as const;
  const sick = aNode({ conditions: [unknown(9), aCondition('DiskPressure', 'True', { changedAtMs: ago(9) })] });

  expect(run(aSnapshot({ Node: [sick] }, { gaps }), { checks: [check] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'no', gaps }],
  });
});

test('where only some namespaces are watched, nodes are out of scope and no gap', () => {
  const snapshot = aSnapshot({}, { read: ['Pod'], includedNamespaces: ['payments'] });

  expect(run(snapshot, { checks: [nodeNotReady] }).outcomes[0]).toMatchObject({ evaluated: 'not-due', gaps: [] });
});
