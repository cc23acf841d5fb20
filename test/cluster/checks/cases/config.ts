import type { CheckCase } from '../case.ts';
import { aKubeletPod, anOwner, condition, podEvent, waiting } from './pods.ts';

const env = 'config-error';
const REFUSED = 'CreateContainerConfigError';

export const configErrorCases: readonly CheckCase[] = [
  ...(
    [
      ['a Secret that does not exist', 'secret "db-credentials" not found', /secret "db-credentials" not found/],
      ['a ConfigMap that does not exist', 'configmap "settings" not found', /configmap "settings" not found/],
      [
        'a key that the Secret does not have',
        "couldn't find key password in Secret payments/db-credentials",
        /couldn't find key password in Secret/,
      ],
    ] as const
  ).map(([name, message, title]): CheckCase => ({
    check: env,
    name,
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, { phase: 'Pending', placed: 25, containers: [waiting(REFUSED, message)] }),
    ],
    finds: [
      {
        check: env,
        reason: 'ConfigError',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 25,
        title,
      },
    ],
  })),
  {
    check: env,
    name: 'an init container, and only the event says which Secret',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        phase: 'Pending',
        initContainers: [{ name: 'migrate', ...waiting(REFUSED) }],
        containers: [waiting('PodInitializing')],
      });
      return [...anOwner(given, 3, 2), pod, podEvent(given, pod, 'Failed', 'Error: secret "db" not found')];
    },
    finds: [
      {
        check: env,
        reason: 'ConfigError',
        impact: 'error',
        title: /init container migrate cannot start: .*secret "db"/,
      },
    ],
  },
  {
    check: env,
    name: 'the Secret comes a minute after the pod',
    objects: (given) => [
      ...anOwner(given, 3, 2, 1),
      aKubeletPod(given, { phase: 'Pending', placed: 1, containers: [waiting(REFUSED, 'secret "db" not found')] }),
    ],
    finds: [],
  },
  {
    check: env,
    name: 'the Secret came, the events of its absence are still there',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        ready: true,
        containers: [{ ready: true, started: true, state: { running: { startedAt: given.ago(20) } } }],
      });
      return [
        ...anOwner(given, 1, 1),
        pod,
        podEvent(given, pod, 'Failed', 'Error: secret "db" not found', { first: 40, last: 20 }),
      ];
    },
    finds: [],
  },
];

const volume = 'config-volume';
const PREPARING = {
  phase: 'Pending',
  containers: [waiting('ContainerCreating')],
} as const;

export const configVolumeCases: readonly CheckCase[] = [
  ...(
    [
      [
        'a ConfigMap that does not exist',
        'MountVolume.SetUp failed for volume "config" : configmap "settings" not found',
        /configmap "settings" not found/,
      ],
      [
        'a key that the Secret does not have',
        'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt',
        /references non-existent secret key: tls.crt/,
      ],
      [
        'a Secret of a projected volume',
        'MountVolume.SetUp failed for volume "all" : [secret "a" not found, configmap "b" not found]',
        /secret "a" not found/,
      ],
    ] as const
  ).map(([name, message, title]): CheckCase => ({
    check: volume,
    name,
    objects: (given) => {
      const pod = aKubeletPod(given, PREPARING);
      return [...anOwner(given), pod, podEvent(given, pod, 'FailedMount', message)];
    },
    finds: [
      {
        check: volume,
        reason: 'ConfigError',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 40,
        title,
      },
    ],
  })),
  {
    check: volume,
    name: 'the mount came up, the sandbox is made, an image is being pulled',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        ...PREPARING,
        placed: 4,
        conditions: [
          condition('PodReadyToStartContainers', 'True', given.ago(3)),
          condition('PodScheduled', 'True', given.ago(4)),
          condition('Ready', 'False', given.ago(4), 'ContainersNotReady'),
        ],
      });
      return [
        ...anOwner(given, 3, 2, 1),
        pod,
        podEvent(given, pod, 'FailedMount', 'MountVolume.SetUp failed for volume "config" : configmap "c" not found', {
          first: 4,
          last: 3.5,
        }),
      ];
    },
    finds: [],
  },
  {
    check: volume,
    name: 'kubelet and cache disagree for a moment at its start',
    objects: (given) => {
      const pod = aKubeletPod(given, { ...PREPARING, placed: 1 });
      return [
        ...anOwner(given, 3, 2, 1),
        pod,
        podEvent(
          given,
          pod,
          'FailedMount',
          'MountVolume.SetUp failed for volume "kube-api-access-x" : object "payments"/"kube-root-ca.crt" not registered',
          { first: 1, last: 0.9, count: 1 },
        ),
      ];
    },
    finds: [],
  },
];
