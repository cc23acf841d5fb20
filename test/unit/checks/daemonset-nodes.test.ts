import { expect, test } from 'vitest';
import { daemonSetShort } from '../../../src/checks/workload/daemonset-short.ts';
import { aDaemonSet, aNode, aPod, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf } from './run.ts';

const meta = aDaemonSet({ meta: { createdAtMs: ago(30) } }).meta;
const TAINT = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule', addedAtMs: undefined };
const node = (name: string, over: Parameters<typeof aNode>[0] = {}) =>
  aNode({ ...over, meta: { name, uid: name, ...over.meta } });
const pod = (nodeName: string, nodeSelector = {}) =>
  aPod({ nodeName, nodeSelector, meta: { name: `agent-${nodeName}`, owners: ownedBy('DaemonSet', meta) } });

function titleOf(nodes: readonly ReturnType<typeof node>[], pods: readonly ReturnType<typeof pod>[], wanted: number) {
  const counts = { desiredNumberScheduled: wanted, currentNumberScheduled: pods.length, numberReady: pods.length };
  const set = aDaemonSet({ ...counts, updatedNumberScheduled: wanted, meta });
  return findingsOf(daemonSetShort, { DaemonSet: [set], Node: nodes, Pod: pods })[0]?.title;
}

test.each([
  {
    name: 'the only node without a pod',
    nodes: [node('a'), node('b')],
    pods: [pod('a')],
    wanted: 2,
    text: ': not on b',
  },
  {
    name: 'of two bare nodes the one without a taint',
    nodes: [node('a'), node('b'), node('c', { taints: [TAINT] })],
    pods: [pod('a')],
    wanted: 2,
    text: ': not on b',
  },
  {
    name: 'a cordoned node: every DaemonSet tolerates that',
    nodes: [
      node('a'),
      node('b', { taints: [{ ...TAINT, key: 'node.kubernetes.io/unschedulable' }] }),
      node('c', { taints: [TAINT] }),
    ],
    pods: [pod('a')],
    wanted: 2,
    text: ': not on b',
  },
  {
    name: 'only nodes with the label that its pods ask for',
    nodes: [
      node('a', { meta: { labels: { gpu: 'yes' } } }),
      node('b'),
      node('c', { meta: { labels: { gpu: 'yes' } } }),
    ],
    pods: [pod('a', { gpu: 'yes' })],
    wanted: 2,
    text: ': not on c',
  },
  {
    name: 'the first three of many',
    nodes: ['a', 'b', 'c', 'd', 'e', 'f'].map((one) => node(one)),
    pods: [pod('a')],
    wanted: 6,
    text: ': not on b, c, d and 2 more',
  },
  {
    name: 'none where any of two might be meant',
    nodes: [node('a'), node('b'), node('c')],
    pods: [pod('a')],
    wanted: 2,
    text: '',
  },
])('names $name', ({ nodes, pods, wanted, text }) => {
  expect(titleOf(nodes, pods, wanted)).toBe(`${String(pods.length)} of ${String(wanted)} replicas ready${text}`);
});
