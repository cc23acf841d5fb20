import { aNode } from '../../../control-plane/builders/node.ts';
import type { CheckCase, Given } from '../case.ts';
import { aKubeletPod, anOwner, condition, ended, heldBack, podEvent, running, waiting } from './pods.ts';

const start = 'start-failed';
const RUNC =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

export const startFailedCases: readonly CheckCase[] = [
  ...(
    [
      [
        'a command that does not exist',
        'RunContainerError',
        `${RUNC}error during container init: exec: "serve": executable file not found in $PATH: unknown`,
        /cannot start \(command\): exec: "serve": executable file not found in \$PATH$/,
      ],
      [
        'a command that may not be run',
        'RunContainerError',
        `${RUNC}exec: "/app/start.sh": permission denied: unknown`,
        /\(command\): exec: "\/app\/start.sh": permission denied/,
      ],
      [
        'a directory that is mounted over a file',
        'RunContainerError',
        `${RUNC}error during container init: error mounting "/var/lib/kubelet/pods/0/volume-subpaths/config/app/0" to rootfs at "/etc/app.conf": mount src=/var/lib, dst=/etc/app.conf: not a directory: Are you trying to mount a directory onto a file (or vice-versa)?: unknown`,
        /\(mount\): error mounting/,
      ],
      [
        'an image that would run as root',
        'CreateContainerConfigError',
        'container has runAsNonRoot and image will run as root (pod: "api_payments(0)", container: app)',
        /\(user\): container has runAsNonRoot and image will run as root/,
      ],
      [
        'a user that the image does not have',
        'CreateContainerError',
        'failed to create containerd container: mount callback failed on /tmp/containerd-mount1: unable to find user app: no matching entries in passwd file',
        /\(user\)/,
      ],
      [
        'a working directory that does not exist',
        'RunContainerError',
        `${RUNC}error during container init: chdir to cwd ("/srv") set in config.json failed: no such file or directory: unknown`,
        /\(working directory\): chdir to cwd/,
      ],
      [
        'too little memory to start at all',
        'RunContainerError',
        `${RUNC}container init was OOM-killed (memory limit too low?): unknown`,
        /\(memory limit too low\)/,
      ],
      ['a hook before the start', 'PreStartHookError', '', /\(lifecycle hook\)/],
      ['a reason that came after we were written', 'SomethingNewError', 'it is new', /cannot start: it is new/],
    ] as const
  ).map(([name, reason, message, title]): CheckCase => ({
    check: start,
    name,
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, { phase: 'Pending', placed: 20, containers: [waiting(reason, message)] }),
    ],
    finds: [
      {
        check: start,
        reason: 'StartFailed',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 20,
        title,
      },
    ],
  })),
  {
    check: start,
    name: 'held back after exit code 128: the program is for another architecture, and no crash',
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, {
        containers: [
          heldBack(given, 128, { reason: 'StartError', message: `${RUNC}exec /app: exec format error: unknown` }),
        ],
      }),
    ],
    finds: [{ check: start, reason: 'StartFailed', title: /\(architecture\): exec \/app: exec format error/ }],
  },
  {
    check: start,
    name: 'a hook after the start, of which only the event tells',
    objects: (given) => {
      const pod = aKubeletPod(given, { containers: [{ restartCount: 2, ...waiting('PostStartHookError') }] });
      return [
        ...anOwner(given),
        pod,
        podEvent(given, pod, 'FailedPostStartHook', 'PostStartHook failed: command /warm.sh exited with 1'),
      ];
    },
    finds: [{ check: start, reason: 'StartFailed', title: /\(lifecycle hook\): PostStartHook failed/ }],
  },
  {
    check: start,
    name: 'one failed start, and it has run since',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        containers: [
          {
            ready: true,
            restartCount: 1,
            ...running(given.ago(38)),
            lastState: ended(128, given.ago(40), given.ago(40), 'StartError', RUNC),
          },
        ],
      }),
    ],
    finds: [],
  },
  {
    check: start,
    name: 'a name that the runtime has not let go of yet, for a minute',
    objects: (given) => [
      ...anOwner(given, 3, 2, 1),
      aKubeletPod(given, {
        phase: 'Pending',
        placed: 1,
        containers: [
          waiting('CreateContainerError', 'failed to reserve container name "app_api": is reserved for "0"'),
        ],
      }),
    ],
    finds: [],
  },
];

