import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteField } from '../evidence.ts';
import { describePod, previousLogs } from '../next-steps.ts';
import { belongsToJob, containerName, endedRun, type ContainerState } from '../pod-state.ts';
import { findingsOfContainers, quoteLastEnd, quoteWaiting } from './containers.ts';
import { deathText, isLooping, lastTermination, loopOnsetMs, probeKill } from './restarts.ts';
import { isStartRefusal } from './start-refusal.ts';
import type { View } from '../view.ts';

export const crashLoop: Check = {
  id: 'crash-loop',
  family: 'workload',
  sees: 'Containers that end again and again, with an error or without, also in the short running phases between two ends. Not: pods of Jobs (job-failed) but for their sidecars, containers whose command never began (start-failed), containers that their liveness probe kills (probes-failing).',
  cannotSee: 'Containers that restart a few times a day (restarts-high), the reason that stands only in a log.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    findingsOfContainers(
      view,
      (container, pod) =>
        (container.role === 'sidecar' || !belongsToJob(pod)) &&
        isLooping(container, view.nowMs) &&
        !isStartRefusal(container.status) &&
        probeKill(view, pod, container) === undefined,
      findingFor,
    ),
};

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, path } = container;
  const last = lastTermination(status);
  const message = clause(last?.message ?? '');
  return podFinding(view, pod, {
    reason: 'CrashLoop',
    problem: `${containerName(container)} ${last?.exitCode === 0 ? 'ends again and again, without an error' : 'keeps crashing'} (${deathText(status)})${message === '' ? '' : `: ${message}`}`,
    onsetAtMs: loopOnsetMs(view, pod, container),
    evidence: [
      ...quoteLastEnd(pod, container),
      ...(status.waiting === undefined
        ? [quoteField('Pod', pod.meta, path, fields({ restartCount: status.restartCount }))]
        : quoteWaiting(pod, container)),
    ],
    logOf: endedRun(pod, container),
    nextSteps: [previousLogs(pod, status.name), describePod(pod)],
  });
}
