import { aNode } from '../../../control-plane/builders/node.ts';
import type { KubeObject } from '../../../control-plane/builders/kube-object.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { Builder } from '../../../control-plane/builders/kube-object.ts';
import type { CheckCase, Given } from '../case.ts';
import { aKubeletPod, anOwner, condition, podEvent, running, type PodPlan } from './pods.ts';

const check = 'unschedulable';

function homeless(given: Given, message: string, plan: PodPlan = {}, reason = 'Unschedulable'): PlainObject {
  return aKubeletPod(given, {
    phase: 'Pending',
    nodeName: '',
    conditions: [condition('PodScheduled', 'False', given.ago(30), reason, message)],
    ...plan,
  });
}

/** A node with so much CPU, and these other fields of its status. */
function sized(given: Given, name: string, cpu: string, more: Readonly<Record<string, string>> = {}): Builder {
  const [node] = aNode(given.named(name)).at(given.nowMs).objects();
  if (node === undefined) throw new TypeError('a node is one object');
  const status = node['status'] as { readonly allocatable: Readonly<Record<string, string>> };
  const amounts = { ...status.allocatable, cpu, ...more };
  const made: KubeObject = { ...node, status: { ...status, capacity: amounts, allocatable: amounts } };
  const nothing: Builder = { objects: () => [], healthy: () => nothing };
  return { objects: () => [made], healthy: () => nothing };
}

/** A pod that is well and takes so much CPU of this node. */
function taking(given: Given, node: string, cpu: string): PlainObject {
  return aKubeletPod(given, {
    name: `on-${node}-${cpu}`,
    owner: undefined,
    ready: true,
    nodeName: given.named(node),
    containers: [{ ready: true, spec: { resources: { requests: { cpu } } }, ...running(given.ago(40)) }],
  });
}

const wanting = (requests: Readonly<Record<string, string>>): PodPlan => ({
  containers: [{ spec: { resources: { requests, limits: requests } } }],
});

