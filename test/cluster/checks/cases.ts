import type { CheckCase } from './case.ts';
import { customResourceCases } from './cases/custom-resources.ts';
import { claimLostCases, claimPendingCases, claimTerminatingCases, storageClassMissingCases } from './cases/claims.ts';
import { configErrorCases, configVolumeCases } from './cases/config.ts';
import { crashLoopCases } from './cases/crash-loop.ts';
import {
  cronJobBlockedCases,
  cronJobLateCases,
  cronJobNeverSucceededCases,
  cronJobSuspendedCases,
  jobFailedCases,
} from './cases/jobs.ts';
import {
  nodeCordonedCases,
  nodeNetworkCases,
  nodeNotReadyCases,
  nodePodsFailingCases,
  nodePressureCases,
  nodeProblemCases,
  nodeVersionSkewCases,
  podsOverCapacityCases,
} from './cases/nodes.ts';
import { initFailingCases, probesFailingCases } from './cases/readiness.ts';
import { notStartedCases, sandboxFailedCases, startFailedCases } from './cases/starting.ts';
import { completionBlockedCases, stuckTerminatingCases } from './cases/ending.ts';
import { evictedCases, podFailedCases, resizeRefusedCases, restartsHighCases } from './cases/losses.ts';
import { schedulingGatedCases, unschedulableCases } from './cases/scheduling.ts';
import { imagePullCases } from './cases/image-pull.ts';
import { oomKillCases } from './cases/oom-kill.ts';
import { namespaceTerminatingCases, warningEventsCases } from './cases/other.ts';
import { creationForbiddenCases, quotaNearlyFullCases } from './cases/quotas.ts';
import {
  daemonSetShortCases,
  replicaSetShortCases,
  replicasShortCases,
  rolloutPausedCases,
  rolloutStuckCases,
  singleReplicaCases,
  statefulSetShortCases,
} from './cases/workloads.ts';
import { resizePendingCases, volumeFailedCases, volumeNotMountedCases, volumeReleasedCases } from './cases/volumes.ts';

import {
  ingressAddressPendingCases,
  ingressBackendMissingCases,
  ingressClassMissingCases,
  ingressPortUnknownCases,
} from './cases/ingresses.ts';
import {
  apiServiceUnavailableCases,
  conversionUnavailableCases,
  crdNotEstablishedCases,
  webhookUnavailableCases,
} from './cases/admission.ts';
import {
  autoscalerAtMaximumCases,
  autoscalerCannotScaleCases,
  autoscalerTargetMissingCases,
  autoscalerWithoutMetricsCases,
} from './cases/autoscalers.ts';
import { budgetSelectsNothingCases, drainBlockedCases } from './cases/budgets.ts';
import { caBundleExpiredCases } from './cases/ca-bundles.ts';
import { networkPolicyCases } from './cases/network-policies.ts';
import { loadBalancerPendingCases, servicePortUnknownCases, serviceWithoutEndpointsCases } from './cases/services.ts';

/** Every case of every check. */
export const CASES: readonly CheckCase[] = [
  // The server itself has to judge these before they are read.
  ...apiServiceUnavailableCases,
  ...crdNotEstablishedCases,
  ...webhookUnavailableCases,
  ...conversionUnavailableCases,
  ...caBundleExpiredCases,
  ...crashLoopCases,
  ...oomKillCases,
  ...imagePullCases,
  ...configErrorCases,
  ...configVolumeCases,
  ...startFailedCases,
  ...sandboxFailedCases,
  ...notStartedCases,
  ...initFailingCases,
  ...probesFailingCases,
  ...restartsHighCases,
  ...evictedCases,
  ...podFailedCases,
  ...resizeRefusedCases,
  ...stuckTerminatingCases,
  ...completionBlockedCases,
  ...unschedulableCases,
  ...schedulingGatedCases,
  ...storageClassMissingCases,
  ...claimPendingCases,
  ...claimLostCases,
  ...claimTerminatingCases,
  ...volumeNotMountedCases,
  ...volumeFailedCases,
  ...volumeReleasedCases,
  ...resizePendingCases,
  ...namespaceTerminatingCases,
  ...warningEventsCases,
  ...serviceWithoutEndpointsCases,
  ...servicePortUnknownCases,
  ...loadBalancerPendingCases,
  ...ingressClassMissingCases,
  ...ingressBackendMissingCases,
  ...ingressPortUnknownCases,
  ...ingressAddressPendingCases,
  ...networkPolicyCases,
  ...autoscalerTargetMissingCases,
  ...autoscalerCannotScaleCases,
  ...autoscalerWithoutMetricsCases,
  ...autoscalerAtMaximumCases,
  ...drainBlockedCases,
  ...budgetSelectsNothingCases,
  ...replicasShortCases,
  ...replicaSetShortCases,
  ...statefulSetShortCases,
  ...daemonSetShortCases,
  ...rolloutStuckCases,
  ...rolloutPausedCases,
  ...singleReplicaCases,
  ...jobFailedCases,
  ...cronJobLateCases,
  ...cronJobBlockedCases,
  ...cronJobNeverSucceededCases,
  ...cronJobSuspendedCases,
  ...nodeNotReadyCases,
  ...nodePressureCases,
  ...nodeNetworkCases,
  ...nodeCordonedCases,
  ...nodeVersionSkewCases,
  ...nodePodsFailingCases,
  ...nodeProblemCases,
  ...podsOverCapacityCases,
  ...quotaNearlyFullCases,
  ...creationForbiddenCases,
  ...customResourceCases,
];
