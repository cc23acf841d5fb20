import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { aNode } from '../../../control-plane/builders/node.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { aMember, aPlainNode, aWorkload, nodeInfo, since } from './workload-objects.ts';

const MINUTE_MS = 60_000;

const notReady = 'node-not-ready';
export const nodeNotReadyCases: readonly CheckCase[] = [
  {
    check: notReady,
    name: 'its kubelet fell silent, and a Deployment lost the pods on it',
    objects: ({ namespace, nowMs, named }) => [
      aNode(named('worker'))
        .at(nowMs)
        .notReady({ status: 'Unknown', sinceMs: 20 * MINUTE_MS }),
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .replicas(2)
        .on(named('worker'))
        .probeFailing({ sinceMs: 20 * MINUTE_MS }),
    ],
    finds: [
      {
        check: notReady,
        reason: 'NodeUnreachable',
        impact: 'critical',
        object: 'Node worker-$',
        owner: 'Node worker-$',
        onsetMinutes: 20,
        title: /^node is unreachable, 2 pods on it: Kubelet stopped posting node status$/,
      },
    ],
  },
  {
    check: notReady,
    name: 'its network plugin is not there, and somebody has cordoned it',
    objects: ({ nowMs, named }) => [
      aNode(named('worker'))
        .at(nowMs)
        .notReady({ sinceMs: 15 * MINUTE_MS })
        .cordoned(),
    ],
    finds: [
      {
        check: notReady,
        reason: 'NodeNotReady',
        impact: 'critical',
        onsetMinutes: 15,
        title: /^node is not ready \(cordoned\), 0 pods on it: container runtime network not ready$/,
      },
    ],
  },
  {
    check: notReady,
    name: 'a node of the control plane is gone and was taken out of service by hand',
    objects: (given) => [
      aPlainNode(given, 'control', {
        labels: { 'node-role.kubernetes.io/control-plane': '' },
        spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] },
        conditions: [since(given, 'Ready', 'Unknown', 45, 'NodeStatusUnknown', 'Kubelet stopped posting node status.')],
      }),
    ],
    finds: [
      {
        check: notReady,
        reason: 'NodeUnreachable',
        onsetMinutes: 45,
        title: /^node is unreachable \(control plane, out of service\)/,
      },
    ],
  },
  {
    check: notReady,
    name: 'an autoscaler marked it an hour ago and never took it away',
    objects: (given) => [removed(given, 50)],
    finds: [{ check: notReady, reason: 'NodeUnreachable', onsetMinutes: 50 }],
  },
  {
    check: notReady,
    name: 'an autoscaler is taking it away',
    objects: (given) => [removed(given, 5)],
    finds: [],
  },
  {
    check: notReady,
    name: 'it joined four minutes ago and its network plugin is starting',
    ageMinutes: 4,
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [
          since(
            given,
            'Ready',
            'False',
            4,
            'KubeletNotReady',
            'container runtime network not ready: cni plugin not initialized',
          ),
        ],
      }),
    ],
    finds: [],
  },
  {
    check: notReady,
    name: 'it is being deleted',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        finalizers: ['karpenter.sh/termination'],
        conditions: [since(given, 'Ready', 'Unknown', 30, 'NodeStatusUnknown', 'Kubelet stopped posting node status.')],
        deletionTimestamp: given.ago(30),
      }),
    ],
    finds: [],
  },
  {
    check: notReady,
    name: 'it missed one report and is ready again',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [since(given, 'Ready', 'True', 1, 'KubeletReady', 'kubelet is posting ready status')],
      }),
    ],
    finds: [],
  },
];

function removed(given: Given, minutes: number): PlainObject {
  return aPlainNode(given, 'worker', {
    spec: {
      unschedulable: true,
      taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1795275000', effect: 'NoSchedule' }],
    },
    conditions: [
      since(given, 'Ready', 'Unknown', minutes, 'NodeStatusUnknown', 'Kubelet stopped posting node status.'),
    ],
  });
}

const pressure = 'node-pressure';
export const nodePressureCases: readonly CheckCase[] = [
  {
    check: pressure,
    name: 'its disk is full',
    objects: ({ nowMs, named }) => [
      aNode(named('worker'))
        .at(nowMs)
        .underPressure('DiskPressure', { sinceMs: 8 * MINUTE_MS }),
    ],
    finds: [
      {
        check: pressure,
        reason: 'NodePressure',
        impact: 'warning',
        owner: 'Node worker-$',
        onsetMinutes: 8,
        title: /disk pressure/,
      },
    ],
  },
  {
    check: pressure,
    name: 'memory and process ids run out together',
    objects: ({ nowMs, named }) => [
      aNode(named('worker')).at(nowMs).underPressure('MemoryPressure').underPressure('PIDPressure'),
    ],
    finds: [{ check: pressure, reason: 'NodePressure', title: /^node is under memory and process id pressure$/ }],
  },
  { check: pressure, name: 'nothing is short', objects: (given) => [aPlainNode(given, 'worker')], finds: [] },
  {
    check: pressure,
    name: 'it was short of memory until a minute ago',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [
          since(
            given,
            'MemoryPressure',
            'False',
            1,
            'KubeletHasSufficientMemory',
            'kubelet has sufficient memory available',
          ),
        ],
      }),
    ],
    finds: [],
  },
];

