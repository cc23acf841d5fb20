import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { aKubeletPod, anOwner, condition, ended, podEvent, running, type PodPlan } from './pods.ts';

const restarts = 'restarts-high';

/** Ready now, after so many ends, the last of them so many minutes ago. */
function restless(given: Given, restartCount: number, ago: number, ageMinutes: number, exitCode = 1): PlainObject {
  return aKubeletPod(given, {
    ready: true,
    placed: ageMinutes,
    since: ago,
    containers: [
      {
        ready: true,
        restartCount,
        ...running(given.ago(ago)),
        lastState: ended(exitCode, given.ago(ago + 100), given.ago(ago)),
      },
    ],
  });
}

export const restartsHighCases: readonly CheckCase[] = [
  {
    check: restarts,
    name: 'twelve ends in a day, the last an hour ago, and ready now',
    objects: (given) => [...anOwner(given, 1, 1), restless(given, 12, 60, 24 * 60, 2)],
    finds: [
      {
        check: restarts,
        reason: 'RestartsHigh',
        impact: 'warning',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        title: /^1 of 1 replica ready: container app restarts again and again, though it is ready \(exit code 2, 12/,
      },
    ],
  },
  {
    check: restarts,
    name: 'a sidecar that dies every two hours',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 24 * 60,
        initContainers: [
          {
            name: 'proxy',
            ready: true,
            restartCount: 11,
            spec: { restartPolicy: 'Always' },
            ...running(given.ago(90)),
            lastState: ended(139, given.ago(200), given.ago(90)),
          },
        ],
        containers: [{ ready: true, ...running(given.ago(24 * 60)) }],
      }),
    ],
    finds: [{ check: restarts, reason: 'RestartsHigh', title: /sidecar proxy .*exit code 139 \(SIGSEGV\)/ }],
  },
  {
    check: restarts,
    name: 'its liveness probe gets it killed every hour, and it ends in good order each time',
    objects: (given) => {
      const pod = restless(given, 20, 30, 20 * 60, 0);
      return [
        ...anOwner(given, 1, 1),
        pod,
        podEvent(given, pod, 'Unhealthy', 'Liveness probe failed: context deadline exceeded', { first: 50, last: 30 }),
        podEvent(given, pod, 'Killing', 'Container app failed liveness probe, will be restarted', {
          type: 'Normal',
          first: 50,
          last: 30,
        }),
      ];
    },
    finds: [
      { check: restarts, reason: 'RestartsHigh', impact: 'warning', title: /20 restarts\): Liveness probe failed/ },
    ],
  },
  {
    check: restarts,
    name: 'five ends in three months',
    objects: (given) => [...anOwner(given, 1, 1), restless(given, 5, 300, 90 * 24 * 60)],
    finds: [],
  },
  {
    check: restarts,
    name: 'a burst of forty that ended a week ago',
    objects: (given) => [...anOwner(given, 1, 1), restless(given, 40, 7 * 24 * 60, 8 * 24 * 60)],
    finds: [],
  },
  {
    check: restarts,
    name: 'a program that ends without an error to read its settings anew',
    objects: (given) => [...anOwner(given, 1, 1), restless(given, 12, 60, 24 * 60, 0)],
    finds: [],
  },
  {
    check: restarts,
    name: 'four failed tries of its first minutes, and quiet since',
    objects: (given) => [...anOwner(given, 1, 1), restless(given, 5, 50, 58)],
    finds: [],
  },
];

const evicted = 'evicted';
const MEMORY =
  'The node was low on resource: memory. Threshold quantity: 100Mi, available: 40Mi. Container app was using 900Mi, request is 64Mi, has larger consumption of memory. ';

