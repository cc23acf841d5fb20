import type { CustomResourceRow } from '../../../domain/custom-resource.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, shippedRow } from './row.ts';

const V0 = 'operators.coreos.com';
const V1 = 'olm.operatorframework.io';

/** Operator Lifecycle Manager, v0 (https://olm.operatorframework.io/docs/concepts/crds/) and v1. */
export const olmRows: readonly CustomResourceRow[] = [
  shippedRow({
    id: 'olm-subscription',
    group: V0,
    kind: 'Subscription',
    plural: 'subscriptions',
    family: 'other',
    reason: 'OperatorNotReady',
    graceMs: 10 * MINUTE_MS,
    sees: 'OLM Subscriptions whose install plan or bundle failed, that cannot be resolved, whose catalogs are unhealthy, or whose upgrade has been pending: an hour where it is automatic, a week where people approve it.',
    cannotSee: 'Operators that were installed without OLM.',
    rules: [
      { when: [{ condition: 'InstallPlanFailed', status: ['True'] }], impact: 'error' },
      { when: [{ condition: 'BundleUnpackFailed', status: ['True'] }], impact: 'error' },
      { when: [{ condition: 'ResolutionFailed', status: ['True'] }], impact: 'error' },
      {
        when: [{ field: 'status.state', is: ['UpgradeFailed'] }],
        impact: 'error',
        says: 'its upgrade failed',
        since: ['status.lastUpdated'],
      },
      {
        when: [{ condition: 'CatalogSourcesUnhealthy', status: ['True'] }],
        impact: 'warning',
        graceMs: 30 * MINUTE_MS,
      },
      {
        when: [
          { field: 'status.state', is: ['UpgradePending'] },
          { field: 'spec.installPlanApproval', is: ['Manual'] },
        ],
        impact: 'info',
        graceMs: 7 * DAY_MS,
        says: 'an upgrade has waited for approval for a week',
        since: ['status.lastUpdated'],
      },
      {
        when: [
          { field: 'status.state', is: ['UpgradePending'] },
          { field: 'spec.installPlanApproval', isNot: ['Manual'] },
        ],
        impact: 'warning',
        graceMs: HOUR_MS,
        says: 'its upgrade has been pending for an hour',
        since: ['status.lastUpdated'],
      },
    ],
    causes: [
      { at: 'spec', name: 'source', namespace: 'sourceNamespace', kind: 'CatalogSource' },
      { name: 'status.currentCSV', kind: 'ClusterServiceVersion' },
    ],
  }),
  shippedRow({
    id: 'olm-installplan',
    group: V0,
    kind: 'InstallPlan',
    plural: 'installplans',
    family: 'other',
    reason: 'OperatorNotReady',
    graceMs: 10 * MINUTE_MS,
    sees: 'OLM InstallPlans that failed, that have been installing for an hour, or that have waited for approval for a week.',
    cannotSee:
      'Whether a later plan replaced a failed one: the Subscription tells whether it still matters, so this is a matter of order.',
    rules: [
      {
        when: [{ field: 'status.phase', is: ['Failed'] }],
        impact: 'info',
        says: 'failed',
        message: ['status.message', 'status.conditions[].message'],
        since: ['status.conditions[].lastTransitionTime'],
      },
      {
        when: [{ field: 'status.phase', is: ['RequiresApproval'] }],
        impact: 'info',
        graceMs: 7 * DAY_MS,
        says: 'has waited for approval for a week',
      },
      {
        when: [{ field: 'status.phase', is: ['Installing', 'Planning'] }],
        impact: 'warning',
        graceMs: HOUR_MS,
        message: ['status.message'],
        since: ['status.startTime', 'last-change'],
      },
    ],
  }),
  shippedRow({
    id: 'olm-clusterserviceversion',
    group: V0,
    kind: 'ClusterServiceVersion',
    plural: 'clusterserviceversions',
    family: 'other',
    reason: 'OperatorNotReady',
    sees: 'Operators of OLM that failed, or whose installation or replacement does not come to an end.',
    cannotSee: 'Copies in other namespaces: the operator is told where it is installed.',
    ignore: [
      [{ field: "metadata.labels['olm.copiedFrom']", isSet: true }],
      [{ field: 'status.reason', is: ['Copied'] }],
    ],
    rules: [
      {
        when: [{ field: 'status.phase', is: ['Failed'] }],
        impact: 'error',
        says: 'failed',
        message: ['status.message'],
        since: ['status.lastTransitionTime'],
      },
      {
        when: [{ field: 'status.phase', is: ['Pending', 'InstallReady', 'Installing', 'Unknown'] }],
        impact: 'warning',
        graceMs: 30 * MINUTE_MS,
        message: ['status.message'],
        since: ['status.lastTransitionTime'],
      },
      {
        when: [{ field: 'status.phase', is: ['Replacing', 'Deleting'] }],
        impact: 'warning',
        graceMs: HOUR_MS,
        message: ['status.message'],
        since: ['status.lastTransitionTime'],
      },
    ],
    ownsWorkloads: true,
  }),
  shippedRow({
    id: 'olm-catalogsource',
    group: V0,
    kind: 'CatalogSource',
    plural: 'catalogsources',
    family: 'other',
    reason: 'OperatorNotReady',
    graceMs: 15 * MINUTE_MS,
    sees: 'OLM CatalogSources that do not answer: nothing can be installed or upgraded from them.',
    cannotSee: 'A catalog that answers with old contents.',
    rules: [
      {
        when: [{ field: 'status.reason', is: ['SpecInvalidError', 'RegistryServerError'] }],
        impact: 'error',
        says: 'cannot be used',
        message: ['status.message'],
      },
      {
        when: [{ field: 'status.connectionState.lastObservedState', is: ['TRANSIENT_FAILURE', 'SHUTDOWN'] }],
        impact: 'warning',
        message: ['status.message'],
        since: ['status.connectionState.lastConnect'],
      },
      {
        when: [{ field: 'status.connectionState.lastObservedState', is: ['CONNECTING'] }],
        impact: 'warning',
        graceMs: 30 * MINUTE_MS,
        since: ['status.connectionState.lastConnect'],
      },
    ],
    ownsWorkloads: true,
  }),
  shippedRow({
    id: 'olm-clusterextension',
    group: V1,
    kind: 'ClusterExtension',
    plural: 'clusterextensions',
    namespaced: false,
    family: 'other',
    reason: 'OperatorNotReady',
    graceMs: 10 * MINUTE_MS,
    sees: 'OLM v1 ClusterExtensions that are not installed, cannot go on without a change, or have been trying for half an hour.',
    cannotSee: 'Whether the operator that was installed works: its workloads show that.',
    rules: [
      { when: [{ condition: 'Progressing', reasons: ['Blocked', 'InvalidConfiguration'] }], impact: 'error' },
      { when: [{ condition: 'Installed' }], impact: 'error' },
      {
        when: [{ condition: 'Progressing', status: ['True'], reasons: ['Retrying'] }],
        impact: 'warning',
        graceMs: 30 * MINUTE_MS,
      },
    ],
  }),
  shippedRow({
    id: 'olm-clustercatalog',
    group: V1,
    kind: 'ClusterCatalog',
    plural: 'clustercatalogs',
    namespaced: false,
    family: 'other',
    reason: 'OperatorNotReady',
    graceMs: 15 * MINUTE_MS,
    sees: 'OLM v1 ClusterCatalogs that are not served although they should be, or that have been trying for half an hour.',
    cannotSee: 'A catalog that is served with old contents.',
    rules: [
      { when: [{ condition: 'Progressing', reasons: ['Blocked'] }], impact: 'error' },
      { when: [{ condition: 'Serving', exceptReasons: ['UserSpecifiedUnavailable'] }], impact: 'error' },
      {
        when: [{ condition: 'Progressing', status: ['True'], reasons: ['Retrying'] }],
        impact: 'warning',
        graceMs: 30 * MINUTE_MS,
      },
    ],
  }),
];
