import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import { aStatefulSet } from '../../../control-plane/builders/stateful-set.ts';
import type { CheckCase, Given } from '../case.ts';
import { told } from './storage-objects.ts';
import { aMember, aPlainNode, aWorkload, ownerOf, since } from './workload-objects.ts';

type Fields = Readonly<Record<string, unknown>>;
const DAY = 24 * 60;

/** A Deployment with one ReplicaSet: so many pods ready, so many not since a time. */
function deployed(
  given: Given,
  {
    ready = 0,
    unready = 0,
    unreadyMinutes = 20,
    spec = {},
    status = {},
    conditions = [],
  }: {
    ready?: number;
    unready?: number;
    unreadyMinutes?: number;
    spec?: Fields;
    status?: Fields;
    conditions?: readonly Fields[];
  },
): readonly PlainObject[] {
  const count = ready + unready;
  const deployment = aWorkload('Deployment', given, 'api', {
    spec: { replicas: count, ...spec },
    status: {
      replicas: count,
      updatedReplicas: count,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: unready,
      ...status,
      conditions,
    },
  });
  const set = aWorkload('ReplicaSet', given, 'api-5d4f', {
    owner: ownerOf(deployment),
    spec: { replicas: count },
    status: { replicas: count, readyReplicas: ready, availableReplicas: ready },
  });
  return [
    deployment,
    set,
    ...Array.from({ length: count }, (_, index) =>
      aMember(given, set, `api-5d4f-${String(index)}`, {
        labels: { app: 'api' },
        ...(index >= ready && { unreadyMinutes }),
      }),
    ),
  ];
}

const available = (given: Given, minutes: number) =>
  since(given, 'Available', 'True', minutes, 'MinimumReplicasAvailable', 'Deployment has minimum availability.');
const unavailable = (given: Given, minutes: number) =>
  since(
    given,
    'Available',
    'False',
    minutes,
    'MinimumReplicasUnavailable',
    'Deployment does not have minimum availability.',
  );
const progressing = (given: Given, minutes: number, reason = 'NewReplicaSetAvailable') => ({
  ...since(given, 'Progressing', 'True', 60, reason, 'ReplicaSet "api-5d4f" is progressing.'),
  lastUpdateTime: given.ago(minutes),
});

const short = 'replicas-short';
export const replicasShortCases: readonly CheckCase[] = [
  {
    check: short,
    name: 'one of three pods has not been ready for twenty minutes',
    objects: (given) =>
      deployed(given, { ready: 2, unready: 1, conditions: [available(given, 60), progressing(given, 60)] }),
    finds: [
      {
        check: short,
        reason: 'ReplicasShort',
        impact: 'error',
        object: 'Deployment api',
        owner: 'Deployment api',
        onsetMinutes: 20,
        title: /^2 of 3 replicas ready: pod api-5d4f-2 is not ready \(containers with unready status: \[app\]\)$/,
      },
    ],
  },
  {
    check: short,
    name: 'nothing is ready any more',
    objects: (given) =>
      deployed(given, { unready: 2, unreadyMinutes: 12, conditions: [unavailable(given, 12), progressing(given, 60)] }),
    finds: [
      {
        check: short,
        reason: 'ReplicasShort',
        impact: 'critical',
        onsetMinutes: 12,
        title: /^0 of 2 replicas ready: 2 pods/,
      },
    ],
  },
  {
    check: short,
    name: 'no controller has looked at it since it was made',
    objects: ({ namespace }) => [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'api', namespace },
        spec: {
          selector: { matchLabels: { app: 'api' } },
          template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'app', image: 'api:1' }] } },
        },
      },
    ],
    finds: [
      {
        check: short,
        reason: 'ReplicasShort',
        impact: 'critical',
        onsetMinutes: 60,
        title: /no controller has looked at it yet/,
      },
    ],
  },
  {
    check: short,
    name: 'a rolling update is under way and keeps what it promises',
    objects: (given) =>
      deployed(given, {
        ready: 3,
        unready: 1,
        unreadyMinutes: 3,
        status: { updatedReplicas: 1 },
        conditions: [available(given, 60), progressing(given, 3, 'ReplicaSetUpdated')],
      }),
    finds: [],
  },
  {
    check: short,
    name: 'its first rollout is slow, within its deadline',
    ageMinutes: 8,
    objects: (given) =>
      deployed(given, {
        unready: 2,
        unreadyMinutes: 8,
        conditions: [unavailable(given, 8), progressing(given, 8, 'ReplicaSetUpdated')],
      }),
    finds: [],
  },
  {
    check: short,
    name: 'its Recreate strategy has taken the old pods away and starts the new ones',
    objects: (given) =>
      deployed(given, {
        unready: 1,
        unreadyMinutes: 6,
        spec: { strategy: { type: 'Recreate' } },
        conditions: [unavailable(given, 7), progressing(given, 6, 'ReplicaSetUpdated')],
      }),
    finds: [],
  },
  {
    check: short,
    name: 'its new pods are ready and count as available only after a while',
    objects: (given) =>
      deployed(given, {
        ready: 2,
        spec: { minReadySeconds: 1_200, progressDeadlineSeconds: 3_600 },
        status: { availableReplicas: 0, unavailableReplicas: 2 },
        conditions: [unavailable(given, 10), progressing(given, 10, 'ReplicaSetUpdated')],
      }),
    finds: [],
  },
  {
    check: short,
    name: 'it is scaled to zero',
    objects: (given) => deployed(given, { conditions: [available(given, 60), progressing(given, 60)] }),
    finds: [],
  },
];