function anEviction(given: Given, minutes: number, plan: PodPlan = {}): PlainObject {
  return aKubeletPod(given, {
    name: `api-6b8d4f7c9-e${String(minutes)}`,
    phase: 'Failed',
    reason: 'Evicted',
    message: MEMORY,
    placed: minutes + 60,
    conditions: [
      condition('DisruptionTarget', 'True', given.ago(minutes), 'TerminationByKubelet', MEMORY),
      condition('PodScheduled', 'True', given.ago(minutes + 60)),
    ],
    containers: [{ state: ended(137, given.ago(minutes + 60), given.ago(minutes)) }],
    ...plan,
  });
}

/** A live, ready pod of the same Deployment. */
function successor(given: Given, minutes: number): PlainObject {
  return aKubeletPod(given, {
    ready: true,
    placed: minutes,
    containers: [{ ready: true, ...running(given.ago(minutes)) }],
  });
}

export const evictedCases: readonly CheckCase[] = [
  {
    check: evicted,
    name: 'for memory, and nothing took its place',
    objects: (given) => [...anOwner(given, 2, 1), successor(given, 300), anEviction(given, 10)],
    finds: [
      {
        check: evicted,
        reason: 'Evicted',
        impact: 'error',
        object: 'Pod api-6b8d4f7c9-e10',
        owner: 'Deployment api',
        onsetMinutes: 10,
        title:
          /^1 of 2 replicas ready: pod api-6b8d4f7c9-e10 was evicted from node worker-1 \(memory\): The node was low/,
      },
    ],
  },
  {
    check: evicted,
    name: 'a pod without owner that used more disk than its limit, long ago',
    objects: (given) => [
      anEviction(given, 300, {
        name: 'report',
        owner: undefined,
        message: 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
      }),
    ],
    ageMinutes: 400,
    finds: [
      {
        check: evicted,
        reason: 'Evicted',
        impact: 'error',
        owner: 'Pod report',
        onsetMinutes: 300,
        title: /\(more local storage than its limit\)/,
      },
    ],
  },
  {
    check: evicted,
    name: 'three in an hour, each made good',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      successor(given, 5),
      ...[6, 20, 40].map((minutes) => anEviction(given, minutes)),
    ],
    finds: [{ check: evicted, reason: 'Evicted', impact: 'warning', title: /in 3 pods$/ }],
  },
  {
    check: evicted,
    name: 'one that was made good',
    objects: (given) => [...anOwner(given, 1, 1), successor(given, 9), anEviction(given, 10)],
    finds: [],
  },
  {
    check: evicted,
    name: 'twenty of last week that nobody has collected',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      successor(given, 300),
      ...Array.from({ length: 20 }, (_, index) => anEviction(given, 7 * 24 * 60 + index)),
    ],
    finds: [],
  },
];

const failed = 'pod-failed';
const BARE = { name: 'report', owner: undefined, phase: 'Failed', restartPolicy: 'Never' } as const;

/** A pod of `api` that its node refused. */
function aRefusal(given: Given, minutes: number, reason: string, message: string): PlainObject {
  return aKubeletPod(given, {
    name: `api-6b8d4f7c9-r${String(minutes)}`,
    phase: 'Failed',
    reason,
    message,
    placed: minutes,
    conditions: [],
    status: { containerStatuses: [] },
  });
}

const NO_GPU =
  'Pod was rejected: Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected';
const REBOOT = 'Pod was terminated in response to imminent node shutdown.';

