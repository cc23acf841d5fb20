import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { condition } from '../../../control-plane/builders/kube-object.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { aPlainCronJob, aPlainPod } from './network-objects.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Counts {
  readonly expected: number;
  readonly desired: number;
  readonly healthy: number;
  /** The reason and message of `DisruptionAllowed` where it is not what the counts say. */
  readonly failure?: string;
}

/** As the disruption controller judged it 40 minutes ago. */
function aBudget(given: Given, spec: Fields, { expected, desired, healthy, failure }: Counts): PlainObject {
  const allowed = failure === undefined && expected > 0 ? Math.max(0, healthy - desired) : 0;
  const reason = failure === undefined ? (allowed > 0 ? 'SufficientPods' : 'InsufficientPods') : 'SyncFailed';
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'api', namespace: given.namespace },
    spec: { selector: { matchLabels: { app: 'api' } }, ...spec },
    status: {
      observedGeneration: 1,
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: [
        condition('DisruptionAllowed', allowed > 0 ? 'True' : 'False', given.nowMs - 40 * 60_000, reason, failure),
      ],
    },
  };
}

function api({ namespace, nowMs }: Given, replicas: number) {
  return aDeployment('api').in(namespace).at(nowMs).replicas(replicas);
}

const drain = 'drain-blocked';

export const drainBlockedCases: readonly CheckCase[] = [
  {
    check: drain,
    name: 'it lets none be unavailable',
    objects: (given) => [api(given, 3), aBudget(given, { maxUnavailable: 0 }, { expected: 3, desired: 3, healthy: 3 })],
    finds: [
      {
        check: drain,
        reason: 'DrainBlocked',
        impact: 'warning',
        object: 'PodDisruptionBudget api',
        owner: 'PodDisruptionBudget api',
        onsetMinutes: 40,
        title: /no node can be drained of any of its 3 pods: maxUnavailable 0 lets none go/,
      },
    ],
  },
  {
    check: drain,
    name: 'it wants one of a single replica',
    objects: (given) => [api(given, 1), aBudget(given, { minAvailable: 1 }, { expected: 1, desired: 1, healthy: 1 })],
    finds: [{ check: drain, reason: 'DrainBlocked', impact: 'warning', title: /its only pod: minAvailable 1/ }],
  },
  {
    check: drain,
    name: 'it wants all of them, as a percentage',
    objects: (given) => [
      api(given, 2),
      aBudget(given, { minAvailable: '100%' }, { expected: 2, desired: 2, healthy: 2 }),
    ],
    finds: [{ check: drain, reason: 'DrainBlocked', title: /minAvailable 100%/ }],
  },
  {
    check: drain,
    name: 'it wants more than there are, and they crash: a row of that',
    objects: (given) => [
      api(given, 2).crashLooping({ sinceMs: 30 * 60_000 }),
      aBudget(given, { minAvailable: 3 }, { expected: 2, desired: 3, healthy: 0 }),
    ],
    finds: [
      { check: 'crash-loop', reason: 'CrashLoop', owner: 'Deployment api' },
      { check: drain, reason: 'DrainBlocked', attachedTo: 'crash-loop' },
    ],
  },
  {
    check: drain,
    name: 'the controller cannot count its pods',
    objects: (given) => [
      aPlainPod(given, 'api-1', { app: 'api' }),
      aBudget(
        given,
        { maxUnavailable: 1 },
        { expected: 1, desired: 1, healthy: 1, failure: 'found no controllers for pod "api-1"' },
      ),
    ],
    finds: [{ check: drain, reason: 'DrainBlocked', title: /cannot be worked out: found no controllers for pod/ }],
  },
  {
    check: drain,
    name: 'two of them protect the same pods',
    objects: (given) => [
      api(given, 3),
      aBudget(given, { minAvailable: 1 }, { expected: 3, desired: 1, healthy: 3 }),
      {
        ...aBudget(given, { minAvailable: 1, selector: {} }, { expected: 3, desired: 1, healthy: 3 }),
        metadata: { name: 'everything', namespace: given.namespace },
      },
    ],
    finds: [
      {
        check: drain,
        reason: 'DrainBlocked',
        impact: 'warning',
        onsetMinutes: 60,
        title: /no pod of Deployment api may be evicted: budget (?:api|everything) protects it as well/,
      },
    ],
  },
  {
    check: drain,
    name: 'it has room',
    objects: (given) => [api(given, 3), aBudget(given, { minAvailable: 2 }, { expected: 3, desired: 2, healthy: 3 })],
    finds: [],
  },
  {
    check: drain,
    name: 'it is used up, because a pod is not healthy',
    objects: (given) => [
      api(given, 2).probeFailing({ pods: 1, sinceMs: 30 * 60_000 }),
      aBudget(given, { minAvailable: 1 }, { expected: 2, desired: 1, healthy: 1 }),
    ],
    finds: [{ check: 'probes-failing', reason: 'ProbeFailing', owner: 'Deployment api' }],
  },
  {
    check: drain,
    name: 'its workload is scaled to zero',
    objects: (given) => [api(given, 0), aBudget(given, { minAvailable: 1 }, { expected: 0, desired: 1, healthy: 0 })],
    finds: [],
  },
  {
    check: drain,
    name: 'an operator holds the leader of its database with it, and moves it before a drain',
    objects: (given) => [
      aPlainPod(given, 'db-1', { app: 'api' }),
      {
        ...aBudget(given, { minAvailable: 1 }, { expected: 1, desired: 1, healthy: 1 }),
        metadata: {
          name: 'db-primary',
          namespace: given.namespace,
          owner: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'db' },
        },
      },
    ],
    finds: [],
  },
];

