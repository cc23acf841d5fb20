import { aNode } from '../../../control-plane/builders/node.ts';
import type { CheckCase } from '../case.ts';
import { aKubeletPod, anOwner, ended, podEvent, running } from './pods.ts';

const stuck = 'stuck-terminating';

export const stuckTerminatingCases: readonly CheckCase[] = [
  {
    check: stuck,
    name: 'a finalizer that nobody takes away',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        deleted: true,
        phase: 'Succeeded',
        finalizers: ['example.com/cleanup'],
        containers: [{ state: ended(0, given.ago(300), given.ago(60)) }],
      }),
    ],
    finds: [
      {
        check: stuck,
        reason: 'StuckTerminating',
        impact: 'warning',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        title: /does not go away: held by finalizer example.com\/cleanup/,
      },
    ],
  },
  {
    check: stuck,
    name: 'a kubelet that cannot kill the container',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        deleted: true,
        nodeName: given.named('n1'),
        containers: [running(given.ago(300))],
      });
      return [
        aNode(given.named('n1')).at(given.nowMs),
        ...anOwner(given, 1, 1),
        pod,
        podEvent(
          given,
          pod,
          'FailedKillPod',
          'error killing pod: failed to "KillContainer" for "app" with KillContainerError: "rpc error: code = DeadlineExceeded"',
        ),
      ];
    },
    finds: [
      {
        check: stuck,
        reason: 'StuckTerminating',
        title: /has not ended it \(app still runs\): error killing pod: failed/,
      },
    ],
  },
  {
    check: stuck,
    name: 'its node is gone, and a StatefulSet waits for it',
    objects: (given) => {
      const name = given.named('n1');
      const labels = { app: 'db' };
      return [
        aNode(name).at(given.nowMs),
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'db', namespace: given.namespace },
          spec: {
            replicas: 1,
            serviceName: 'db',
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'db' }] } },
          },
          status: { replicas: 1, observedGeneration: 1, currentRevision: 'db-1', updateRevision: 'db-1' },
        },
        aKubeletPod(given, {
          name: 'db-0',
          labels,
          owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' },
          deleted: true,
          nodeName: 'gone-1',
          containers: [running(given.ago(300))],
        }),
      ];
    },
    finds: [
      {
        check: stuck,
        reason: 'StuckTerminating',
        impact: 'critical',
        owner: 'StatefulSet db',
        title: /its node gone-1 no longer exists/,
      },
    ],
  },
  {
    check: stuck,
    name: 'its node is down: the matter of that node',
    objects: (given) => [
      aNode(given.named('n1'))
        .at(given.nowMs)
        .notReady({ status: 'Unknown', sinceMs: 70 * 60_000 }),
      aKubeletPod(given, {
        name: 'report',
        owner: undefined,
        deleted: true,
        nodeName: given.named('n1'),
        containers: [running(given.ago(300))],
      }),
    ],
    finds: [
      { check: 'node-not-ready', reason: 'NodeUnreachable' },
      { check: stuck, reason: 'StuckTerminating', attachedTo: 'node-not-ready', title: /its node \S+ is not ready/ },
    ],
  },
  {
    check: stuck,
    name: 'told to end five minutes ago',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, { deleted: true, containers: [running(given.ago(300))] }),
    ],
    ageMinutes: 5,
    finds: [],
  },
  {
    check: stuck,
    name: 'a database that was given two hours to end',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        deleted: true,
        spec: { terminationGracePeriodSeconds: 7_200 },
        containers: [running(given.ago(300))],
      }),
    ],
    finds: [],
  },
];

const blocked = 'completion-blocked';
const JOB = { apiVersion: 'batch/v1', kind: 'Job', name: 'import' };
const PLAN = { name: 'import-x2x4z', owner: JOB, restartPolicy: 'Never', placed: 120 } as const;

export const completionBlockedCases: readonly CheckCase[] = [
  {
    check: blocked,
    name: "a mesh's proxy runs on after the work is done",
    objects: (given) => [
      {
        ...JOB,
        metadata: { name: 'import', namespace: given.namespace },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'import' }] } } },
        status: { active: 1, ready: 0, startTime: given.ago(120) },
      },
      aKubeletPod(given, {
        ...PLAN,
        containers: [
          { state: ended(0, given.ago(120), given.ago(100)) },
          { name: 'istio-proxy', ready: true, ...running(given.ago(120)) },
        ],
      }),
    ],
    finds: [
      {
        check: blocked,
        reason: 'CompletionBlocked',
        impact: 'warning',
        object: 'Pod import-x2x4z',
        owner: 'Job import',
        onsetMinutes: 100,
        title: /the work is done, but container istio-proxy still runs: the Job cannot end/,
      },
    ],
  },
  {
    check: blocked,
    name: 'the work has failed for good, and the proxy of a pod without owner runs on',
    objects: (given) => [
      aKubeletPod(given, {
        ...PLAN,
        name: 'report',
        owner: undefined,
        containers: [
          { state: ended(3, given.ago(120), given.ago(100)) },
          { name: 'cloud-sql-proxy', ready: true, ...running(given.ago(120)) },
        ],
      }),
    ],
    finds: [
      {
        check: blocked,
        reason: 'CompletionBlocked',
        owner: 'Pod report',
        title: /container app failed and is not started/,
      },
    ],
  },
  {
    check: blocked,
    name: 'a sidecar of the kind that Kubernetes ends by itself',
    objects: (given) => [
      aKubeletPod(given, {
        ...PLAN,
        owner: undefined,
        ready: true,
        initContainers: [
          { name: 'istio-proxy', ready: true, spec: { restartPolicy: 'Always' }, ...running(given.ago(120)) },
        ],
        containers: [{ ready: true, ...running(given.ago(120)) }],
      }),
    ],
    finds: [],
  },
  {
    check: blocked,
    name: 'two containers of the work, one of which takes longer',
    objects: (given) => [
      aKubeletPod(given, {
        ...PLAN,
        owner: undefined,
        containers: [
          { name: 'orders', state: ended(0, given.ago(120), given.ago(100)) },
          { name: 'customers', ready: true, ...running(given.ago(120)) },
        ],
      }),
    ],
    finds: [],
  },
];