const network = 'node-network-unavailable';
export const nodeNetworkCases: readonly CheckCase[] = [
  {
    check: network,
    name: 'the cloud made no route to it',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [since(given, 'NetworkUnavailable', 'True', 12, 'NoRouteCreated', 'Node created without a route')],
      }),
    ],
    finds: [
      {
        check: network,
        reason: 'NetworkUnavailable',
        impact: 'error',
        object: 'Node worker-$',
        onsetMinutes: 12,
        title: /Node created without a route/,
      },
    ],
  },
  {
    check: network,
    name: 'the network plugin says that it is up',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [since(given, 'NetworkUnavailable', 'False', 500, 'CalicoIsUp', 'Calico is running on this node')],
      }),
    ],
    finds: [],
  },
  {
    check: network,
    name: 'it is new and its route was made a minute after it',
    ageMinutes: 2,
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [since(given, 'NetworkUnavailable', 'True', 1, 'NoRouteCreated', 'Node created without a route')],
      }),
    ],
    finds: [],
  },
];

const cordoned = 'node-cordoned';
const DAY = 24 * 60;
export const nodeCordonedCases: readonly CheckCase[] = [
  {
    check: cordoned,
    name: 'somebody cordoned it two days ago and forgot',
    ageMinutes: 3 * DAY,
    objects: (given) => [aPlainNode(given, 'worker', { spec: cordon(given, 2 * DAY) })],
    finds: [
      { check: cordoned, reason: 'NodeCordoned', impact: 'info', object: 'Node worker-$', onsetMinutes: 2 * DAY },
    ],
  },
  {
    check: cordoned,
    name: 'it is being drained for an upgrade',
    objects: (given) => [aPlainNode(given, 'worker', { spec: cordon(given, 40) })],
    finds: [],
  },
  {
    check: cordoned,
    name: 'Karpenter is replacing it',
    ageMinutes: 3 * DAY,
    objects: (given) => {
      const { taints, unschedulable } = cordon(given, 2 * DAY);
      return [
        aPlainNode(given, 'worker', {
          spec: { unschedulable, taints: [...taints, { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] },
        }),
      ];
    },
    finds: [],
  },
];

function cordon({ ago }: Given, minutes: number) {
  return {
    unschedulable: true,
    taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: ago(minutes) }],
  };
}

const skew = 'node-version-skew';
export const nodeVersionSkewCases: readonly CheckCase[] = [
  {
    check: skew,
    name: 'its kubelet was left behind four versions ago',
    objects: (given) => [
      aPlainNode(given, 'worker', { status: { nodeInfo: nodeInfo('worker', 'v1.32.9-eks-113cf36') } }),
    ],
    finds: [
      {
        check: skew,
        reason: 'VersionSkew',
        impact: 'warning',
        object: 'Node worker-$',
        title: /v1\.32\.9.* 4 minor versions older/,
      },
    ],
  },
  {
    check: skew,
    name: 'its kubelet was upgraded before the control plane',
    objects: (given) => [aPlainNode(given, 'worker', { status: { nodeInfo: nodeInfo('worker', 'v1.37.0') } })],
    finds: [{ check: skew, reason: 'VersionSkew', title: /1 minor version newer/ }],
  },
  {
    check: skew,
    name: 'the nodes follow the control plane one after the other',
    objects: (given) => [
      aPlainNode(given, 'old', { status: { nodeInfo: nodeInfo('old', 'v1.35.4') } }),
      aPlainNode(given, 'new', { status: { nodeInfo: nodeInfo('new', 'v1.36.3+k3s1') } }),
    ],
    finds: [],
  },
  {
    check: skew,
    name: 'three versions behind is supported',
    objects: (given) => [aPlainNode(given, 'worker', { status: { nodeInfo: nodeInfo('worker', 'v1.33.1-gke.100') } })],
    finds: [],
  },
];