const nothing = 'budget-selects-nothing';
const NONE = { expected: 0, desired: 1, healthy: 0 };

export const budgetSelectsNothingCases: readonly CheckCase[] = [
  {
    check: nothing,
    name: 'no pod and no template has its label',
    objects: (given) => [
      aDeployment('web').in(given.namespace).at(given.nowMs).replicas(2),
      aBudget(given, { minAvailable: 1 }, NONE),
    ],
    finds: [
      {
        check: nothing,
        reason: 'BudgetSelectsNothing',
        impact: 'info',
        object: 'PodDisruptionBudget api',
        owner: 'PodDisruptionBudget api',
        onsetMinutes: 60,
        title: /protects no pod: none has app=api/,
      },
    ],
  },
  {
    check: nothing,
    name: 'its expressions fit to nothing',
    objects: (given) => [
      api(given, 2),
      aBudget(
        given,
        {
          minAvailable: 1,
          selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'edge'] }] },
        },
        NONE,
      ),
    ],
    finds: [{ check: nothing, reason: 'BudgetSelectsNothing', title: /none has tier in \(web,edge\)/ }],
  },
  {
    check: nothing,
    name: 'it has no selector at all',
    objects: (given) => [api(given, 2), aBudget(given, { minAvailable: 1, selector: undefined }, NONE)],
    finds: [{ check: nothing, reason: 'BudgetSelectsNothing', title: /it has no selector/ }],
  },
  {
    check: nothing,
    name: 'its selector is empty: every pod of the namespace',
    objects: (given) => [
      api(given, 2),
      aBudget(given, { minAvailable: 1, selector: {} }, { expected: 2, desired: 1, healthy: 2 }),
    ],
    finds: [],
  },
  {
    check: nothing,
    name: 'its expressions fit to the pods',
    objects: (given) => [
      api(given, 2),
      aBudget(
        given,
        {
          minAvailable: 1,
          selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] },
        },
        { expected: 2, desired: 1, healthy: 2 },
      ),
    ],
    finds: [],
  },
  {
    check: nothing,
    name: 'its pods come back: a workload at zero, a CronJob between two runs',
    objects: (given) => [
      api(given, 0),
      aBudget(given, { minAvailable: 1 }, NONE),
      aPlainCronJob(given, 'report', { app: 'report' }),
      {
        ...aBudget(given, { maxUnavailable: 1, selector: { matchLabels: { app: 'report' } } }, NONE),
        metadata: { name: 'report', namespace: given.namespace },
      },
    ],
    finds: [],
  },
];