const setShort = 'replicaset-short';
export const replicaSetShortCases: readonly CheckCase[] = [
  {
    check: setShort,
    name: 'a bare one lost a pod',
    objects: (given) => bareSet(given, {}),
    finds: [
      {
        check: setShort,
        reason: 'ReplicasShort',
        impact: 'error',
        object: 'ReplicaSet web',
        owner: 'ReplicaSet web',
        onsetMinutes: 20,
        title: /^1 of 2 replicas ready: pod web-1 is not ready/,
      },
    ],
  },
  {
    check: setShort,
    name: 'the stable one of a Rollout lost a pod',
    objects: (given) =>
      bareSet(given, { owner: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'shop' } }),
    finds: [{ check: setShort, reason: 'ReplicasShort', impact: 'error', owner: 'Rollout shop' }],
  },
  {
    check: setShort,
    name: 'its pods are ready',
    objects: (given) => bareSet(given, {}, 0),
    finds: [],
  },
  {
    check: setShort,
    name: 'the canary of a Rollout is starting',
    ageMinutes: 3,
    objects: (given) =>
      bareSet(given, { owner: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'shop' } }, 1, 3),
    finds: [],
  },
  {
    check: setShort,
    name: 'an old revision of a Rollout is scaled to zero',
    objects: (given) => [
      aWorkload('ReplicaSet', given, 'shop-old', {
        owner: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'shop' },
        spec: { replicas: 0 },
        status: { replicas: 0 },
      }),
    ],
    finds: [],
  },
];

function bareSet(
  given: Given,
  metadata: Partial<PlainObject['metadata']>,
  unready = 1,
  unreadyMinutes = 20,
): readonly PlainObject[] {
  const ready = 2 - unready;
  const set = aWorkload('ReplicaSet', given, 'web', {
    ...metadata,
    spec: { replicas: 2 },
    status: { replicas: 2, readyReplicas: ready, availableReplicas: ready },
  });
  return [
    set,
    ...['0', '1'].map((suffix, index) =>
      aMember(given, set, `web-${suffix}`, { labels: { app: 'web' }, ...(index >= ready && { unreadyMinutes }) }),
    ),
  ];
}

const stateful = 'statefulset-short';

/** A StatefulSet whose members are ready (`undefined`) or not ready since so many minutes. */
function members(
  given: Given,
  minutes: readonly (number | undefined)[],
  {
    replicas = minutes.length,
    spec = {},
    status = {},
    start = 0,
  }: { replicas?: number; spec?: Fields; status?: Fields; start?: number } = {},
): readonly PlainObject[] {
  const ready = minutes.filter((one) => one === undefined).length;
  const set = aWorkload('StatefulSet', given, 'db', {
    spec: { replicas, ...spec },
    status: { replicas: minutes.length, readyReplicas: ready, availableReplicas: ready, ...status },
  });
  return [
    set,
    ...minutes.map((unreadyMinutes, index) =>
      aMember(given, set, `db-${String(start + index)}`, { ...(unreadyMinutes !== undefined && { unreadyMinutes }) }),
    ),
  ];
}

