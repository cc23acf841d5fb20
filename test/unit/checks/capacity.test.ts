import { expect, test } from 'vitest';
import { unschedulable } from '../../../src/checks/workload/unschedulable.ts';
import type { Pod } from '../../../src/domain/kubernetes/pod.ts';
import { aCondition, aContainer, aNode, aPod, ago, aSnapshot } from '../../builders/kubernetes.ts';
import { findingsOf, run } from './run.ts';

const NODE = aNode({ allocatable: { cpu: '4', memory: '8Gi' } });

/** Waits for a place, and asks for this much. */
function waiting(over: Partial<Pod>, resource = 'cpu'): Pod {
  const message = `0/1 nodes are available: 1 Insufficient ${resource}.`;
  return aPod({
    meta: { name: 'waiting', uid: 'waiting' },
    phase: 'Pending',
    nodeName: '',
    containerStatuses: [],
    conditions: [aCondition('PodScheduled', 'False', { reason: 'Unschedulable', message, changedAtMs: ago(30) })],
    ...over,
  });
}

const cpu = (amount: string, over: Parameters<typeof aContainer>[0] = {}) =>
  aContainer({ requests: { cpu: amount }, ...over });
const placed = (amount: string, over: Partial<Pod> = {}): Pod =>
  aPod({ meta: { name: 'placed', uid: 'placed' }, containers: [cpu(amount)], ...over });

test.each([
  { name: 'the sum of its containers', pod: waiting({ containers: [cpu('1'), cpu('1500m')] }), wants: 'wants 2.5 CPU' },
  {
    name: 'the greediest init container, if that is more',
    pod: waiting({ initContainers: [cpu('3'), cpu('2')], containers: [cpu('1')] }),
    wants: 'wants 3 CPU',
  },
  {
    name: 'its sidecars besides, also beside a later init container',
    pod: waiting({ initContainers: [cpu('1', { restartPolicy: 'Always' }), cpu('2.5')], containers: [cpu('1')] }),
    wants: 'wants 3.5 CPU',
  },
  {
    name: 'what the pod as a whole asks for instead of all that',
    pod: waiting({ requests: { cpu: '2' }, containers: [cpu('1')] }),
    wants: 'wants 2 CPU',
  },
])('a pod wants $name', ({ pod, wants }) => {
  const Pod = [pod, placed('3')];

  expect(findingsOf(unschedulable, { Pod, Node: [NODE] })[0]?.title).toContain(
    `(resources: ${wants}, the only node has 1 left)`,
  );
});

test('pods that have ended take no room', () => {
  const ended = placed('3', { phase: 'Succeeded' });

  expect(
    findingsOf(unschedulable, { Pod: [waiting({ containers: [cpu('2')] }), ended], Node: [NODE] })[0]?.title,
  ).toContain('(resources): ');
});

test('memory is told in units that people use', () => {
  const pod = waiting({ containers: [aContainer({ requests: { memory: '6Gi' } })] }, 'memory');
  const other = placed('0', { containers: [aContainer({ requests: { memory: '7700Mi' } })] });

  expect(findingsOf(unschedulable, { Pod: [pod, other], Node: [NODE] })[0]?.title).toContain(
    '(resources: wants 6 GiB of memory, the only node has 492 MiB left)',
  );
});

test.each([
  { resource: 'Node', title: '(resources): ' },
  { resource: 'Pod', title: '(resources): ' },
])('where $resource objects cannot all be read, nothing is counted', ({ resource, title }) => {
  const gaps = [{ resource, namespace: 'elsewhere', cause: 'forbidden', detail: 'no list' } as const];
  const objects = { Pod: [waiting({ containers: [cpu('2')] }), placed('3')], Node: resource === 'Node' ? [] : [NODE] };

  expect(run(aSnapshot(objects, { gaps }), { checks: [unschedulable] }).findings[0]?.title).toContain(title);
});
