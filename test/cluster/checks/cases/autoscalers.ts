import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { condition } from '../../../control-plane/builders/kube-object.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';

type Changed = readonly [status: 'True' | 'False', reason: string, message: string, minutesAgo: number];

interface Plan {
  readonly target?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  readonly min?: number;
  readonly max?: number;
  readonly current?: number;
  readonly desired?: number;
  readonly able?: Changed;
  readonly active?: Changed;
  readonly limited?: Changed;
  readonly owner?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}

/** One that scales the Deployment `api` between 1 and 5 and is content, unless told. */
function anAutoscaler(given: Given, plan: Plan = {}): PlainObject {
  const { min = 1, max = 5, current = 2, desired = 2, owner } = plan;
  const {
    able = ['True', 'ReadyForNewScale', 'recommended size matches current size', 55],
    active = [
      'True',
      'ValidMetricFound',
      'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
      55,
    ],
    limited = ['False', 'DesiredWithinRange', 'the desired count is within the acceptable range', 55],
  } = plan;
  const told = (type: string, [status, reason, message, minutes]: Changed) =>
    condition(type, status, given.nowMs - minutes * 60_000, reason, message);
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'api', namespace: given.namespace, ...(owner !== undefined && { owner }) },
    spec: {
      scaleTargetRef: plan.target ?? { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
    status: {
      currentReplicas: current,
      desiredReplicas: desired,
      conditions: [told('AbleToScale', able), told('ScalingActive', active), told('ScalingLimited', limited)],
    },
  };
}

function api({ namespace, nowMs }: Given, replicas = 2) {
  return aDeployment('api').in(namespace).at(nowMs).replicas(replicas);
}

const TOO_MANY = 'the desired replica count is more than the maximum replica count';
const ROLLOUT = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'api' };

const maximum = 'autoscaler-at-maximum';

/** `ScalingLimited` since so many minutes. */
const atMaximumFor = (minutes: number): Changed => ['True', 'TooManyReplicas', TOO_MANY, minutes];

export const autoscalerAtMaximumCases: readonly CheckCase[] = [
  {
    check: maximum,
    name: 'it wants more than it may since 20 minutes',
    objects: (given) => [api(given, 5), anAutoscaler(given, { current: 5, desired: 5, limited: atMaximumFor(20) })],
    finds: [
      {
        check: maximum,
        reason: 'AtMaximum',
        impact: 'warning',
        object: 'HorizontalPodAutoscaler api',
        owner: 'HorizontalPodAutoscaler api',
        onsetMinutes: 20,
        title: /wants more than its maximum of 5 replicas/,
      },
    ],
  },
  {
    check: maximum,
    name: 'it wants more since a minute',
    objects: (given) => [api(given, 5), anAutoscaler(given, { current: 5, desired: 5, limited: atMaximumFor(1) })],
    finds: [],
  },
  {
    check: maximum,
    name: 'its maximum is its minimum on purpose',
    objects: (given) => [api(given, 2), anAutoscaler(given, { min: 2, max: 2, limited: atMaximumFor(50) })],
    finds: [],
  },
  {
    check: maximum,
    name: 'it is at its minimum and would do with less, or at its maximum and content',
    objects: (given) => [
      api(given, 5),
      anAutoscaler(given, {
        min: 5,
        max: 9,
        current: 5,
        desired: 5,
        limited: ['True', 'TooFewReplicas', 'the desired replica count is less than the minimum replica count', 50],
      }),
      {
        ...anAutoscaler(given, { current: 5, desired: 5 }),
        metadata: { name: 'content', namespace: given.namespace },
      },
    ],
    finds: [],
  },
];

const cannotScale = 'autoscaler-cannot-scale';

export const autoscalerCannotScaleCases: readonly CheckCase[] = [
  {
    check: cannotScale,
    name: 'the kind of its target is unknown to the cluster',
    objects: (given) => [
      anAutoscaler(given, {
        target: ROLLOUT,
        able: [
          'False',
          'FailedGetScale',
          `the HPA controller was unable to get the target's current scale: no matches for kind "Rollout" in group "argoproj.io"`,
          30,
        ],
      }),
    ],
    finds: [
      {
        check: cannotScale,
        reason: 'CannotScale',
        impact: 'error',
        object: 'HorizontalPodAutoscaler api',
        onsetMinutes: 30,
        title: /cannot scale: .*no matches for kind "Rollout"/,
      },
    ],
  },
  {
    check: cannotScale,
    name: 'another autoscaler has the same pods',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        active: [
          'False',
          'AmbiguousSelector',
          `pods by selector app=api are controlled by multiple HPAs: [${given.namespace}/api ${given.namespace}/api-2]`,
          30,
        ],
      }),
    ],
    finds: [{ check: cannotScale, reason: 'CannotScale', impact: 'error', title: /controlled by multiple HPAs/ }],
  },
  {
    check: cannotScale,
    name: 'the API refuses the new scale',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        able: [
          'False',
          'FailedUpdateScale',
          'the HPA controller was unable to update the target scale: admission webhook "scale.policy.example.com" denied the request: frozen',
          30,
        ],
      }),
    ],
    finds: [{ check: cannotScale, reason: 'CannotScale', title: /frozen/ }],
  },
  {
    check: cannotScale,
    name: 'it has just scaled, and looks again in a while',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        able: ['True', 'SucceededRescale', 'the HPA controller was able to update the target scale to 2', 1],
      }),
    ],
    finds: [],
  },
  {
    check: cannotScale,
    name: 'its target is of a kind that is not read, and it is content',
    objects: (given) => [anAutoscaler(given, { target: ROLLOUT })],
    finds: [],
  },
];