export const statefulSetShortCases: readonly CheckCase[] = [
  {
    check: stateful,
    name: 'it is stuck at its second member, and the third does not come',
    objects: (given) => members(given, [undefined, 20], { replicas: 3 }),
    finds: [
      {
        check: stateful,
        reason: 'ReplicasShort',
        impact: 'error',
        object: 'StatefulSet db',
        owner: 'StatefulSet db',
        onsetMinutes: 20,
        title: /^1 of 3 replicas ready: stuck at db-1, 1 member behind it: pod db-1 is not ready/,
      },
    ],
  },
  {
    check: stateful,
    name: 'its ordinals start at five, and the first is not ready',
    objects: (given) =>
      members(given, [15, undefined], { spec: { ordinals: { start: 5 }, podManagementPolicy: 'Parallel' }, start: 5 }),
    finds: [
      {
        check: stateful,
        reason: 'ReplicasShort',
        onsetMinutes: 15,
        title: /^1 of 2 replicas ready: pod db-5 is not ready/,
      },
    ],
  },
  {
    check: stateful,
    name: 'its pod was deleted and nobody makes it again',
    objects: (given) => members(given, [undefined], { replicas: 2 }),
    finds: [
      {
        check: stateful,
        reason: 'ReplicasShort',
        title: /^1 of 2 replicas ready: stuck at db-1, which does not exist$/,
      },
    ],
  },
  {
    check: stateful,
    name: 'the only member keeps crashing: that says why',
    objects: ({ namespace, nowMs }) => [
      aStatefulSet('db')
        .in(namespace)
        .at(nowMs)
        .crashLooping({ exitCode: 1, sinceMs: 20 * 60_000 }),
    ],
    finds: [
      { check: 'crash-loop', reason: 'CrashLoop', impact: 'critical', owner: 'StatefulSet db' },
      { check: stateful, reason: 'ReplicasShort', attachedTo: 'crash-loop' },
    ],
  },
  {
    check: stateful,
    name: 'a rolling update restarts one member after the other',
    objects: (given) =>
      members(given, [undefined, undefined, 3], { status: { updateRevision: 'db-2', updatedReplicas: 1 } }),
    finds: [],
  },
  {
    check: stateful,
    name: 'new revisions wait until somebody deletes the pods',
    objects: (given) =>
      members(given, [undefined, undefined], {
        spec: { updateStrategy: { type: 'OnDelete' } },
        status: { updateRevision: 'db-2', updatedReplicas: 0 },
      }),
    finds: [],
  },
  {
    check: stateful,
    name: 'a partition keeps the update to the last member',
    objects: (given) =>
      members(given, [undefined, undefined], {
        spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
        status: { updateRevision: 'db-2', updatedReplicas: 1 },
      }),
    finds: [],
  },
  {
    check: stateful,
    name: 'its headless Service does not exist, and it needs none',
    objects: (given) => members(given, [undefined, undefined], { spec: { serviceName: 'db-headless' } }),
    finds: [],
  },
  {
    check: stateful,
    name: 'it was scaled up and its next member starts',
    ageMinutes: 3,
    objects: (given) => members(given, [undefined, 3], { replicas: 3 }),
    finds: [],
  },
];

const daemon = 'daemonset-short';

/** A DaemonSet on nodes of this case: ready (`undefined`), not ready since so many minutes, or without a pod (`none`). */
function daemonSet(
  given: Given,
  nodes: Readonly<Record<string, number | 'none' | undefined>>,
  {
    wanted = Object.keys(nodes).length,
    status = {},
    spec = {},
  }: { wanted?: number; status?: Fields; spec?: Fields } = {},
): readonly PlainObject[] {
  const placed = Object.entries(nodes).flatMap(([node, minutes]) => (minutes === 'none' ? [] : [{ node, minutes }]));
  const ready = placed.filter(({ minutes }) => minutes === undefined).length;
  const set = aWorkload('DaemonSet', given, 'agent', {
    spec,
    status: {
      desiredNumberScheduled: wanted,
      currentNumberScheduled: placed.length,
      updatedNumberScheduled: placed.length,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: wanted - ready,
      ...status,
    },
  });
  return [
    set,
    ...placed.map(({ node, minutes }) =>
      aMember(given, set, `agent-${node}`, {
        node: given.named(node),
        ...(minutes !== undefined && { unreadyMinutes: minutes }),
      }),
    ),
  ];
}

