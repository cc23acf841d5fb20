import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import type { CheckCase } from '../case.ts';
import { aKubeletPod, anOwner, condition, ended, podEvent, running, waiting } from './pods.ts';

const init = 'init-failing';

export const initFailingCases: readonly CheckCase[] = [
  {
    check: init,
    name: 'an init container waits for an hour for what does not come',
    objects: (given) => [
      ...anOwner(given, 1, 0, 60),
      aKubeletPod(given, {
        phase: 'Pending',
        placed: 60,
        initContainers: [{ name: 'wait-for-db', ...running(given.ago(59)) }],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [
      {
        check: init,
        reason: 'InitFailed',
        impact: 'critical',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 59,
        title: /init container wait-for-db has not finished for 59 minutes/,
      },
    ],
  },
  {
    check: init,
    name: 'an init container that failed twice, the last time long ago',
    objects: (given) => [
      ...anOwner(given, 3, 2),
      aKubeletPod(given, {
        phase: 'Pending',
        initContainers: [
          { name: 'migrate', restartCount: 2, state: ended(1, given.ago(3), given.ago(2), 'Error', 'no schema') },
        ],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [
      { check: init, reason: 'InitFailed', impact: 'error', title: /init container migrate fails \(exit code 1/ },
    ],
  },
  {
    check: init,
    name: 'an init container in its second try, three minutes after the start',
    objects: (given) => [
      ...anOwner(given, 3, 2, 1),
      aKubeletPod(given, {
        phase: 'Pending',
        placed: 3,
        initContainers: [
          {
            name: 'migrate',
            restartCount: 1,
            ...running(given.ago(1)),
            lastState: ended(1, given.ago(2.5), given.ago(2)),
          },
        ],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [],
  },
  {
    check: init,
    name: 'an init container that failed once and then did its work',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        initContainers: [
          { name: 'migrate', ready: true, restartCount: 1, state: ended(0, given.ago(39), given.ago(38)) },
        ],
        containers: [{ ready: true, ...running(given.ago(38)) }],
      }),
    ],
    finds: [],
  },
  {
    check: init,
    name: 'a sidecar runs for days: that is its work',
    objects: (given) => [
      ...anOwner(given, 1, 1),
      aKubeletPod(given, {
        ready: true,
        placed: 9_000,
        initContainers: [
          { name: 'proxy', ready: true, spec: { restartPolicy: 'Always' }, ...running(given.ago(9_000)) },
        ],
        containers: [{ ready: true, ...running(given.ago(9_000)) }],
      }),
    ],
    finds: [],
  },
];

const probes = 'probes-failing';
const PROBE = { httpGet: { path: '/healthz', port: 8080 } };
const READINESS = { spec: { readinessProbe: PROBE } };
const STARTUP = { spec: { readinessProbe: PROBE, startupProbe: PROBE } };

export const probesFailingCases: readonly CheckCase[] = [
  {
    check: probes,
    name: 'one of three lost its readiness, and the event says how',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        placed: 600,
        since: 10,
        containers: [{ ...READINESS, ...running(given.ago(600)) }],
      });
      const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
      return [...anOwner(given, 3, 2, 10), pod, podEvent(given, pod, 'Unhealthy', message, { first: 11 })];
    },
    finds: [
      {
        check: probes,
        reason: 'ProbeFailing',
        impact: 'error',
        object: 'Pod api-6b8d4f7c9-x2x4z',
        owner: 'Deployment api',
        onsetMinutes: 10,
        title: /readiness probe of container app does not pass: HTTP probe failed with statuscode: 503/,
      },
    ],
  },
  {
    check: probes,
    name: 'not ready for two hours, no event is left',
    objects: (given) => [
      ...anOwner(given, 1, 0, 120),
      aKubeletPod(given, { placed: 600, since: 120, containers: [{ ...READINESS, ...running(given.ago(600)) }] }),
    ],
    ageMinutes: 600,
    finds: [
      {
        check: probes,
        reason: 'ProbeFailing',
        impact: 'critical',
        onsetMinutes: 120,
        title: /readiness probe of container app does not pass$/,
      },
    ],
  },
  {
    check: probes,
    name: 'the startup probe lets it wait for a quarter of an hour',
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, {
        placed: 15,
        containers: [{ ...STARTUP, ...running(given.ago(15)), started: false }],
      }),
    ],
    finds: [
      {
        check: probes,
        reason: 'ProbeFailing',
        onsetMinutes: 15,
        title: /startup probe of container app does not pass/,
      },
    ],
  },
  {
    check: probes,
    name: 'a sidecar whose startup probe does not pass keeps the others from starting',
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, {
        phase: 'Pending',
        placed: 20,
        initContainers: [
          {
            name: 'proxy',
            ...running(given.ago(20)),
            started: false,
            spec: { restartPolicy: 'Always', startupProbe: PROBE },
          },
        ],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [{ check: probes, reason: 'ProbeFailing', title: /startup probe of sidecar proxy does not pass/ }],
  },
  {
    check: probes,
    name: 'the liveness probe kills it again and again',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        containers: [
          {
            restartCount: 6,
            spec: { livenessProbe: PROBE },
            ...waiting('CrashLoopBackOff', 'back-off 2m40s restarting failed container=app'),
            lastState: ended(137, given.ago(4), given.ago(3)),
          },
        ],
      });
      return [
        ...anOwner(given),
        pod,
        podEvent(given, pod, 'Killing', 'Container app failed liveness probe, will be restarted', {
          type: 'Normal',
          first: 35,
          last: 3,
        }),
        podEvent(given, pod, 'Unhealthy', 'Liveness probe failed: dial tcp 10.0.0.9:8080: connect: connection refused'),
      ];
    },
    finds: [
      {
        check: probes,
        reason: 'ProbeFailing',
        impact: 'critical',
        title: /killed by its liveness probe \(6 restarts\)/,
      },
    ],
  },
  {
    check: probes,
    name: 'a readiness gate that a load balancer never meets',
    objects: (given) => {
      const gate = 'target-health.elbv2.k8s.aws/api';
      return [
        ...anOwner(given),
        aKubeletPod(given, {
          spec: { readinessGates: [{ conditionType: gate }] },
          conditions: [
            condition('PodScheduled', 'True', given.ago(40)),
            condition('ContainersReady', 'True', given.ago(39)),
            condition(
              'Ready',
              'False',
              given.ago(40),
              'ReadinessGatesNotReady',
              `corresponding condition of pod readiness gate "${gate}" does not exist.`,
            ),
          ],
          containers: [{ ready: true, ...running(given.ago(39)) }],
        }),
      ];
    },
    finds: [{ check: probes, reason: 'ProbeFailing', impact: 'critical', title: /a readiness gate of the pod is not/ }],
  },
  {
    check: probes,
    name: 'an old event of a probe that passes since',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        ready: true,
        since: 8,
        placed: 600,
        containers: [{ ready: true, ...READINESS, ...running(given.ago(600)) }],
      });
      return [
        ...anOwner(given, 1, 1),
        pod,
        podEvent(given, pod, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', {
          first: 10,
          last: 8,
        }),
      ];
    },
    finds: [],
  },
  {
    check: probes,
    name: 'started three minutes ago',
    objects: (given) => [
      aKubeletPod(given, {
        name: 'search-0',
        owner: undefined,
        placed: 3,
        containers: [{ ...READINESS, ...running(given.ago(3)) }],
      }),
    ],
    ageMinutes: 3,
    finds: [],
  },
  {
    check: probes,
    name: 'a slow Java program that its startup probe gives its time',
    objects: (given) => [
      aKubeletPod(given, {
        name: 'search-0',
        owner: undefined,
        placed: 8,
        containers: [{ ...STARTUP, ...running(given.ago(8)), started: false }],
      }),
    ],
    finds: [],
  },
  {
    check: probes,
    name: 'a workload that is well',
    objects: ({ namespace, nowMs }) => [aDeployment('api').in(namespace).at(nowMs).replicas(2)],
    finds: [],
  },
];
