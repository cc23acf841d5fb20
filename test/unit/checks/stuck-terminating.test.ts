import { expect, test } from 'vitest';
import { stuckTerminating } from '../../../src/checks/workload/stuck-terminating.ts';
import { aCondition, aNode, aPod, aSnapshot, aStatefulSet, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, run, withGap } from './run.ts';

const leaving = (minutes: number, finalizers: readonly string[] = []) =>
  aPod({ meta: { deletedAtMs: ago(minutes), finalizers } });

test.each([
  {
    name: 'a finalizer',
    pod: leaving(20, ['example.com/cleanup']),
    node: aNode(),
    holder: 'held by finalizer example.com/cleanup',
  },
  {
    name: 'a node that is down',
    pod: leaving(20),
    node: aNode({ conditions: [aCondition('Ready', 'Unknown')] }),
    holder: 'its node worker-1 is not ready',
  },
  {
    name: 'a node that is gone',
    pod: leaving(20),
    node: aNode({ meta: { name: 'worker-2' } }),
    holder: 'its node worker-1 no longer exists',
  },
  {
    name: 'a silent kubelet',
    pod: leaving(20),
    node: aNode(),
    holder: 'the kubelet of worker-1 has not ended it (api still runs)',
  },
])('held by $name', ({ pod, node, holder }) => {
  expect(findingsOf(stuckTerminating, { Pod: [pod], Node: [node] })).toMatchObject([
    {
      reason: 'StuckTerminating',
      impact: 'warning',
      onsetAtMs: ago(20),
      title: `pod api-5d4f-x1 does not go away: ${holder}`,
    },
  ]);
});

test('a StatefulSet cannot replace the pod that does not go away', () => {
  const set = aStatefulSet({ replicas: 3, readyReplicas: 2 });
  const pod = aPod({ meta: { name: 'db-1', deletedAtMs: ago(20), owners: ownedBy('StatefulSet', set.meta) } });

  expect(findingsOf(stuckTerminating, { Pod: [pod], StatefulSet: [set], Node: [aNode()] })[0]?.impact).toBe('error');
});

test.each([
  { name: 'within its grace', pod: leaving(9.9) },
  { name: 'that is told to end in the future', pod: leaving(-5) },
  { name: 'that stays', pod: aPod() },
])('a pod $name is no finding', ({ pod }) => {
  expect(findingsOf(stuckTerminating, { Pod: [pod], Node: [aNode()] })).toEqual([]);
});

test('whether a node is gone is not guessed from nodes that cannot be read', () => {
  const gaps = [{ resource: 'Node', cause: 'forbidden', detail: 'no list' }] as const;

  expect(run(aSnapshot({ Pod: [leaving(20)] }, { gaps }), { checks: [stuckTerminating] }).findings[0]?.title).toContain(
    'the kubelet of worker-1 has not ended it',
  );
  expect(withGap(stuckTerminating, 'Pod', { Pod: [leaving(20)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
