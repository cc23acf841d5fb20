import type { CustomResourceRow } from '../domain/custom-resource.ts';
import type { Check } from './check.ts';
import { customResourceCheck } from './custom-resource/custom-resource-check.ts';
import { allRows, SHIPPED_ROWS } from './custom-resource/shipped-rows.ts';
import { claimLost } from './volume/claim-lost.ts';
import { claimPending } from './volume/claim-pending.ts';
import { claimTerminating } from './volume/claim-terminating.ts';
import { completionBlocked } from './workload/completion-blocked.ts';
import { configError } from './workload/config-error.ts';
import { configVolume } from './workload/config-volume.ts';
import { crashLoop } from './workload/crash-loop.ts';
import { creationForbidden } from './quota/creation-forbidden.ts';
import { cronJobBlocked } from './job/cronjob-blocked.ts';
import { cronJobLate } from './job/cronjob-late.ts';
import { cronJobNeverSucceeded } from './job/cronjob-never-succeeded.ts';
import { cronJobSuspended } from './job/cronjob-suspended.ts';
import { daemonSetShort } from './workload/daemonset-short.ts';
import { evicted } from './workload/evicted.ts';
import { imagePull } from './workload/image-pull.ts';
import { initFailing } from './workload/init-failing.ts';
import { jobFailed } from './job/job-failed.ts';
import { ingressClassMissing } from './network/ingress-class-missing.ts';
import { ingressBackendMissing } from './network/ingress-backend-missing.ts';
import { ingressPortUnknown } from './network/ingress-port-unknown.ts';
import { ingressAddressPending } from './network/ingress-address-pending.ts';
import { networkPolicySelectsNothing } from './network/network-policy-selects-nothing.ts';
import { webhookUnavailable } from './admission/webhook-unavailable.ts';
import { apiServiceUnavailable } from './admission/api-service-unavailable.ts';
import { crdNotEstablished } from './admission/crd-not-established.ts';
import { conversionUnavailable } from './admission/conversion-unavailable.ts';
import { caBundleExpired } from './certificate/ca-bundle-expired.ts';
import { autoscalerTargetMissing } from './autoscaling/autoscaler-target-missing.ts';
import { autoscalerCannotScale } from './autoscaling/autoscaler-cannot-scale.ts';
import { autoscalerWithoutMetrics } from './autoscaling/autoscaler-without-metrics.ts';
import { autoscalerAtMaximum } from './autoscaling/autoscaler-at-maximum.ts';
import { drainBlocked } from './disruption/drain-blocked.ts';
import { budgetSelectsNothing } from './disruption/budget-selects-nothing.ts';
import { loadBalancerPending } from './network/load-balancer-pending.ts';
import { namespaceTerminating } from './other/namespace-terminating.ts';
import { nodeCordoned } from './node/node-cordoned.ts';
import { nodeNetworkUnavailable } from './node/node-network-unavailable.ts';
import { nodeNotReady } from './node/node-not-ready.ts';
import { nodePodsFailing } from './node/node-pods-failing.ts';
import { nodePressure } from './node/node-pressure.ts';
import { nodeProblem } from './node/node-problem.ts';
import { nodeVersionSkew } from './node/node-version-skew.ts';
import { notStarted } from './workload/not-started.ts';
import { oomKill } from './workload/oom-kill.ts';
import { podFailed } from './workload/pod-failed.ts';
import { podsOverCapacity } from './node/pods-over-capacity.ts';
import { probesFailing } from './workload/probes-failing.ts';
import { quotaNearlyFull } from './quota/quota-nearly-full.ts';
import { replicaSetShort } from './workload/replicaset-short.ts';
import { replicasShort } from './workload/replicas-short.ts';
import { resizePending } from './volume/resize-pending.ts';
import { resizeRefused } from './workload/resize-refused.ts';
import { restartsHigh } from './workload/restarts-high.ts';
import { rolloutPaused } from './workload/rollout-paused.ts';
import { rolloutStuck } from './workload/rollout-stuck.ts';
import { sandboxFailed } from './workload/sandbox-failed.ts';
import { schedulingGated } from './workload/scheduling-gated.ts';
import { servicePortUnknown } from './network/service-port-unknown.ts';
import { serviceWithoutEndpoints } from './network/service-without-endpoints.ts';
import { singleReplica } from './workload/single-replica.ts';
import { startFailed } from './workload/start-failed.ts';
import { statefulSetShort } from './workload/statefulset-short.ts';
import { stuckTerminating } from './workload/stuck-terminating.ts';
import { unschedulable } from './workload/unschedulable.ts';
import { storageClassMissing } from './volume/storage-class-missing.ts';
import { volumeFailed } from './volume/volume-failed.ts';
import { volumeNotMounted } from './volume/volume-not-mounted.ts';
import { volumeReleased } from './volume/volume-released.ts';
import { warningEvents } from './other/warning-events.ts';

/** Every check there is. A new one is a file and a line here; for custom resources, a row. */
export const CHECKS: readonly Check[] = [
  crashLoop,
  oomKill,
  imagePull,
  configError,
  configVolume,
  startFailed,
  sandboxFailed,
  notStarted,
  initFailing,
  unschedulable,
  schedulingGated,
  probesFailing,
  restartsHigh,
  evicted,
  podFailed,
  resizeRefused,
  stuckTerminating,
  replicasShort,
  statefulSetShort,
  daemonSetShort,
  replicaSetShort,
  rolloutStuck,
  creationForbidden,
  quotaNearlyFull,
  rolloutPaused,
  singleReplica,
  nodeNotReady,
  nodePressure,
  nodeNetworkUnavailable,
  nodeProblem,
  nodePodsFailing,
  podsOverCapacity,
  nodeVersionSkew,
  nodeCordoned,
  jobFailed,
  cronJobLate,
  cronJobBlocked,
  cronJobNeverSucceeded,
  cronJobSuspended,
  completionBlocked,
  storageClassMissing,
  claimPending,
  claimLost,
  claimTerminating,
  volumeNotMounted,
  volumeFailed,
  volumeReleased,
  resizePending,
  serviceWithoutEndpoints,
  servicePortUnknown,
  loadBalancerPending,
  ingressClassMissing,
  ingressBackendMissing,
  ingressPortUnknown,
  ingressAddressPending,
  networkPolicySelectsNothing,
  webhookUnavailable,
  apiServiceUnavailable,
  crdNotEstablished,
  conversionUnavailable,
  caBundleExpired,
  autoscalerTargetMissing,
  autoscalerCannotScale,
  autoscalerWithoutMetrics,
  autoscalerAtMaximum,
  drainBlocked,
  budgetSelectsNothing,
  namespaceTerminating,
  warningEvents,
  ...SHIPPED_ROWS.map(customResourceCheck),
];

/** These, with the operator's own custom resources: in the place of ours, or behind them. */
export function checksWith(operatorRows: readonly CustomResourceRow[]): readonly Check[] {
  if (operatorRows.length === 0) return CHECKS;
  const shipped = new Set(SHIPPED_ROWS.map(({ id }) => id));
  return [...CHECKS.filter(({ id }) => !shipped.has(id)), ...allRows(operatorRows).map(customResourceCheck)];
}
