import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { aService } from '../../../control-plane/builders/service.ts';
import type { CheckCase } from '../case.ts';
import { aKubeletPod, anOwner, ended, heldBack, podEvent, running } from './pods.ts';

const check = 'crash-loop';

export const crashLoopCases: readonly CheckCase[] = [
  {
    check,
    name: 'every replica exits with an error, and the Service has nobody left',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .replicas(2)
        .crashLooping({ exitCode: 3, sinceMs: 20 * 60_000 }),
      aService('api').in(namespace).withUnreadyEndpoints(),
    ],
    finds: [
      { check, reason: 'CrashLoop', impact: 'critical', owner: 'Deployment api', title: /exit code 3/ },
      { check: 'service-without-endpoints', reason: 'NoEndpoints', attachedTo: check },
    ],
  },
  {
    check,
    name: 'a segmentation fault, with the last words of the program',
    objects: (given) => [
      ...anOwner(given, 3, 2),
      aKubeletPod(given, { containers: [heldBack(given, 139, { message: 'panic: nil map' })] }),
    ],
    finds: [
      {
        check,
        reason: 'CrashLoop',
        impact: 'error',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 40,
        title:
          /^2 of 3 replicas ready: container app keeps crashing \(exit code 139 \(SIGSEGV\), 7 restarts\): panic: nil map$/,
      },
    ],
  },
  {
    check,
    name: 'a command that ends at once without an error',
    objects: (given) => [...anOwner(given), aKubeletPod(given, { containers: [heldBack(given, 0)] })],
    finds: [
      { check, reason: 'CrashLoop', impact: 'critical', title: /ends again and again, without an error \(exit code 0/ },
    ],
  },
  {
    check,
    name: 'exit code 137 that is no OOM kill',
    objects: (given) => [...anOwner(given), aKubeletPod(given, { containers: [heldBack(given, 137)] })],
    finds: [{ check, reason: 'CrashLoop', title: /exit code 137 \(SIGKILL\)/ }],
  },
  {
    check,
    name: 'a sidecar of a pod that never restarts keeps its main container from starting',
    objects: (given) => [
      aKubeletPod(given, {
        name: 'report',
        owner: undefined,
        phase: 'Pending',
        restartPolicy: 'Never',
        initContainers: [{ name: 'proxy', spec: { restartPolicy: 'Always' }, ...heldBack(given, 1) }],
        containers: [{ state: { waiting: { reason: 'PodInitializing' } } }],
      }),
    ],
    finds: [
      { check, reason: 'CrashLoop', owner: 'Pod report', title: /sidecar proxy keeps crashing \(exit code 1, 7/ },
    ],
  },
  {
    check,
    name: 'a pod of a ReplicationController, seen in the moment in which it runs',
    objects: (given) => [
      {
        apiVersion: 'v1',
        kind: 'ReplicationController',
        metadata: { name: 'old', namespace: given.namespace },
        spec: {
          replicas: 1,
          selector: { app: 'old' },
          template: { metadata: { labels: { app: 'old' } }, spec: { containers: [{ name: 'app', image: 'old' }] } },
        },
      },
      aKubeletPod(given, {
        name: 'old-x2x4z',
        labels: { app: 'old' },
        owner: { apiVersion: 'v1', kind: 'ReplicationController', name: 'old' },
        containers: [
          {
            restartCount: 5,
            ...running(given.ago(0.5)),
            lastState: ended(1, given.ago(2.2), given.ago(2)),
          },
        ],
      }),
    ],
    finds: [{ check, reason: 'CrashLoop', impact: 'critical', owner: 'ReplicationController old' }],
  },
  {
    check,
    name: 'a static pod of the control plane, which belongs to itself',
    objects: (given) => [
      aKubeletPod(given, {
        name: 'etcd-cp-1',
        owner: { apiVersion: 'v1', kind: 'Node', name: 'cp-1' },
        containers: [{ name: 'etcd', ...heldBack(given, 2) }],
      }),
    ],
    finds: [{ check, reason: 'CrashLoop', owner: 'Pod etcd-cp-1', title: /container etcd keeps crashing/ }],
  },
  {
    check,
    name: 'a container that failed once, an hour ago, and runs since',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .restarting({ restarts: 1, sinceMs: 60 * 60_000 }),
    ],
    finds: [],
  },
  {
    check,
    name: 'a pod of a Job that retries within its limit',
    objects: (given) => [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'import', namespace: given.namespace },
        spec: {
          backoffLimit: 6,
          template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'app', image: 'import' }] } },
        },
        status: { active: 1, ready: 0, startTime: given.ago(6) },
      },
      aKubeletPod(given, {
        name: 'import-x2x4z',
        owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'import' },
        restartPolicy: 'OnFailure',
        placed: 6,
        containers: [heldBack(given, 1, { restarts: 3, ago: 0.5 })],
      }),
    ],
    finds: [],
  },
  {
    check,
    name: 'the database came a little later: two restarts while starting, ready since',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 12,
        since: 9,
        containers: [
          {
            ready: true,
            restartCount: 2,
            ...running(given.ago(9)),
            lastState: ended(1, given.ago(10), given.ago(9.5)),
          },
        ],
      }),
    ],
    finds: [],
  },
  {
    check,
    name: 'a first crash a minute ago, held back for ten seconds',
    objects: (given) => {
      const pod = aKubeletPod(given, { placed: 1.5, containers: [heldBack(given, 1, { restarts: 1, ago: 0.3 })] });
      return [
        ...anOwner(given, 3, 2, 1),
        pod,
        podEvent(given, pod, 'BackOff', 'Back-off restarting failed container app in pod api', {
          first: 0.5,
          last: 0.1,
        }),
      ];
    },
    finds: [],
  },
  {
    check,
    name: 'a debugging session that ended with an error in a pod that is well',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        containers: [{ ready: true, ...running(given.ago(40)) }],
        status: {
          ephemeralContainerStatuses: [
            {
              name: 'debugger-1',
              image: 'busybox',
              imageID: '',
              ready: false,
              restartCount: 0,
              state: ended(137, given.ago(9), given.ago(8)),
            },
          ],
        },
      }),
    ],
    finds: [],
  },
];
