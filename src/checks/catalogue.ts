import type { Check } from './check.ts';
import { claimLost } from './volume/claim-lost.ts';
import { claimPending } from './volume/claim-pending.ts';
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
import { loadBalancerPending } from './network/load-balancer-pending.ts';
import { namespaceTerminating } from './other/namespace-terminating.ts';
import { nodeCordoned } from './node/node-cordoned.ts';
import { nodeNetworkUnavailable } from './node/node-network-unavailable.ts';
import { nodeNotReady } from './node/node-not-ready.ts';
import { nodePodsFailing } from './node/node-pods-failing.ts';
import { nodePressure } from './node/node-pressure.ts';
import { nodeVersionSkew } from './node/node-version-skew.ts';
import { oomKill } from './workload/oom-kill.ts';
import { probesFailing } from './workload/probes-failing.ts';
import { replicasShort } from './workload/replicas-short.ts';
import { resizePending } from './volume/resize-pending.ts';
import { restartsHigh } from './workload/restarts-high.ts';
import { rolloutPaused } from './workload/rollout-paused.ts';
import { rolloutStuck } from './workload/rollout-stuck.ts';
import { sandboxFailed } from './workload/sandbox-failed.ts';
import { schedulingGated } from './workload/scheduling-gated.ts';
import { servicePortUnknown } from './network/service-port-unknown.ts';
import { serviceWithoutEndpoints } from './network/service-without-endpoints.ts';
import { startFailed } from './workload/start-failed.ts';
import { statefulSetShort } from './workload/statefulset-short.ts';
import { stuckTerminating } from './workload/stuck-terminating.ts';
import { unschedulable } from './workload/unschedulable.ts';
import { storageClassMissing } from './volume/storage-class-missing.ts';
import { volumeFailed } from './volume/volume-failed.ts';
import { volumeNotMounted } from './volume/volume-not-mounted.ts';
import { volumeReleased } from './volume/volume-released.ts';
import { warningEvents } from './other/warning-events.ts';

/** Every check there is. A new one is a file and a line here. */
export const CHECKS: readonly Check[] = [
  crashLoop,
  oomKill,
  imagePull,
  configError,
  configVolume,
  startFailed,
  sandboxFailed,
  initFailing,
  unschedulable,
  schedulingGated,
  probesFailing,
  restartsHigh,
  evicted,
  stuckTerminating,
  replicasShort,
  statefulSetShort,
  daemonSetShort,
  rolloutStuck,
  creationForbidden,
  rolloutPaused,
  nodeNotReady,
  nodePressure,
  nodeNetworkUnavailable,
  nodePodsFailing,
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
  volumeNotMounted,
  volumeFailed,
  volumeReleased,
  resizePending,
  serviceWithoutEndpoints,
  servicePortUnknown,
  loadBalancerPending,
  namespaceTerminating,
  warningEvents,
];