export const podFailedCases: readonly CheckCase[] = [
  {
    check: failed,
    name: 'a pod without owner that is not run again',
    objects: (given) => [
      aKubeletPod(given, {
        ...BARE,
        containers: [{ state: ended(2, given.ago(40), given.ago(25), 'Error', 'no such table: orders') }],
      }),
    ],
    finds: [
      {
        check: failed,
        reason: 'PodFailed',
        impact: 'error',
        object: 'Pod report',
        owner: 'Pod report',
        onsetMinutes: 25,
        title:
          /pod report failed and nobody runs it again: container app ended with exit code 2: no such table: orders$/,
      },
    ],
  },
  {
    check: failed,
    name: 'a pod without owner that was OOM killed',
    objects: (given) => [
      aKubeletPod(given, { ...BARE, containers: [{ state: ended(137, given.ago(40), given.ago(25), 'OOMKilled') }] }),
    ],
    finds: [
      { check: failed, reason: 'OOMKilled', impact: 'error', owner: 'Pod report', title: /SIGKILL\), OOMKilled$/ },
    ],
  },
  {
    check: failed,
    name: 'a pod without owner whose command does not exist',
    objects: (given) => [
      aKubeletPod(given, {
        ...BARE,
        containers: [
          { state: ended(128, given.ago(40), given.ago(40), 'StartError', 'exec: "x": not found in $PATH') },
        ],
      }),
    ],
    finds: [{ check: failed, reason: 'StartFailed', impact: 'error', title: /exit code 128, StartError: exec: "x"/ }],
  },
  {
    check: failed,
    name: 'a pod without owner, an init container of which failed',
    objects: (given) => [
      aKubeletPod(given, {
        ...BARE,
        initContainers: [{ name: 'fetch', state: ended(22, given.ago(40), given.ago(39)) }],
        containers: [{ state: { waiting: { reason: 'PodInitializing' } } }],
      }),
    ],
    finds: [{ check: failed, reason: 'PodFailed', title: /init container fetch ended with exit code 22$/ }],
  },
  {
    check: failed,
    name: 'a pod without owner that its node took down with it',
    objects: (given) => [
      aKubeletPod(given, { ...BARE, reason: 'Terminated', message: REBOOT, status: { containerStatuses: [] } }),
    ],
    finds: [
      { check: failed, reason: 'PodFailed', impact: 'error', title: /node worker-1 was shut down: Pod was term/ },
    ],
  },
  {
    check: failed,
    name: 'a node refuses pod after pod of a Deployment that wants a device',
    objects: (given) => [
      ...anOwner(given, 2, 1),
      successor(given, 300),
      ...[4, 5, 6, 7].map((minutes) => aRefusal(given, minutes, 'UnexpectedAdmissionError', NO_GPU)),
    ],
    finds: [
      {
        check: failed,
        reason: 'PodFailed',
        impact: 'error',
        owner: 'Deployment api',
        onsetMinutes: 7,
        title: /^1 of 2 replicas ready: .* node worker-1 refused or lost it \(UnexpectedAdmissionError\).* in 4 pods$/,
      },
    ],
  },
  {
    check: failed,
    name: 'pods that a node has no room for, again and again, though all are there by now',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      successor(given, 3),
      ...[10, 11, 12].map((minutes) =>
        aRefusal(
          given,
          minutes,
          'OutOfcpu',
          "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000",
        ),
      ),
    ],
    finds: [{ check: failed, reason: 'PodFailed', impact: 'warning', title: /node worker-1 had no cpu left for it/ }],
  },
  {
    check: failed,
    name: 'a pod whose state nobody knows',
    objects: (given) => [
      ...anOwner(given, 2, 1),
      successor(given, 300),
      aKubeletPod(given, {
        name: 'api-6b8d4f7c9-lost1',
        phase: 'Unknown',
        reason: 'NodeLost',
        message: 'Node worker-1 which was running pod api is unresponsive',
        since: 15,
        containers: [{ ready: true, ...running(given.ago(300)) }],
      }),
    ],
    finds: [
      { check: failed, reason: 'PodFailed', impact: 'error', title: /lost1 is lost: its node worker-1 does not say/ },
    ],
  },
  {
    check: failed,
    name: 'pods that a node left behind when it was shut down, and that run elsewhere',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      successor(given, 9),
      ...[10, 11, 12, 13].map((minutes) => aRefusal(given, minutes, 'NodeShutdown', REBOOT)),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'a dozen refusals of last week that nobody has collected: untidy, no more',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      successor(given, 300),
      ...Array.from({ length: 12 }, (_, index) => aRefusal(given, 9_000 + index, 'UnexpectedAdmissionError', NO_GPU)),
    ],
    finds: [{ check: failed, reason: 'PodFailed', impact: 'info', title: /in 12 pods$/ }],
  },
  {
    check: failed,
    name: 'one refusal after a reboot, when the node had not its labels yet',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      successor(given, 9),
      aRefusal(given, 10, 'NodeAffinity', 'Pod was rejected: Predicate NodeAffinity failed'),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'a failed try of a Job that succeeded later',
    objects: (given) => [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'import', namespace: given.namespace },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'import' }] } } },
        status: {
          failed: 1,
          succeeded: 1,
          startTime: given.ago(40),
          completionTime: given.ago(20),
          conditions: ['SuccessCriteriaMet', 'Complete'].map((type) =>
            condition(type, 'True', given.ago(20), 'CompletionsReached'),
          ),
        },
      },
      aKubeletPod(given, {
        ...BARE,
        name: 'import-1',
        owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'import' },
        containers: [{ state: ended(1, given.ago(40), given.ago(35)) }],
      }),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'a session at a terminal that ended with the exit code of its last command',
    objects: (given) => [
      aKubeletPod(given, {
        ...BARE,
        name: 'shell',
        containers: [{ spec: { stdin: true, tty: true }, state: ended(130, given.ago(40), given.ago(35)) }],
      }),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'a finished pod whose sidecar was told to end, and did so with 143',
    objects: (given) => [
      aKubeletPod(given, {
        ...BARE,
        phase: 'Succeeded',
        initContainers: [
          { name: 'proxy', spec: { restartPolicy: 'Always' }, state: ended(143, given.ago(40), given.ago(30)) },
        ],
        containers: [{ state: ended(0, given.ago(40), given.ago(31)) }],
      }),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'a failed step of a workflow, whose next try is at work',
    objects: (given) => {
      const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'nightly' };
      return [
        aKubeletPod(given, {
          ...BARE,
          name: 'nightly-1',
          owner,
          containers: [{ state: ended(1, given.ago(40), given.ago(35)) }],
        }),
        aKubeletPod(given, {
          name: 'nightly-2',
          owner,
          ready: true,
          restartPolicy: 'Never',
          containers: [{ ready: true, ...running(given.ago(30)) }],
        }),
      ];
    },
    finds: [],
  },
];

