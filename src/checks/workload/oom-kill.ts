import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { quoteField } from '../evidence.ts';
import { describePod, inNamespace, previousLogs, rolloutHistory } from '../next-steps.ts';
import { belongsToJob, containerName, endedRun, type ContainerState } from '../pod-state.ts';
import { findingsOfContainers, quoteLastEnd } from './containers.ts';
import { lastTermination, loopOnsetMs } from './restarts.ts';
import type { View } from '../view.ts';

/** An OOM kill without another for this long is history. */
const REMEMBERED_MS = 60 * 60_000;
/** One that comes back every few hours is not over because this one was two hours ago. */
const MAX_REMEMBERED_MS = 12 * 60 * 60_000;
const REPEATED = 3;

export const oomKill: Check = {
  id: 'oom-kill',
  family: 'workload',
  sees: 'Containers that the kernel killed for their memory within the last hour (twice the usual distance, up to 12 hours, where it happens again and again), with their limit. Not: pods of Jobs, kills of child processes (the container itself survives those), memory that is merely high.',
  cannotSee: 'Kills of child processes inside a container that lives on, memory that grows towards its limit.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    findingsOfContainers(
      view,
      ({ status }, pod) => !belongsToJob(pod) && wasKilled(pod, status, view.nowMs),
      findingFor,
    ),
};

function wasKilled(pod: Pod, status: ContainerState['status'], nowMs: number): boolean {
  const last = lastTermination(status);
  if (last?.reason !== 'OOMKilled') return false;
  // Held back, it has not run since: the kill is no history, however old.
  if (status.running === undefined) return true;
  if (last.finishedAtMs === undefined) return true;
  const intervalMs = (last.finishedAtMs - (pod.startedAtMs ?? pod.meta.createdAtMs)) / status.restartCount;
  const rememberedMs = status.restartCount < REPEATED ? 0 : Math.min(2 * intervalMs, MAX_REMEMBERED_MS);
  return nowMs - last.finishedAtMs < Math.max(rememberedMs, REMEMBERED_MS);
}

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, spec } = container;
  const last = lastTermination(status);
  const limit = spec?.limits['memory'] ?? pod.limits['memory'];
  const kills = status.restartCount > 1 ? `, ${String(status.restartCount)} restarts` : '';
  return podFinding(view, pod, {
    reason: 'OOMKilled',
    problem: `${containerName(container)} was OOM killed (${limit === undefined ? 'no memory limit: the node ran out' : `limit ${limit}`}, exit code ${String(last?.exitCode ?? 137)}${kills})`,
    onsetAtMs: loopOnsetMs(view, pod, container),
    evidence: [
      ...quoteLastEnd(pod, container),
      ...(limit === undefined
        ? []
        : [
            quoteField(
              'Pod',
              pod.meta,
              spec?.limits['memory'] === undefined
                ? 'spec.resources.limits'
                : `spec.${container.role === 'main' ? 'containers' : 'initContainers'}[${status.name}].resources.limits`,
              `memory: ${limit}`,
            ),
          ]),
    ],
    logOf: endedRun(pod, container),
    nextSteps: [
      describePod(pod),
      previousLogs(pod, status.name),
      ...rolloutHistory(view.ownership('Pod', pod.meta).top),
      // Only of a container that runs is there anything to measure.
      ...(status.running === undefined
        ? []
        : [`kubectl top pod ${pod.meta.name} --containers${inNamespace(pod.meta.namespace)}`]),
    ],
  });
}