const targetMissing = 'autoscaler-target-missing';
const NOT_FOUND = `the HPA controller was unable to get the target's current scale: deployments.apps "api" not found`;

export const autoscalerTargetMissingCases: readonly CheckCase[] = [
  {
    check: targetMissing,
    name: 'its Deployment was deleted 20 minutes ago',
    objects: (given) => [anAutoscaler(given, { able: ['False', 'FailedGetScale', NOT_FOUND, 20] })],
    finds: [
      {
        check: targetMissing,
        reason: 'ScaleTargetMissing',
        impact: 'error',
        object: 'HorizontalPodAutoscaler api',
        owner: 'HorizontalPodAutoscaler api',
        onsetMinutes: 20,
        title: /Deployment api, which it scales, does not exist/,
      },
    ],
  },
  {
    check: targetMissing,
    name: 'its StatefulSet never was',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        target: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'api' },
        able: ['False', 'FailedGetScale', 'statefulsets.apps "api" not found', 59],
      }),
    ],
    finds: [{ check: targetMissing, reason: 'ScaleTargetMissing', title: /StatefulSet api/ }],
  },
  {
    check: targetMissing,
    name: 'its Deployment is there',
    objects: (given) => [api(given), anAutoscaler(given)],
    finds: [],
  },
  {
    check: targetMissing,
    name: 'its target is a custom resource, or that of another tool',
    objects: (given) => [
      anAutoscaler(given, {
        target: ROLLOUT,
        owner: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'api' },
      }),
    ],
    finds: [],
  },
];

const withoutMetrics = 'autoscaler-without-metrics';

export const autoscalerWithoutMetricsCases: readonly CheckCase[] = [
  {
    check: withoutMetrics,
    name: 'its containers request no cpu',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        active: [
          'False',
          'FailedGetResourceMetric',
          'the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container app of Pod api-6b8d4f7c9-x2x4z',
          45,
        ],
      }),
    ],
    finds: [
      {
        check: withoutMetrics,
        reason: 'MetricsMissing',
        impact: 'error',
        object: 'HorizontalPodAutoscaler api',
        onsetMinutes: 45,
        title: /no metrics: failed to get cpu utilization: missing request for cpu in container app/,
      },
    ],
  },
  {
    check: withoutMetrics,
    name: 'nobody serves external metrics',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        active: [
          'False',
          'FailedGetExternalMetric',
          'the HPA was unable to compute the replica count: unable to get external metric shop/queue-depth/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue-depth.external.metrics.k8s.io)',
          45,
        ],
      }),
    ],
    finds: [{ check: withoutMetrics, reason: 'MetricsMissing', title: /external metric shop\/queue-depth/ }],
  },
  {
    check: withoutMetrics,
    name: 'its pods crash, and have no metrics for that',
    objects: (given) => [
      api(given).crashLooping({ sinceMs: 30 * 60_000 }),
      anAutoscaler(given, {
        active: [
          'False',
          'FailedGetResourceMetric',
          'the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
          29,
        ],
      }),
    ],
    finds: [
      { check: 'crash-loop', reason: 'CrashLoop', owner: 'Deployment api' },
      { check: withoutMetrics, reason: 'MetricsMissing', attachedTo: 'crash-loop' },
    ],
  },
  {
    check: withoutMetrics,
    name: 'its target is scaled to zero on purpose',
    objects: (given) => [
      api(given, 0),
      anAutoscaler(given, {
        current: 0,
        desired: 0,
        active: ['False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero', 50],
      }),
    ],
    finds: [],
  },
  {
    check: withoutMetrics,
    name: 'its pods started five minutes ago, and their metrics come',
    objects: (given) => [
      api(given),
      anAutoscaler(given, {
        active: [
          'False',
          'FailedGetResourceMetric',
          'the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
          5,
        ],
      }),
    ],
    finds: [],
  },
];