const failing = 'node-pods-failing';
export const nodePodsFailingCases: readonly CheckCase[] = [
  {
    check: failing,
    name: 'three workloads are well everywhere but on this node',
    objects: (given) => [
      aPlainNode(given, 'bad'),
      aPlainNode(given, 'good'),
      ...['api', 'web', 'worker'].flatMap((name) => spread(given, name, { bad: 20, good: undefined })),
    ],
    finds: [
      {
        check: failing,
        reason: 'PodsFailingOnNode',
        impact: 'error',
        object: 'Node bad-$',
        owner: 'Node bad-$',
        onsetMinutes: 20,
        title: /^3 of 3 pods on the node are not ready, of 3 owners/,
      },
    ],
  },
  {
    check: failing,
    name: 'the pods on a node are starting after it came up',
    objects: (given) => [
      aPlainNode(given, 'new'),
      aPlainNode(given, 'good'),
      ...['api', 'web', 'worker'].flatMap((name) => spread(given, name, { new: 1, good: undefined })),
    ],
    finds: [],
  },
  {
    check: failing,
    name: 'all pods on both nodes are ready',
    objects: (given) => [
      aPlainNode(given, 'one'),
      aPlainNode(given, 'two'),
      ...['api', 'web', 'worker'].flatMap((name) => spread(given, name, { one: undefined, two: undefined })),
    ],
    finds: [],
  },
];

/** A DaemonSet with one pod on each node: the minutes for which it has been unready. */
function spread(
  given: Given,
  name: string,
  minutesByNode: Readonly<Record<string, number | undefined>>,
): readonly PlainObject[] {
  const nodes = Object.entries(minutesByNode);
  const ready = nodes.filter(([, minutes]) => minutes === undefined).length;
  const set = aWorkload('DaemonSet', given, name, {
    status: {
      desiredNumberScheduled: nodes.length,
      currentNumberScheduled: nodes.length,
      updatedNumberScheduled: nodes.length,
      numberReady: ready,
      numberAvailable: ready,
    },
  });
  return [
    set,
    ...nodes.map(([node, unreadyMinutes]) =>
      aMember(given, set, `${name}-${node}`, {
        node: given.named(node),
        ...(unreadyMinutes !== undefined && { unreadyMinutes }),
      }),
    ),
  ];
}

const problem = 'node-problem';
export const nodeProblemCases: readonly CheckCase[] = [
  {
    check: problem,
    name: 'its kernel hangs and its file system became read-only',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [
          since(
            given,
            'KernelDeadlock',
            'True',
            14,
            'DockerHung',
            'task docker:20744 blocked for more than 120 seconds.',
          ),
          since(given, 'ReadonlyFilesystem', 'True', 10, 'FilesystemIsReadOnly', 'Filesystem is read-only'),
          since(
            given,
            'FrequentKubeletRestart',
            'False',
            500,
            'NoFrequentKubeletRestart',
            'kubelet is functioning properly',
          ),
        ],
      }),
    ],
    finds: [
      {
        check: problem,
        reason: 'NodeProblem',
        impact: 'error',
        object: 'Node worker-$',
        owner: 'Node worker-$',
        onsetMinutes: 14,
        title: /^node reports KernelDeadlock, ReadonlyFilesystem: task docker:20744 blocked/,
      },
    ],
  },
  {
    check: problem,
    name: 'its kubelet restarts again and again',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [
          since(
            given,
            'FrequentKubeletRestart',
            'True',
            30,
            'FrequentKubeletRestart',
            'Found 6 matching logs, which meets the threshold of 5',
          ),
        ],
      }),
    ],
    finds: [{ check: problem, reason: 'NodeProblem', impact: 'warning', onsetMinutes: 30 }],
  },
  {
    check: problem,
    name: "the cloud's monitor finds its accelerators broken",
    objects: (given) => [
      aPlainNode(given, 'gpu', {
        conditions: [
          since(given, 'AcceleratedHardwareReady', 'False', 25, 'NvidiaXID79Error', 'GPU has fallen off the bus'),
          since(given, 'StorageReady', 'True', 500, 'DiskIsReady', 'Monitoring for the Disk system is active'),
        ],
      }),
    ],
    finds: [
      {
        check: problem,
        reason: 'NodeProblem',
        impact: 'error',
        onsetMinutes: 25,
        title: /AcceleratedHardwareReady=False: GPU has fallen/,
      },
    ],
  },
  {
    check: problem,
    name: 'every detector says that all is well',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [
          ...[
            'KernelDeadlock',
            'ReadonlyFilesystem',
            'CorruptDockerOverlay2',
            'FrequentUnregisterNetDevice',
            'NTPProblem',
          ].map((type) => since(given, type, 'False', 500, `No${type}`, 'node is functioning properly')),
          ...['ContainerRuntimeReady', 'NetworkingReady', 'KernelReady', 'StorageReady'].map((type) =>
            since(given, type, 'True', 500, `${type}Is`, 'monitoring is active'),
          ),
        ],
      }),
    ],
    finds: [],
  },
  {
    check: problem,
    name: 'it is a member of etcd, and has conditions that only their makers know',
    objects: (given) => [
      aPlainNode(given, 'server', {
        conditions: [
          since(given, 'EtcdIsVoter', 'True', 500, 'MemberNotLearner', 'Node is a voting member of the etcd cluster'),
          since(given, 'VMEventScheduled', 'True', 30, 'FreezeScheduled', 'maintenance in two hours'),
          since(given, 'DrainScheduled', 'True', 30, 'Draino', 'Drain activity scheduled'),
          since(given, 'RebootRequired', 'True', 500),
          since(given, 'GracefulShutdown', 'True', 5),
          since(given, 'SpecialPurpose', 'False', 500),
        ],
      }),
    ],
    finds: [],
  },
  {
    check: problem,
    name: 'a detector that does not know yet',
    objects: (given) => [
      aPlainNode(given, 'worker', {
        conditions: [since(given, 'KernelDeadlock', 'Unknown', 30), since(given, 'NetworkingReady', 'Unknown', 30)],
      }),
    ],
    finds: [],
  },
];

