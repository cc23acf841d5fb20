import type { Check } from './check.ts';
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
import { nodeNotReady } from './node-not-ready.ts';
import { nodePressure } from './node-pressure.ts';
import { oomKill } from './oom-kill.ts';
import { probesFailing } from './probes-failing.ts';
import { replicasShort } from './replicas-short.ts';
import { restartsHigh } from './restarts-high.ts';
import { rolloutPaused } from './rollout-paused.ts';
import { rolloutStuck } from './rollout-stuck.ts';
import { sandboxFailed } from './sandbox-failed.ts';
import { schedulingGated } from './scheduling-gated.ts';
import { serviceWithoutEndpoints } from './service-without-endpoints.ts';
import { startFailed } from './start-failed.ts';
import { statefulSetShort } from './statefulset-short.ts';
import { stuckTerminating } from './stuck-terminating.ts';
import { unschedulable } from './unschedulable.ts';
import { volumeNotMounted } from './volume-not-mounted.ts';

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
  jobFailed,
  cronJobLate,
  cronJobBlocked,
  cronJobNeverSucceeded,
  cronJobSuspended,
  completionBlocked,
  claimPending,
  volumeNotMounted,
  serviceWithoutEndpoints,
];