export const unschedulableCases: readonly CheckCase[] = [
  {
    check,
    name: 'too little CPU is left on each of two nodes, and how little',
    objects: (given) => [
      sized(given, 'n1', '8'),
      sized(given, 'n2', '8'),
      taking(given, 'n1', '6800m'),
      taking(given, 'n2', '7500m'),
      ...anOwner(given),
      homeless(
        given,
        '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
        wanting({ cpu: '4' }),
      ),
    ],
    finds: [
      {
        check,
        reason: 'Unschedulable',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 30,
        title:
          /^0 of 1 replica ready: no node can take the pod \(resources: wants 4 CPU, the freest of 2 nodes has 1.2 left\): 0\/2 nodes are available: 2 Insufficient cpu$/,
      },
    ],
  },
  {
    check,
    name: 'more memory than any node has at all',
    objects: (given) => [
      sized(given, 'n1', '8'),
      sized(given, 'n2', '8', { memory: '16Gi' }),
      ...anOwner(given, 3, 2),
      homeless(given, '0/2 nodes are available: 2 Insufficient memory.', wanting({ memory: '64Gi' })),
    ],
    finds: [
      {
        check,
        reason: 'Unschedulable',
        impact: 'error',
        title: /wants 64 GiB of memory, more than any of 2 nodes has at all \(32 GiB\)/,
      },
    ],
  },
  {
    check,
    name: 'a device that no node offers',
    objects: (given) => [
      sized(given, 'n1', '8'),
      homeless(given, '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.', {
        name: 'train',
        owner: undefined,
        ...wanting({ 'nvidia.com/gpu': '2' }),
      }),
    ],
    finds: [
      { check, reason: 'Unschedulable', owner: 'Pod train', title: /wants 2 nvidia.com\/gpu, which the only node/ },
    ],
  },
  {
    check,
    name: 'one node is full, the other tainted',
    objects: (given) => [
      sized(given, 'n1', '2'),
      sized(given, 'n2', '16'),
      taking(given, 'n1', '1500m'),
      homeless(
        given,
        '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: batch}.',
        { name: 'report', owner: undefined, ...wanting({ cpu: '1' }) },
      ),
    ],
    finds: [
      {
        check,
        reason: 'Unschedulable',
        title: /\(resources: wants 1 CPU, the node that is too full has 0.5 left; taint\)/,
      },
    ],
  },
  {
    check,
    name: 'a pod of a DaemonSet that belongs on the one node which is full',
    objects: (given) => [
      sized(given, 'n1', '2'),
      sized(given, 'n2', '2'),
      taking(given, 'n1', '1900m'),
      taking(given, 'n2', '1800m'),
      homeless(
        given,
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
        {
          name: 'agent-x',
          owner: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' },
          ...wanting({ cpu: '1' }),
        },
      ),
    ],
    finds: [
      {
        check,
        reason: 'Unschedulable',
        owner: 'DaemonSet agent',
        title: /no node can take the pod \(resources\): 0\/2/,
      },
    ],
  },
  {
    check,
    name: 'a node selector that fits no node',
    objects: (given) => [
      sized(given, 'n1', '8'),
      ...anOwner(given),
      homeless(given, "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", {
        spec: { nodeSelector: { disktype: 'ssd' } },
      }),
    ],
    finds: [{ check, reason: 'Unschedulable', title: /\(affinity: no node has label disktype=ssd\)/ }],
  },
  ...(
    [
      ['topology spread', "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints."],
      ['volume', '0/3 nodes are available: 3 node(s) had volume node affinity conflict.'],
      ['host port', "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports."],
      ['anti-affinity', "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules."],
      ['device claim', '0/3 nodes are available: 3 cannot allocate all claims.'],
    ] as const
  ).map(([what, message]): CheckCase => ({
    check,
    name: `the constraint is said: ${what}`,
    objects: (given) => [...anOwner(given), homeless(given, message)],
    finds: [{ check, reason: 'Unschedulable', title: new RegExp(`no node can take the pod \\(${what}\\): 0/3`) }],
  })),
  {
    check,
    name: 'the scheduler itself fails',
    objects: (given) => [
      ...anOwner(given),
      homeless(given, 'running PreBind plugin "VolumeBinding": binding volumes: timed out', {}, 'SchedulerError'),
    ],
    finds: [
      { check, reason: 'Unschedulable', impact: 'critical', title: /the scheduler fails on the pod: running PreBind/ },
    ],
  },
  {
    check,
    name: 'a scheduler of that name does not run',
    objects: (given) => [
      ...anOwner(given, 1, 0, 60),
      aKubeletPod(given, {
        phase: 'Pending',
        nodeName: '',
        conditions: [],
        spec: { schedulerName: 'batch-scheduler' },
      }),
    ],
    finds: [
      {
        check,
        reason: 'Unschedulable',
        impact: 'critical',
        onsetMinutes: 60,
        title: /scheduler batch-scheduler has not looked at the pod since it was made/,
      },
    ],
  },
  {
    check,
    name: 'its nodes went down before: the matter of those',
    objects: (given) => [
      aNode(given.named('n1'))
        .at(given.nowMs)
        .notReady({ status: 'Unknown', sinceMs: 35 * 60_000 }),
      ...anOwner(given),
      homeless(given, '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.'),
    ],
    finds: [
      { check: 'node-not-ready', reason: 'NodeUnreachable' },
      { check, reason: 'Unschedulable', attachedTo: 'node-not-ready' },
    ],
  },
  {
    check,
    name: 'an autoscaler ordered a node four minutes ago',
    objects: (given) => {
      const pod = homeless(given, '0/2 nodes are available: 2 Insufficient cpu.', {
        name: 'report',
        owner: undefined,
        conditions: [
          condition(
            'PodScheduled',
            'False',
            given.ago(5),
            'Unschedulable',
            '0/2 nodes are available: 2 Insufficient cpu.',
          ),
        ],
      });
      return [
        pod,
        podEvent(given, pod, 'TriggeredScaleUp', 'pod triggered scale-up: [{ng-1 2->3 (max: 9)}]', {
          type: 'Normal',
          first: 4,
          last: 4,
        }),
      ];
    },
    finds: [],
  },
  {
    check,
    name: 'made a minute ago, and the scheduler has not come to it',
    objects: (given) => [
      aKubeletPod(given, { name: 'report', owner: undefined, phase: 'Pending', nodeName: '', conditions: [] }),
    ],
    ageMinutes: 1,
    finds: [],
  },
  {
    check,
    name: 'placed at last, after its first minutes without a place',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        name: 'report',
        owner: undefined,
        ready: true,
        containers: [{ ready: true, ...running(given.ago(30)) }],
      });
      return [
        pod,
        podEvent(given, pod, 'FailedScheduling', '0/2 nodes are available: 2 Insufficient cpu.', {
          first: 50,
          last: 41,
        }),
      ];
    },
    finds: [],
  },
];

const gated = 'scheduling-gated';

function held(given: Given, gate: string): PlainObject {
  return aKubeletPod(given, {
    name: 'train',
    owner: undefined,
    phase: 'Pending',
    nodeName: '',
    spec: { schedulingGates: [{ name: gate }] },
    conditions: [condition('PodScheduled', 'False', given.ago(60), 'SchedulingGated', 'Scheduling is blocked')],
  });
}

export const schedulingGatedCases: readonly CheckCase[] = [
  {
    check: gated,
    name: 'a gate that nobody lifts',
    objects: (given) => [held(given, 'example.com/quota-approved')],
    finds: [
      {
        check: gated,
        reason: 'SchedulingGated',
        impact: 'info',
        object: 'Pod train',
        onsetMinutes: 60,
        title: /held by scheduling gate example.com\/quota-approved/,
      },
    ],
  },
  {
    check: gated,
    name: 'a queue that has held it for two days',
    objects: (given) => [held(given, 'kueue.x-k8s.io/admission')],
    ageMinutes: 2 * 24 * 60,
    finds: [{ check: gated, reason: 'SchedulingGated', impact: 'info' }],
  },
  {
    check: gated,
    name: 'a queue in which it waits for its turn',
    objects: (given) => [held(given, 'kueue.x-k8s.io/admission')],
    finds: [],
  },
  {
    check: gated,
    name: 'a gate that its controller lifts within minutes',
    objects: (given) => [held(given, 'example.com/quota-approved')],
    ageMinutes: 20,
    finds: [],
  },
];
