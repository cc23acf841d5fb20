import type { CustomResourceRow } from '../../../domain/custom-resource.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, shippedRow } from './row.ts';

/** Applications have no dated conditions for health; the workflow says when it began and ended. */
const WORKFLOW_TIMES = ['status.workflow.endTime', 'status.workflow.startTime'];

/** KubeVela (https://kubevela.io/docs/platform-engineers/oam/oam-model/): `status.status` is the phase. */
export const kubevelaRows: readonly CustomResourceRow[] = [
  shippedRow({
    id: 'kubevela-application',
    group: 'core.oam.dev',
    kind: 'Application',
    plural: 'applications',
    family: 'gitops',
    reason: 'SyncFailed',
    sees: 'KubeVela Applications whose workflow failed or was ended, that are unhealthy, or whose workflow runs for an hour or waits for a person for a day.',
    cannotSee: 'Since when an application is unhealthy: it counts from its workflow. Components of other clusters.',
    rules: [
      {
        when: [{ field: 'status.status', is: ['unhealthy'] }],
        impact: 'error',
        reason: 'Degraded',
        says: 'is unhealthy',
        message: ['status.services[].message'],
        since: WORKFLOW_TIMES,
      },
      {
        when: [{ field: 'status.status', is: ['workflowFailed'] }],
        impact: 'error',
        says: 'its workflow failed',
        message: ['status.workflow.message', 'status.conditions[].message'],
        since: WORKFLOW_TIMES,
      },
      {
        when: [{ field: 'status.status', is: ['workflowTerminated'] }],
        impact: 'warning',
        says: 'its workflow was ended before it was done',
        message: ['status.workflow.message'],
        since: WORKFLOW_TIMES,
      },
      {
        when: [{ field: 'status.status', is: ['workflowSuspending'] }],
        impact: 'info',
        reason: 'GitOpsSuspended',
        graceMs: DAY_MS,
        says: 'its workflow has waited for a person for a day',
        since: ['status.workflow.startTime'],
      },
      {
        when: [{ field: 'status.status', is: ['starting', 'rendering', 'generatingPolicy', 'runningWorkflow'] }],
        impact: 'warning',
        graceMs: HOUR_MS,
        since: ['status.workflow.startTime', 'last-change'],
      },
    ],
    graceMs: 5 * MINUTE_MS,
    makes: { name: 'app.oam.dev/name', namespace: 'app.oam.dev/namespace', explains: ['Degraded'] },
    nextSteps: ['vela status {name} -n {namespace}'],
  }),
];