export const daemonSetShortCases: readonly CheckCase[] = [
  {
    check: daemon,
    name: 'one node has no ready pod',
    objects: (given) => [
      ...['one', 'two', 'three'].map((node) => aPlainNode(given, node)),
      ...daemonSet(given, { one: undefined, two: undefined, three: 20 }),
    ],
    finds: [
      {
        check: daemon,
        reason: 'ReplicasShort',
        impact: 'error',
        object: 'DaemonSet agent',
        owner: 'DaemonSet agent',
        onsetMinutes: 20,
        title: /^2 of 3 replicas ready: not on three-case-\d+: pod agent-three is not ready/,
      },
    ],
  },
  {
    check: daemon,
    name: 'a node that it wants has no pod at all, and one that it does not want neither',
    objects: (given) => [
      aPlainNode(given, 'one'),
      aPlainNode(given, 'two'),
      aPlainNode(given, 'control', {
        spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
      }),
      ...daemonSet(given, { one: undefined, two: 'none' }),
    ],
    finds: [{ check: daemon, reason: 'ReplicasShort', title: /^1 of 2 replicas ready: not on two-case-\d+$/ }],
  },
  {
    check: daemon,
    name: 'it is ready nowhere',
    objects: (given) => [aPlainNode(given, 'one'), ...daemonSet(given, { one: 30 })],
    finds: [{ check: daemon, reason: 'ReplicasShort', impact: 'critical', onsetMinutes: 30 }],
  },
  {
    check: daemon,
    name: 'the node under its missing pod is down: a symptom of that',
    objects: (given) => [
      aPlainNode(given, 'one'),
      aPlainNode(given, 'two', {
        conditions: [since(given, 'Ready', 'Unknown', 20, 'NodeStatusUnknown', 'Kubelet stopped posting node status.')],
      }),
      ...daemonSet(given, { one: undefined, two: 20 }),
    ],
    finds: [
      { check: 'node-not-ready', reason: 'NodeUnreachable', object: 'Node two-$' },
      { check: daemon, reason: 'ReplicasShort', attachedTo: 'node-not-ready' },
    ],
  },
  {
    check: daemon,
    name: 'a rolling update goes from node to node',
    objects: (given) => [
      ...['one', 'two', 'three'].map((node) => aPlainNode(given, node)),
      ...daemonSet(given, { one: undefined, two: 4, three: undefined }, { status: { updatedNumberScheduled: 1 } }),
    ],
    finds: [],
  },
  {
    check: daemon,
    name: 'updates wait until somebody deletes the pods',
    objects: (given) => [
      aPlainNode(given, 'one'),
      ...daemonSet(
        given,
        { one: undefined },
        { spec: { updateStrategy: { type: 'OnDelete' } }, status: { updatedNumberScheduled: 0 } },
      ),
    ],
    finds: [],
  },
  {
    check: daemon,
    name: 'a pod is left on a node that it no longer wants',
    objects: (given) => [
      aPlainNode(given, 'one'),
      aPlainNode(given, 'two'),
      ...daemonSet(
        given,
        { one: undefined, two: undefined },
        {
          wanted: 1,
          status: {
            currentNumberScheduled: 1,
            updatedNumberScheduled: 1,
            numberReady: 1,
            numberMisscheduled: 1,
            numberUnavailable: 0,
          },
        },
      ),
    ],
    finds: [],
  },
  {
    check: daemon,
    name: 'the node of one pod is being taken away by an autoscaler',
    objects: (given) => [
      aPlainNode(given, 'one'),
      aPlainNode(given, 'two', {
        spec: {
          unschedulable: true,
          taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule' }],
        },
        conditions: [since(given, 'Ready', 'Unknown', 5, 'NodeStatusUnknown', 'Kubelet stopped posting node status.')],
      }),
      ...daemonSet(given, { one: undefined, two: 5 }),
    ],
    finds: [],
  },
  {
    check: daemon,
    name: 'no node has its label',
    objects: (given) => [aPlainNode(given, 'one'), ...daemonSet(given, {}, { wanted: 0 })],
    finds: [],
  },
];

