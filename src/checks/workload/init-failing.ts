import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { currentLogs, describePod, previousLogs } from '../next-steps.ts';
import {
  belongsToJob,
  containerName,
  containersOf,
  endedRun,
  isLive,
  presentRun,
  type ContainerState,
} from '../pod-state.ts';
import { quoteLastEnd } from './containers.ts';
import { deathText, isLooping, lastTermination } from './restarts.ts';
import { isHarmlessRollout } from './rollout.ts';
import { isStartRefusal } from './start-refusal.ts';
import type { View } from '../view.ts';

/** An init container that has failed once or twice has this long to succeed after all. */
const RETRY_PATIENCE_MS = 10 * 60_000;
/** One that has run this long waits for something that does not come, or does too much. */
const RUN_PATIENCE_MS = 15 * 60_000;

export const initFailing: Check = {
  id: 'init-failing',
  family: 'workload',
  sees: 'Init containers that have failed once or twice and not succeeded within 10 minutes, and those that have run for more than 15 minutes. Not: loops (crash-loop), pods of Jobs, sidecars, rollouts within their deadline.',
  cannotSee: 'Whether a long-running init container makes progress.',
  needs: ['Pod'],
  uses: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.restlessPods
      .filter((pod) => isLive(pod) && pod.phase === 'Pending' && !belongsToJob(pod))
      .flatMap((pod) => {
        const { top } = view.ownership('Pod', pod.meta);
        if (top.kind === 'Deployment' && isHarmlessRollout(view, top.namespace, top.name)) return [];
        return containersOf(pod)
          .filter((container) => container.role === 'init' && !isOthersBusiness(container, view.nowMs))
          .flatMap((container) => failing(view, pod, container) ?? overdue(view, pod, container) ?? []);
      }),
};

function isOthersBusiness(container: ContainerState, nowMs: number): boolean {
  const { status } = container;
  return isLooping(container, nowMs) || isStartRefusal(status) || lastTermination(status)?.reason === 'OOMKilled';
}

function failing(view: View, pod: Pod, container: ContainerState): CheckedFinding | undefined {
  const { status } = container;
  const last = lastTermination(status);
  if (last === undefined || last.exitCode === 0) return undefined;
  const sinceMs = pod.startedAtMs ?? pod.meta.createdAtMs;
  if (view.nowMs - sinceMs < RETRY_PATIENCE_MS) return undefined;
  return podFinding(view, pod, {
    reason: 'InitFailed',
    problem: `${containerName(container)} fails (${deathText(status)}), the pod has not started`,
    onsetAtMs: sinceMs,
    evidence: quoteLastEnd(pod, container),
    logOf: endedRun(pod, container),
    nextSteps: [previousLogs(pod, status.name), describePod(pod)],
  });
}

function overdue(view: View, pod: Pod, container: ContainerState): CheckedFinding | undefined {
  const { status, path } = container;
  const startedAtMs = status.running?.startedAtMs;
  if (startedAtMs === undefined || view.nowMs - startedAtMs < RUN_PATIENCE_MS) return undefined;
  const minutes = Math.floor((view.nowMs - startedAtMs) / 60_000);
  return podFinding(view, pod, {
    reason: 'InitFailed',
    problem: `${containerName(container)} has not finished for ${minutes < 120 ? `${String(minutes)} minutes` : `${String(Math.floor(minutes / 60))} hours`}, the pod has not started`,
    onsetAtMs: startedAtMs,
    evidence: [
      quoteField(
        'Pod',
        pod.meta,
        `${path}.state.running`,
        fields({ startedAt: new Date(startedAtMs).toISOString() }),
        startedAtMs,
      ),
    ],
    logOf: presentRun(pod, container),
    nextSteps: [currentLogs(pod, status.name), describePod(pod)],
  });
}
