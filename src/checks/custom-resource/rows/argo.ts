import type { CustomResourceRow } from '../../../domain/custom-resource.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, shippedRow } from './row.ts';

/** The last operation of an Application, which is the only dated thing besides its health. */
const LAST_SYNC = ['status.operationState.finishedAt', 'status.operationState.startedAt'];

/** `status.health.lastTransitionTime` exists since Argo CD 2.14. */
const HEALTH_SINCE = ['status.health.lastTransitionTime', ...LAST_SYNC];

/** What an Application may be degraded by; another Application where one makes the others. */
const CAUSING_KINDS = ['Application', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Rollout', 'Service'];

/** Argo CD (https://argo-cd.readthedocs.io/en/stable/operator-manual/health/) and Argo Rollouts. */
export const argoRows: readonly CustomResourceRow[] = [
  shippedRow({
    id: 'argocd-application',
    group: 'argoproj.io',
    kind: 'Application',
    plural: 'applications',
    family: 'gitops',
    reason: 'Degraded',
    sees: 'Argo CD Applications that are degraded, whose last sync failed, whose source or spec cannot be used, that miss what they should have, or that are out of sync: an hour with automated sync, a day without.',
    cannotSee:
      'How long it has been out of sync: Argo CD does not say, so it counts from the end of the last sync. Sync windows that forbid a sync. Applications of other clusters, and what Argo CD itself cannot judge (a custom resource without a health check).',
    rules: [
      {
        when: [{ field: 'status.health.status', is: ['Degraded'] }],
        impact: 'error',
        says: 'is degraded',
        message: ['status.health.message', 'status.operationState.message'],
        since: HEALTH_SINCE,
      },
      {
        when: [{ field: 'status.operationState.phase', is: ['Failed', 'Error'] }],
        impact: 'error',
        reason: 'SyncFailed',
        says: 'the last sync failed',
        message: ['status.operationState.message'],
        since: LAST_SYNC,
      },
      { when: [{ condition: 'InvalidSpecError', status: [] }], impact: 'error', reason: 'SyncFailed' },
      {
        when: [{ condition: 'ComparisonError', status: [] }],
        impact: 'error',
        reason: 'SyncFailed',
        graceMs: 15 * MINUTE_MS,
      },
      { when: [{ condition: 'SyncError', status: [] }], impact: 'error', reason: 'SyncFailed' },
      {
        when: [
          { field: 'status.health.status', is: ['Missing'] },
          { field: 'status.sync.status', is: ['OutOfSync'] },
          { field: 'spec.syncPolicy.automated', isSet: true },
          { field: 'spec.syncPolicy.automated.enabled', isNot: ['false'] },
        ],
        impact: 'error',
        reason: 'SyncFailed',
        graceMs: 30 * MINUTE_MS,
        says: 'something it should have is missing, and automated sync does not bring it',
        since: HEALTH_SINCE,
      },
      {
        when: [
          { field: 'status.sync.status', is: ['OutOfSync'] },
          { field: 'spec.syncPolicy.automated', isSet: true },
          { field: 'spec.syncPolicy.automated.enabled', isNot: ['false'] },
          { field: 'status.operationState.phase', isNot: ['Running', 'Terminating'] },
        ],
        impact: 'warning',
        reason: 'OutOfSync',
        graceMs: HOUR_MS,
        says: 'is out of sync although sync is automated',
        since: LAST_SYNC,
      },
      {
        when: [{ field: 'status.sync.status', is: ['OutOfSync'] }],
        impact: 'info',
        reason: 'OutOfSync',
        graceMs: DAY_MS,
        says: 'is out of sync, and sync is left to people',
        since: LAST_SYNC,
      },
    ],
    causes: [
      {
        at: 'status.resources[]',
        name: 'name',
        namespace: 'namespace',
        kindAt: 'kind',
        kind: '',
        onlyKinds: CAUSING_KINDS,
        explains: ['Degraded'],
      },
    ],
    nextSteps: ['argocd app get {namespace}/{name}', 'argocd app diff {namespace}/{name}'],
  }),
  shippedRow({
    id: 'argo-rollout',
    group: 'argoproj.io',
    kind: 'Rollout',
    plural: 'rollouts',
    // The pods of a Rollout belong to it: one incident with what they suffer.
    family: 'workload',
    reason: 'RolloutStuck',
    graceMs: 2 * MINUTE_MS,
    sees: 'Argo Rollouts that are degraded (a deadline missed, an aborted update), have a spec that cannot be used, wait because an analysis was inconclusive, or stand paused for more than a day.',
    cannotSee:
      'Whether a pause is meant: one of a canary step or of a person is told after a day, as a matter of order.',
    rules: [
      { when: [{ condition: 'InvalidSpec', status: ['True'] }], impact: 'error' },
      {
        when: [{ field: 'status.phase', is: ['Degraded'] }],
        impact: 'error',
        says: 'is degraded',
        message: ['status.message'],
        since: ['status.abortedAt', 'status.conditions[].lastTransitionTime'],
      },
      {
        when: [{ field: 'status.pauseConditions[].reason', is: ['InconclusiveAnalysisRun', 'InconclusiveExperiment'] }],
        impact: 'warning',
        reason: 'RolloutPaused',
        says: 'waits for a decision: its analysis was inconclusive',
        since: ['status.pauseConditions[].startTime'],
      },
      {
        when: [{ field: 'status.pauseConditions[].reason', isSet: true }],
        impact: 'info',
        reason: 'RolloutPaused',
        graceMs: DAY_MS,
        says: 'stands paused in the middle of an update',
        since: ['status.pauseConditions[].startTime'],
      },
      {
        when: [{ field: 'spec.paused', is: ['true'] }],
        impact: 'info',
        reason: 'RolloutPaused',
        graceMs: DAY_MS,
        says: 'is paused by its spec',
        since: ['last-change'],
      },
    ],
    nextSteps: ['kubectl argo rollouts get rollout {name} -n {namespace}'],
  }),
];
