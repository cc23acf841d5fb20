import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField, terminationFields } from '../evidence.ts';
import { describePod, previousLogs } from '../next-steps.ts';
import { belongsToJob, containerName, endedRun, isReady, type ContainerState } from '../pod-state.ts';
import { findingsOfContainers } from './containers.ts';
import { containerEvents, deathText, isLooping } from './restarts.ts';
import type { View } from '../view.ts';

const MIN_RESTARTS = 5;
/** Fewer than four restarts a day are not a high rate. */
const MAX_INTERVAL_MS = 6 * 60 * 60_000;
/** Before that a pod's restarts are those of its start. */
const MIN_AGE_MS = 60 * 60_000;

export const restartsHigh: Check = {
  id: 'restarts-high',
  family: 'workload',
  sees: 'Ready containers that end with an error again and again: five times or more, at least every six hours on average, and lately. Not: loops (crash-loop), OOM kills (oom-kill), restarts of the first hour, containers that end with exit code 0 unless their liveness probe fails.',
  cannotSee: 'Restarts of earlier pods of the same owner, containers that end without an error.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'warning',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    findingsOfContainers(
      view,
      (container, pod) => isReady(pod) && !belongsToJob(pod) && isRestless(view, pod, container),
      findingFor,
    ),
};

function isRestless(view: View, pod: Pod, container: ContainerState): boolean {
  const { role, status } = container;
  const last = status.lastTerminated;
  if (role === 'init' || status.running === undefined || last?.finishedAtMs === undefined) return false;
  if (last.reason === 'OOMKilled' || isLooping(container, view.nowMs)) return false;
  // A program that its probe gets killed may end without an error of its own.
  if (last.exitCode === 0 && livenessFailure(view, pod, container) === undefined) return false;
  const ageMs = view.nowMs - (pod.startedAtMs ?? pod.meta.createdAtMs);
  const intervalMs = ageMs / status.restartCount;
  return (
    status.restartCount >= MIN_RESTARTS &&
    ageMs >= MIN_AGE_MS &&
    intervalMs <= MAX_INTERVAL_MS &&
    // A burst that ended long ago does not go on.
    view.nowMs - last.finishedAtMs < 2 * intervalMs
  );
}

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, path } = container;
  const last = status.lastTerminated;
  const failure = livenessFailure(view, pod, container);
  return podFinding(view, pod, {
    reason: 'RestartsHigh',
    impact: 'warning',
    problem: `${containerName(container)} restarts again and again, though it is ready (${deathText(status)})${failure === undefined ? '' : `: ${clause(failure.message)}`}`,
    onsetAtMs: pod.startedAtMs ?? pod.meta.createdAtMs,
    evidence: [
      quoteField('Pod', pod.meta, path, fields({ restartCount: status.restartCount })),
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
      ...(last === undefined
        ? []
        : [quoteField('Pod', pod.meta, `${path}.lastState.terminated`, terminationFields(last), last.finishedAtMs)]),
    ],
    logOf: endedRun(pod, container),
    nextSteps: [previousLogs(pod, status.name), describePod(pod)],
  });
}

function livenessFailure(view: View, pod: Pod, container: ContainerState): Event | undefined {
  return containerEvents(view, pod, container).find(
    ({ reason, message }) => reason === 'Unhealthy' && message.startsWith('Liveness'),
  );
}
