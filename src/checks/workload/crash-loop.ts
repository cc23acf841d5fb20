import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteField, terminationFields } from '../evidence.ts';
import { describePod, previousLogs } from '../next-steps.ts';
import { belongsToJob, containerName, containersOf, endedRun, isLive, type ContainerState } from '../pod-state.ts';
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
    view.restlessPods
      .values()
      .filter(isLive)
      .flatMap((pod) =>
        containersOf(pod)
          .filter(
            (container) =>
              (container.role === 'sidecar' || !belongsToJob(pod)) &&
              isLooping(container, view.nowMs) &&
              !isStartRefusal(container.status) &&
              probeKill(view, pod, container) === undefined,
          )
          .map((container) => findingFor(view, pod, container)),
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
      ...(last === undefined
        ? []
        : [
            quoteField(
              'Pod',
              pod.meta,
              `${path}.${status.terminated === undefined ? 'lastState' : 'state'}.terminated`,
              terminationFields(last),
              last.finishedAtMs,
            ),
          ]),
      ...(status.waiting === undefined
        ? [quoteField('Pod', pod.meta, path, fields({ restartCount: status.restartCount }))]
        : [quoteField('Pod', pod.meta, `${path}.state.waiting`, fields({ ...status.waiting }))]),
    ],
    logOf: endedRun(pod, container),
    nextSteps: [previousLogs(pod, status.name), describePod(pod)],
  });
}