const resize = 'resize-refused';

function resized(given: Given, type: string, reason: string, message = ''): readonly PlainObject[] {
  const pod = successor(given, 300);
  const status = pod['status'] as { readonly conditions: readonly unknown[] };
  const changed = condition(type, 'True', given.ago(40), reason, message);
  return [...anOwner(given, 1, 1), { ...pod, status: { ...status, conditions: [...status.conditions, changed] } }];
}

export const resizeRefusedCases: readonly CheckCase[] = [
  {
    check: resize,
    name: 'more than the node has at all',
    objects: (given) =>
      resized(
        given,
        'PodResizePending',
        'Infeasible',
        "Node didn't have enough capacity: cpu, requested: 64000, capacity: 8000",
      ),
    finds: [
      {
        check: resize,
        reason: 'ResizeRefused',
        impact: 'warning',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 40,
        title: /^1 of 1 replica ready: its new requests and limits can never be met on node worker-1: Node didn't have/,
      },
    ],
  },
  {
    check: resize,
    name: 'the runtime fails to change them',
    objects: (given) => resized(given, 'PodResizeInProgress', 'Error', 'error updating cgroup'),
    finds: [{ check: resize, reason: 'ResizeRefused', title: /cannot be put into force/ }],
  },
  {
    check: resize,
    name: 'it waits until there is room',
    objects: (given) => resized(given, 'PodResizePending', 'Deferred', "Node didn't have enough resource: cpu"),
    finds: [],
  },
];