const capacity = 'pods-over-capacity';
export const podsOverCapacityCases: readonly CheckCase[] = [
  {
    check: capacity,
    name: 'its pods request more memory than it has since its allocatable shrank',
    objects: (given) => [
      aPlainNode(given, 'worker', { status: { allocatable: { cpu: '4', memory: '3900Mi', pods: '110' } } }),
      ...onNode(given, ['a', 'b', 'c', 'd'], { memory: '1Gi', cpu: '500m' }),
    ],
    finds: [
      {
        check: capacity,
        reason: 'PodsOverCapacity',
        impact: 'warning',
        object: 'Node worker-$',
        onsetMinutes: 60,
        title: /^node carries more than it can: memory requests of 4096Mi exceed 3900Mi$/,
      },
    ],
  },
  {
    check: capacity,
    name: 'it carries more pods than it may',
    objects: (given) => [
      aPlainNode(given, 'worker', { status: { allocatable: { cpu: '4', memory: '16Gi', pods: '2' } } }),
      ...onNode(given, ['a', 'b', 'c'], {}),
    ],
    finds: [
      {
        check: capacity,
        reason: 'PodsOverCapacity',
        impact: 'warning',
        title: /3 pods on the node, 2 are allocatable/,
      },
    ],
  },
  {
    check: capacity,
    name: 'it carries as many pods as it may: worth a line',
    objects: (given) => [
      aPlainNode(given, 'worker', { status: { allocatable: { cpu: '4', memory: '16Gi', pods: '3' } } }),
      ...onNode(given, ['a', 'b', 'c'], {}),
    ],
    finds: [{ check: capacity, reason: 'PodsOverCapacity', impact: 'info', title: /^node takes no more pods/ }],
  },
  {
    check: capacity,
    name: 'its pods request exactly what it has',
    objects: (given) => [
      aPlainNode(given, 'worker', { status: { allocatable: { cpu: '2', memory: '4Gi', pods: '110' } } }),
      ...onNode(given, ['a', 'b', 'c', 'd'], { memory: '1Gi', cpu: '500m' }),
    ],
    finds: [],
  },
  {
    check: capacity,
    name: 'finished pods lie about on it, and init containers ran before the rest',
    objects: (given) => {
      const job = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace: given.namespace } };
      const init = [{ name: 'migrate', image: 'busybox', resources: { requests: { memory: '900Mi' } } }];
      return [
        aPlainNode(given, 'worker', { status: { allocatable: { cpu: '2', memory: '2Gi', pods: '3' } } }),
        ...onNode(given, ['a', 'b'], { memory: '1Gi' }, init),
        job,
        {
          ...aMember(given, job, 'done', { node: given.named('worker'), requests: { memory: '1Gi' } }),
          status: { phase: 'Succeeded' },
        },
      ];
    },
    finds: [],
  },
];

function onNode(
  given: Given,
  names: readonly string[],
  requests: Readonly<Record<string, string>>,
  initContainers: readonly unknown[] = [],
): readonly PlainObject[] {
  return names.flatMap((name) => {
    const set = aWorkload('StatefulSet', given, name, {
      spec: { replicas: 1 },
      status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
    });
    const containers = [{ name: 'app', image: 'registry.example.com/api:1.0.0', resources: { requests } }];
    return [
      set,
      aMember(given, set, `${name}-0`, { node: given.named('worker'), spec: { initContainers, containers } }),
    ];
  });
}
