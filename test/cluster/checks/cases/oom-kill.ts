import type { CheckCase } from '../case.ts';
import { aKubeletPod, anOwner, ended, heldBack, running, waiting } from './pods.ts';

const check = 'oom-kill';
const LIMIT = { spec: { resources: { limits: { memory: '256Mi' } } } };

export const oomKillCases: readonly CheckCase[] = [
  {
    check,
    name: 'a container in a loop, with its limit',
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, { containers: [{ ...LIMIT, ...heldBack(given, 137, { reason: 'OOMKilled' }) }] }),
    ],
    finds: [
      {
        check,
        reason: 'OOMKilled',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 40,
        title: /container app was OOM killed \(limit 256Mi, exit code 137, 7 restarts\)/,
      },
    ],
  },
  {
    check,
    name: 'a container that runs again and is ready',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 300,
        since: 20,
        containers: [
          {
            ...LIMIT,
            ready: true,
            restartCount: 1,
            ...running(given.ago(20)),
            lastState: ended(137, given.ago(300), given.ago(20), 'OOMKilled'),
          },
        ],
      }),
    ],
    finds: [{ check, reason: 'OOMKilled', impact: 'warning', onsetMinutes: 20, title: /^1 of 1 replica ready: / }],
  },
  {
    check,
    name: 'a sidecar that is killed every four hours, the last time two hours ago',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 20 * 60,
        initContainers: [
          {
            name: 'proxy',
            ready: true,
            restartCount: 5,
            spec: { restartPolicy: 'Always' },
            ...running(given.ago(120)),
            lastState: ended(137, given.ago(6 * 60), given.ago(120), 'OOMKilled'),
          },
        ],
        containers: [{ ready: true, ...running(given.ago(20 * 60)) }],
      }),
    ],
    finds: [{ check, reason: 'OOMKilled', impact: 'warning', title: /sidecar proxy was OOM killed \(no memory limit/ }],
  },
  {
    check,
    name: 'an init container',
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, {
        phase: 'Pending',
        initContainers: [{ name: 'migrate', ...LIMIT, ...heldBack(given, 137, { reason: 'OOMKilled', restarts: 4 }) }],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [
      { check, reason: 'OOMKilled', impact: 'critical', title: /init container migrate was OOM killed \(limit 256Mi/ },
    ],
  },
  {
    check,
    name: 'the limit of the pod as a whole',
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, {
        spec: { resources: { limits: { memory: '1Gi' }, requests: { memory: '1Gi' } } },
        containers: [heldBack(given, 137, { reason: 'OOMKilled' })],
      }),
    ],
    finds: [{ check, reason: 'OOMKilled', title: /\(limit 1Gi, exit code 137/ }],
  },
  {
    check,
    name: 'killed once, days ago',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 9_000,
        containers: [
          {
            ...LIMIT,
            ready: true,
            restartCount: 1,
            ...running(given.ago(4_000)),
            lastState: ended(137, given.ago(9_000), given.ago(4_000), 'OOMKilled'),
          },
        ],
      }),
    ],
    finds: [],
  },
  {
    check,
    name: 'the kubelet killed a container that did not end in its grace period: the same exit code, no OOM',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 300,
        containers: [
          {
            ...LIMIT,
            ready: true,
            restartCount: 1,
            ...running(given.ago(20)),
            lastState: ended(137, given.ago(300), given.ago(20)),
          },
        ],
      }),
    ],
    finds: [],
  },
  {
    check,
    name: 'a try of a Job that has another try',
    objects: (given) => [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'import', namespace: given.namespace },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'import' }] } } },
        status: { active: 1, failed: 1, ready: 1, startTime: given.ago(12) },
      },
      aKubeletPod(given, {
        name: 'import-1',
        owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'import' },
        restartPolicy: 'Never',
        phase: 'Failed',
        containers: [{ state: ended(137, given.ago(12), given.ago(6), 'OOMKilled') }],
      }),
    ],
    finds: [],
  },
];