const sandbox = 'sandbox-failed';
const CREATING = { phase: 'Pending', containers: [waiting('ContainerCreating')] } as const;
const ID = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const SETUP = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${ID}": `;

export const sandboxFailedCases: readonly CheckCase[] = [
  ...(
    [
      [
        'the network plugin is not there',
        'FailedCreatePodSandBox',
        `${SETUP}plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running`,
        /on node worker-1 \(network plugin\)/,
      ],
      [
        'no address is free',
        'FailedCreatePodSandBox',
        `${SETUP}plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container`,
        /\(no free pod address\)/,
      ],
      [
        'the runtime class is not on the node',
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "gvisor" is configured',
        /\(runtime class\)/,
      ],
      [
        'the network of the node is not ready',
        'NetworkNotReady',
        'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
        /\(network plugin\)/,
      ],
      [
        'the image of the sandbox cannot be pulled',
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox: failed to get sandbox image "registry.example.com/pause:3.10": failed to pull image: i/o timeout',
        /\(image of the sandbox\)/,
      ],
    ] as const
  ).map(([name, reason, message, title]): CheckCase => ({
    check: sandbox,
    name,
    objects: (given) => {
      const pod = aKubeletPod(given, CREATING);
      return [...anOwner(given), pod, podEvent(given, pod, reason, message)];
    },
    finds: [
      {
        check: sandbox,
        reason: 'SandboxFailed',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 40,
        title,
      },
    ],
  })),
  {
    check: sandbox,
    name: 'a pod that ran before its node was rebooted',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        placed: 3_000,
        since: 20,
        containers: [
          {
            restartCount: 1,
            ...waiting('ContainerCreating'),
            lastState: ended(255, given.ago(3_000), given.ago(20), 'Unknown'),
          },
        ],
      });
      return [
        ...anOwner(given),
        pod,
        podEvent(given, pod, 'FailedCreatePodSandBox', `${SETUP}cni: timeout`, { first: 18 }),
      ];
    },
    finds: [{ check: sandbox, reason: 'SandboxFailed', impact: 'critical', onsetMinutes: 20 }],
  },
  {
    check: sandbox,
    name: 'one failure at the start, and then it came up',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        ready: true,
        placed: 6,
        containers: [{ ready: true, ...running(given.ago(5)) }],
      });
      return [
        ...anOwner(given, 1, 1),
        pod,
        podEvent(given, pod, 'FailedCreatePodSandBox', `${SETUP}cni: timeout`, { first: 6, last: 5.5, count: 2 }),
      ];
    },
    finds: [],
  },
  {
    check: sandbox,
    name: 'the sandbox is made after a failure, and an image is being pulled',
    objects: (given) => {
      const pod = aKubeletPod(given, { ...CREATING, placed: 4 });
      return [
        ...anOwner(given, 3, 2, 1),
        pod,
        podEvent(given, pod, 'FailedCreatePodSandBox', `${SETUP}cni: timeout`, { first: 4, last: 3 }),
        podEvent(given, pod, 'Pulling', 'Pulling image "x"', { type: 'Normal', first: 2, last: 2, count: 1 }),
      ];
    },
    finds: [],
  },
];

const unstarted = 'not-started';