const stuck = 'rollout-stuck';
const REVISION = 'deployment.kubernetes.io/revision';

/** Two old pods serve; the one new pod is not ready. */
function halfRolledOut(given: Given, conditions: readonly Fields[], spec: Fields = {}): readonly PlainObject[] {
  const deployment = aWorkload('Deployment', given, 'api', {
    spec: { replicas: 2, ...spec },
    status: {
      replicas: 3,
      updatedReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 2,
      unavailableReplicas: 1,
      conditions,
    },
  });
  const revision = (name: string, number: string, wanted: number, ready: number) =>
    aWorkload('ReplicaSet', given, name, {
      owner: ownerOf(deployment),
      annotations: { [REVISION]: number },
      spec: { replicas: wanted },
      status: { replicas: wanted, readyReplicas: ready, availableReplicas: ready },
    });
  const before = revision('api-old', '1', 2, 2);
  const after = revision('api-new', '2', 1, 0);
  return [
    deployment,
    before,
    after,
    ...['1', '2'].map((suffix) => aMember(given, before, `api-old-${suffix}`, { labels: { app: 'api' } })),
    aMember(given, after, 'api-new-1', { labels: { app: 'api' }, unreadyMinutes: 20 }),
  ];
}

export const rolloutStuckCases: readonly CheckCase[] = [
  {
    check: stuck,
    name: 'the new revision is not ready within the deadline',
    objects: (given) =>
      halfRolledOut(given, [
        available(given, 60),
        since(
          given,
          'Progressing',
          'False',
          10,
          'ProgressDeadlineExceeded',
          'ReplicaSet "api-new" has timed out progressing.',
        ),
      ]),
    finds: [
      {
        check: stuck,
        reason: 'RolloutStuck',
        impact: 'error',
        object: 'Deployment api',
        owner: 'Deployment api',
        onsetMinutes: 20,
        title: /no progress for 600 s; new ReplicaSet api-new has 0 of 1 pods ready, old ReplicaSet api-old 2 of 2$/,
      },
    ],
  },
  {
    check: stuck,
    name: 'its own deadline is short',
    objects: (given) =>
      halfRolledOut(
        given,
        [available(given, 60), since(given, 'Progressing', 'False', 4, 'ProgressDeadlineExceeded', 'timed out')],
        { progressDeadlineSeconds: 120 },
      ),
    finds: [{ check: stuck, reason: 'RolloutStuck', onsetMinutes: 6, title: /no progress for 120 s/ }],
  },
  {
    check: stuck,
    name: 'the new ReplicaSet cannot be made',
    objects: (given) =>
      deployed(given, {
        ready: 2,
        status: { updatedReplicas: 0 },
        conditions: [
          available(given, 60),
          since(
            given,
            'Progressing',
            'False',
            15,
            'ReplicaSetCreateError',
            'Failed to create new replica set "api-6c": replicasets.apps is forbidden: exceeded quota: team',
          ),
        ],
      }),
    finds: [
      {
        check: stuck,
        reason: 'RolloutStuck',
        impact: 'error',
        onsetMinutes: 15,
        title: /Failed to create new replica set/,
      },
    ],
  },
  {
    check: stuck,
    name: 'the image of the new revision does not exist: that says why',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .replicas(2)
        .imagePullFailing({ sinceMs: 20 * 60_000 })
        .rolloutStuck({ sinceMs: 20 * 60_000 }),
    ],
    finds: [
      { check: 'image-pull', reason: 'ImagePull', impact: 'error', owner: 'Deployment api' },
      { check: stuck, reason: 'RolloutStuck', attachedTo: 'image-pull' },
    ],
  },
  {
    check: stuck,
    name: 'the rollout is within its deadline',
    objects: (given) => halfRolledOut(given, [available(given, 60), progressing(given, 4, 'ReplicaSetUpdated')]),
    finds: [],
  },
  {
    check: stuck,
    name: 'it was stuck, somebody undid it, and the controller has not looked again',
    objects: (given) =>
      deployed(given, { ready: 2, conditions: [available(given, 60), progressing(given, 1, 'ReplicaSetUpdated')] }),
    finds: [],
  },
  {
    check: stuck,
    name: 'it is paused half-way on purpose',
    objects: (given) =>
      halfRolledOutReady(given, [
        available(given, 60),
        {
          ...since(given, 'Progressing', 'Unknown', 30, 'DeploymentPaused', 'Deployment is paused'),
          lastUpdateTime: given.ago(30),
        },
      ]),
    finds: [],
  },
];

