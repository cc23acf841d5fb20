import { expect, test } from 'vitest';
import { nodeCordoned } from '../../../src/checks/node/node-cordoned.ts';
import { nodeNetworkUnavailable } from '../../../src/checks/node/node-network-unavailable.ts';
import { nodePodsFailing } from '../../../src/checks/node/node-pods-failing.ts';
import { nodeVersionSkew } from '../../../src/checks/node/node-version-skew.ts';
import { aCondition, aNode, aPod, aSickPod, aSnapshot, ago } from '../../builders/kubernetes.ts';
import { findingsOf, run } from './run.ts';

const DAY = 24 * 60;
const noNetwork = (minutes: number) =>
  aNode({
    conditions: [
      aCondition('Ready', 'True'),
      aCondition('NetworkUnavailable', 'True', { reason: 'NoRouteCreated', changedAtMs: ago(minutes) }),
    ],
  });

test('a node without its network is an error', () => {
  expect(findingsOf(nodeNetworkUnavailable, { Node: [noNetwork(5)] })).toMatchObject([
    { reason: 'NetworkUnavailable', impact: 'error', onsetAtMs: ago(5), title: 'node has no network: NoRouteCreated' },
  ]);
});

test.each([
  { name: 'with its network', node: aNode({ conditions: [aCondition('NetworkUnavailable', 'False')] }) },
  { name: 'whose network plugin says nothing', node: aNode() },
  { name: 'that has just joined', node: noNetwork(1.9) },
  { name: 'being deleted', node: { ...noNetwork(9), meta: { ...aNode().meta, deletedAtMs: ago(1) } } },
])('a node $name does not lack it', ({ node }) => {
  expect(findingsOf(nodeNetworkUnavailable, { Node: [node] })).toEqual([]);
});

const cordon = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };
test('a node that has been cordoned for a day is worth a line', () => {
  const node = aNode({ unschedulable: true, taints: [{ ...cordon, addedAtMs: ago(DAY) }] });

  expect(findingsOf(nodeCordoned, { Node: [node] })).toMatchObject([
    { reason: 'NodeCordoned', impact: 'info', onsetAtMs: ago(DAY) },
  ]);
});

test.each([
  { name: 'cordoned for an hour', node: aNode({ unschedulable: true, taints: [{ ...cordon, addedAtMs: ago(60) }] }) },
  { name: 'cordoned since nobody knows when', node: aNode({ unschedulable: true }) },
  { name: 'uncordoned', node: aNode({ taints: [{ ...cordon, addedAtMs: ago(2 * DAY) }] }) },
  {
    name: 'being removed by an autoscaler',
    node: aNode({
      unschedulable: true,
      taints: [
        { ...cordon, addedAtMs: ago(2 * DAY) },
        { key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule', addedAtMs: undefined },
      ],
    }),
  },
])('a node $name is not left cordoned', ({ node }) => {
  expect(findingsOf(nodeCordoned, { Node: [node] })).toEqual([]);
});

test.each([
  { kubeletVersion: 'v1.32.9', found: 1 },
  { kubeletVersion: 'v1.33.0-eks-1', found: 0 },
  { kubeletVersion: 'v1.36.3', found: 0 },
  { kubeletVersion: 'v1.37.0', found: 1 },
  { kubeletVersion: '', found: 0 },
])('kubelet "$kubeletVersion" against v1.36.3: $found findings', ({ kubeletVersion, found }) => {
  const findings = findingsOf(nodeVersionSkew, { Node: [aNode({ kubeletVersion })] });

  expect(findings.map(({ reason, impact }) => [reason, impact])).toEqual(
    Array.from({ length: found }, () => ['VersionSkew', 'warning']),
  );
});

const labelled = (name: string, node: string) => ({ nodeName: node, meta: { name, uid: name, labels: { app: name } } });
const sick = (name: string, node = 'worker-1', minutes = 10) =>
  aSickPod({ running: { startedAtMs: ago(900) } }, { ...labelled(name, node), unreadySinceMs: ago(minutes) });
const well = (name: string, node = 'worker-2') => aPod(labelled(name, node));
const others = Array.from({ length: 10 }, (_, index) => well(`other-${String(index)}`));
const nodes = [aNode(), aNode({ meta: { name: 'worker-2', uid: 'uid-node-2' } })];

test('a node on which half of the pods fail while all is well elsewhere is the cause', () => {
  const pods = [sick('a'), sick('b'), sick('c'), well('d', 'worker-1'), ...others];

  expect(findingsOf(nodePodsFailing, { Node: nodes, Pod: pods })).toMatchObject([
    {
      family: 'node',
      reason: 'PodsFailingOnNode',
      impact: 'error',
      onsetAtMs: ago(10),
      title: '3 of 4 pods on the node are not ready, of 3 owners that are well elsewhere',
    },
  ]);
});

test.each([
  { name: 'two sick pods', pods: [sick('a'), sick('b'), ...others], with: nodes },
  {
    name: 'a small part of its pods',
    pods: [sick('a'), sick('b'), sick('c'), ...['d', 'e', 'f', 'g'].map((x) => well(x, 'worker-1')), ...others],
    with: nodes,
  },
  {
    name: 'as many sick pods elsewhere',
    pods: [sick('a'), sick('b'), sick('c'), sick('d', 'worker-2'), sick('e', 'worker-2'), ...others.slice(0, 3)],
    with: nodes,
  },
  {
    name: 'pods that have just started',
    pods: [sick('a', 'worker-1', 3), sick('b', 'worker-1', 3), sick('c', 'worker-1', 3), ...others],
    with: nodes,
  },
  { name: 'no other node beside it', pods: [sick('a'), sick('b'), sick('c')], with: nodes },
  {
    name: 'its own word that it is not ready',
    pods: [sick('a'), sick('b'), sick('c'), ...others],
    with: [aNode({ conditions: [aCondition('Ready', 'False')] })],
  },
])('a node with $name is not the cause', ({ pods, with: present }) => {
  expect(findingsOf(nodePodsFailing, { Node: present, Pod: pods })).toEqual([]);
});

test.each([nodeNetworkUnavailable, nodeCordoned, nodeVersionSkew, nodePodsFailing])(
  'nodes that cannot be read leave $id unevaluated',
  (check) => {
    const gaps = [{ resource: 'Node', cause: 'forbidden', detail: 'no list' }] as const;
    const node = { ...noNetwork(9), kubeletVersion: 'v1.20.0' };

    expect(run(aSnapshot({ Node: [node] }, { gaps }), { checks: [check] })).toMatchObject({
      findings: [],
      outcomes: [{ evaluated: 'no' }],
    });
  },
);