export const notStartedCases: readonly CheckCase[] = [
  {
    check: unstarted,
    name: 'volumes and network are not ready, and the events have expired',
    objects: (given) => [
      ...anOwner(given, 1, 0, 50),
      aKubeletPod(given, {
        ...CREATING,
        placed: 50,
        conditions: [
          condition('PodReadyToStartContainers', 'False', given.ago(50)),
          condition('PodScheduled', 'True', given.ago(50)),
          condition('Ready', 'False', given.ago(50), 'ContainersNotReady', 'containers with unready status: [app]'),
        ],
      }),
    ],
    finds: [
      {
        check: unstarted,
        reason: 'StartFailed',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 50,
        title: /has not started, and nothing says why: its volumes or its network on node worker-1 are not ready/,
      },
    ],
  },
  {
    check: unstarted,
    name: 'a kubelet that has never taken it',
    objects: (given) => [aNode(given.named('n1')).at(given.nowMs), untaken(given)],
    finds: [
      {
        check: unstarted,
        reason: 'StartFailed',
        owner: 'Pod report',
        onsetMinutes: 12,
        title: /has not taken the pod/,
      },
    ],
  },
  {
    check: unstarted,
    name: 'a pod that ran before its node was rebooted, with no event left',
    objects: (given) => [
      aKubeletPod(given, {
        name: 'report',
        owner: undefined,
        placed: 3_000,
        since: 90,
        containers: [
          {
            restartCount: 1,
            ...waiting('ContainerCreating'),
            lastState: ended(255, given.ago(3_000), given.ago(90), 'Unknown'),
          },
        ],
      }),
    ],
    finds: [{ check: unstarted, reason: 'StartFailed', onsetMinutes: 90, title: /nothing of it has started/ }],
  },
  {
    check: unstarted,
    name: 'a kubelet that is down is the matter of its node',
    objects: (given) => [
      aNode(given.named('n1'))
        .at(given.nowMs)
        .notReady({ status: 'Unknown', sinceMs: 20 * 60_000 }),
      untaken(given),
    ],
    finds: [
      { check: 'node-not-ready', reason: 'NodeUnreachable' },
      { check: unstarted, reason: 'StartFailed', attachedTo: 'node-not-ready' },
    ],
  },
  {
    check: unstarted,
    name: 'an image of many gigabytes, pulled for half an hour',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        ...CREATING,
        placed: 31,
        name: 'model',
        owner: undefined,
        conditions: [
          condition('PodReadyToStartContainers', 'True', given.ago(30)),
          condition('PodScheduled', 'True', given.ago(31)),
          condition('Ready', 'False', given.ago(31), 'ContainersNotReady'),
        ],
      });
      return [
        pod,
        podEvent(given, pod, 'Pulling', 'Pulling image "model:70b"', { type: 'Normal', first: 30, last: 30, count: 1 }),
      ];
    },
    finds: [],
  },
  {
    check: unstarted,
    name: 'a cloud volume that takes eight minutes to attach',
    objects: (given) => [
      aKubeletPod(given, {
        ...CREATING,
        placed: 8,
        name: 'db',
        owner: undefined,
        conditions: [
          condition('PodReadyToStartContainers', 'False', given.ago(8)),
          condition('PodScheduled', 'True', given.ago(8)),
          condition('Ready', 'False', given.ago(8), 'ContainersNotReady'),
        ],
      }),
    ],
    finds: [],
  },
  {
    check: unstarted,
    name: 'an init container is at work, the others wait for it',
    objects: (given) => [
      aKubeletPod(given, {
        phase: 'Pending',
        placed: 40,
        name: 'db',
        owner: undefined,
        initContainers: [{ name: 'restore', ...running(given.ago(9)) }],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [],
  },
];

/** A pod on the node `n1`, whose kubelet has not taken it. */
function untaken(given: Given): ReturnType<typeof aKubeletPod> {
  return aKubeletPod(given, {
    name: 'report',
    owner: undefined,
    phase: 'Pending',
    nodeName: given.named('n1'),
    conditions: [condition('PodScheduled', 'True', given.ago(12))],
    status: { containerStatuses: [], startTime: null },
  });
}