/** Paused with one new pod beside the old one. */
function halfRolledOutReady(given: Given, conditions: readonly Fields[]): readonly PlainObject[] {
  return deployed(given, { ready: 2, spec: { paused: true }, status: { updatedReplicas: 1 }, conditions });
}

const paused = 'rollout-paused';
const pausedSince = (given: Given, minutes: number) => ({
  ...since(given, 'Progressing', 'Unknown', minutes, 'DeploymentPaused', 'Deployment is paused'),
  lastUpdateTime: given.ago(minutes),
});

export const rolloutPausedCases: readonly CheckCase[] = [
  {
    check: paused,
    name: 'it has been paused half-way for two days',
    ageMinutes: 3 * DAY,
    objects: (given) => halfRolledOutReady(given, [available(given, 3 * DAY), pausedSince(given, 2 * DAY)]),
    finds: [
      {
        check: paused,
        reason: 'RolloutPaused',
        impact: 'info',
        owner: 'Deployment api',
        onsetMinutes: 2 * DAY,
        title: /^the rollout is paused: 1 of 2 replicas run the new version$/,
      },
    ],
  },
  {
    check: paused,
    name: 'it was paused an hour ago for a canary',
    objects: (given) => halfRolledOutReady(given, [available(given, 60), pausedSince(given, 55)]),
    finds: [],
  },
  {
    check: paused,
    name: 'it is paused and scaled to zero',
    ageMinutes: 3 * DAY,
    objects: (given) => deployed(given, { spec: { paused: true }, conditions: [pausedSince(given, 2 * DAY)] }),
    finds: [],
  },
  {
    check: paused,
    name: 'it was resumed, and its old events tell of the pause',
    objects: (given) => {
      const [deployment, ...rest] = deployed(given, {
        ready: 2,
        conditions: [available(given, 60), progressing(given, 30)],
      });
      if (deployment === undefined) return [];
      return [
        deployment,
        ...rest,
        told(given, deployment, 'ScalingReplicaSet', 'Scaled up replica set api-5d4f to 2', {
          type: 'Normal',
          count: 1,
        }),
      ];
    },
    finds: [],
  },
];

const single = 'single-replica';
export const singleReplicaCases: readonly CheckCase[] = [
  {
    check: single,
    name: 'a P0 service runs with one replica',
    ageMinutes: 2 * DAY,
    tiers: { api: 'P0' },
    objects: (given) => deployed(given, { ready: 1, conditions: [available(given, DAY), progressing(given, DAY)] }),
    finds: [
      {
        check: single,
        reason: 'SingleReplica',
        impact: 'info',
        object: 'Deployment api',
        owner: 'Deployment api',
        title: /single replica/,
      },
    ],
  },
  {
    check: single,
    name: 'so does a P0 database',
    ageMinutes: 2 * DAY,
    tiers: { db: 'P0' },
    objects: (given) => members(given, [undefined]),
    finds: [{ check: single, reason: 'SingleReplica', impact: 'info', object: 'StatefulSet db' }],
  },
  {
    check: single,
    name: 'a P0 service runs with two',
    tiers: { api: 'P0' },
    objects: (given) => deployed(given, { ready: 2, conditions: [available(given, 60), progressing(given, 60)] }),
    finds: [],
  },
  {
    check: single,
    name: 'a P1 service and one without a tier run with one',
    tiers: { api: 'P1' },
    objects: (given) => [
      ...deployed(given, { ready: 1, conditions: [available(given, 60), progressing(given, 60)] }),
      ...members(given, [undefined]),
    ],
    finds: [],
  },
  {
    check: single,
    name: 'a P0 service is scaled to zero',
    tiers: { api: 'P0' },
    objects: (given) => deployed(given, { conditions: [available(given, 60), progressing(given, 60)] }),
    finds: [],
  },
];
