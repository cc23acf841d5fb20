import type { Check } from './check.ts';
import { claimLost } from './claim-lost.ts';
import { claimPending } from './claim-pending.ts';
import { completionBlocked } from './completion-blocked.ts';
import { configError } from './config-error.ts';
import { configVolume } from './config-volume.ts';
import { crashLoop } from './crash-loop.ts';
import { creationForbidden } from './creation-forbidden.ts';
import { cronJobBlocked } from './cronjob-blocked.ts';
import { cronJobLate } from './cronjob-late.ts';
import { cronJobNeverSucceeded } from './cronjob-never-succeeded.ts';
import { cronJobSuspended } from './cronjob-suspended.ts';
import { daemonSetShort } from './daemonset-short.ts';
import { evicted } from './evicted.ts';
import { imagePull } from './image-pull.ts';
import { initFailing } from './init-failing.ts';
import { jobFailed } from './job-failed.ts';
import { loadBalancerPending } from './load-balancer-pending.ts';
import { namespaceTerminating } from './namespace-terminating.ts';
import { nodeCordoned } from './node-cordoned.ts';
import { nodeNetworkUnavailable } from './node-network-unavailable.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { nodePodsFailing } from './node-pods-failing.ts';
import { nodePressure } from './node-pressure.ts';
import { nodeVersionSkew } from './node-version-skew.ts';
import { oomKill } from './oom-kill.ts';
import { probesFailing } from './probes-failing.ts';
import { replicasShort } from './replicas-short.ts';
import { resizePending } from './resize-pending.ts';
import { restartsHigh } from './restarts-high.ts';
import { rolloutPaused } from './rollout-paused.ts';
import { rolloutStuck } from './rollout-stuck.ts';
import { sandboxFailed } from './sandbox-failed.ts';
import { schedulingGated } from './scheduling-gated.ts';
import { servicePortUnknown } from './service-port-unknown.ts';
import { serviceWithoutEndpoints } from './service-without-endpoints.ts';
import { startFailed } from './start-failed.ts';
import { statefulSetShort } from './statefulset-short.ts';
import { stuckTerminating } from './stuck-terminating.ts';
import { unschedulable } from './unschedulable.ts';
import { volumeNotMounted } from './volume-not-mounted.ts';
import { warningEvents } from './warning-events.ts';

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
  claimPending,
  claimLost,
  volumeNotMounted,
  resizePending,
  serviceWithoutEndpoints,
  servicePortUnknown,
  loadBalancerPending,
  namespaceTerminating,
  warningEvents,
];
