import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteEvent, quoteField } from '../evidence.ts';
import { currentLogs, describePod, previousLogs } from '../next-steps.ts';
import {
  belongsToJob,
  condition,
  containerName,
  containersOf,
  endedRun,
  isLive,
  presentRun,
  type ContainerState,
} from '../pod-state.ts';
import { containerEvents, isLooping, LOOP_RESTARTS, loopOnsetMs, probeKill } from './restarts.ts';
import { isHarmlessRollout, STARTUP_ALLOWANCE_MS } from './rollout.ts';
import type { View } from '../view.ts';

/** A startup probe that has let a container wait this long is not just patient. */
const STARTUP_PROBE_PATIENCE_MS = 10 * 60_000;
const RECENT_EVENT_MS = 15 * 60_000;

type Probe = 'Readiness' | 'Liveness' | 'Startup';

export const probesFailing: Check = {
  id: 'probes-failing',
  family: 'workload',
  sees: 'Running containers (sidecars too) whose readiness or startup probe does not pass, containers that their liveness or startup probe gets killed, and pods whose containers are ready while a readiness gate is not. Not: containers that start within 5 minutes, probes of pods on a rollout within its deadline.',
  cannotSee: 'Faults that the probes do not test, probes that fail now and then without effect.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.restlessPods
      .filter((pod) => isLive(pod) && !belongsToJob(pod))
      .flatMap((pod) => [
        ...containersOf(pod)
          .filter(({ role }) => role === 'sidecar' || (role === 'main' && pod.phase === 'Running'))
          .flatMap((container) => killedByProbe(view, pod, container) ?? notPassing(view, pod, container) ?? []),
        ...(gateNotMet(view, pod) ?? []),
      ]),
};

function killedByProbe(view: View, pod: Pod, container: ContainerState): CheckedFinding | undefined {
  const { status } = container;
  const kill = probeKill(view, pod, container);
  if (kill === undefined || (status.ready && status.restartCount < LOOP_RESTARTS)) return undefined;
  if (status.ready && !isLooping(container, view.nowMs)) return undefined;
  const probe = kill.message.includes('startup probe') ? 'Startup' : 'Liveness';
  const failure = newestFailure(view, pod, container, probe);
  return podFinding(view, pod, {
    reason: 'ProbeFailing',
    problem: `${containerName(container)} is killed by its ${probe.toLowerCase()} probe (${String(status.restartCount)} restarts)${failure === undefined ? '' : `: ${clause(failure.message)}`}`,
    onsetAtMs: Math.min(loopOnsetMs(view, pod, container), kill.firstAtMs ?? kill.lastAtMs),
    evidence: [
      quoteEvent(kill),
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
      quoteField('Pod', pod.meta, container.path, fields({ restartCount: status.restartCount })),
    ],
    logOf: endedRun(pod, container),
    nextSteps: [previousLogs(pod, status.name), describePod(pod)],
  });
}

function notPassing(view: View, pod: Pod, container: ContainerState): CheckedFinding | undefined {
  const { status, spec } = container;
  if (status.running === undefined || status.ready || isLooping(container, view.nowMs)) return undefined;
  const startedAtMs = status.running.startedAtMs ?? pod.startedAtMs ?? pod.meta.createdAtMs;
  if (spec?.hasStartupProbe === true && status.started !== true) {
    if (view.nowMs - startedAtMs < STARTUP_PROBE_PATIENCE_MS) return undefined;
    return probeFinding(view, pod, container, 'Startup', startedAtMs);
  }
  const failure = newestFailure(view, pod, container, 'Readiness');
  if (spec?.hasReadinessProbe !== true && failure === undefined) return undefined;
  const unready = condition(pod.conditions, 'ContainersReady') ?? condition(pod.conditions, 'Ready');
  const lostAtMs = unready?.status === 'False' ? unready.changedAtMs : undefined;
  if (lostAtMs !== undefined && lostAtMs > startedAtMs) {
    return probeFinding(view, pod, container, 'Readiness', lostAtMs);
  }
  // It has not been ready since it started: perhaps it is only slow.
  const { top } = view.ownership('Pod', pod.meta);
  const isPatient =
    failure === undefined || (top.kind === 'Deployment' && isHarmlessRollout(view, top.namespace, top.name));
  if (isPatient && view.nowMs - startedAtMs < STARTUP_ALLOWANCE_MS) return undefined;
  return probeFinding(view, pod, container, 'Readiness', startedAtMs);
}

/** Ready by all its probes, and yet not: something outside the pod (a load balancer) has to say so too. */
function gateNotMet(view: View, pod: Pod): readonly CheckedFinding[] | undefined {
  const ready = condition(pod.conditions, 'Ready');
  if (ready?.status !== 'False' || ready.reason !== 'ReadinessGatesNotReady') return undefined;
  const sinceMs = ready.changedAtMs ?? pod.meta.createdAtMs;
  if (view.nowMs - sinceMs < STARTUP_ALLOWANCE_MS) return undefined;
  return [
    podFinding(view, pod, {
      reason: 'ProbeFailing',
      problem: `its containers are ready, a readiness gate of the pod is not: ${clause(ready.message)}`,
      onsetAtMs: sinceMs,
      evidence: [quoteCondition('Pod', pod.meta, ready)],
      nextSteps: [describePod(pod)],
    }),
  ];
}

function probeFinding(
  view: View,
  pod: Pod,
  container: ContainerState,
  probe: Probe,
  onsetAtMs: number,
): CheckedFinding {
  const failure = newestFailure(view, pod, container, probe);
  const unready = condition(pod.conditions, 'ContainersReady') ?? condition(pod.conditions, 'Ready');
  const { ready, started, restartCount } = container.status;
  return podFinding(view, pod, {
    reason: 'ProbeFailing',
    problem: `${probe.toLowerCase()} probe of ${containerName(container)} does not pass${failure === undefined ? '' : `: ${clause(withoutPrefix(failure))}`}`,
    onsetAtMs,
    evidence: [
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
      ...(unready === undefined || unready.status === 'True' ? [] : [quoteCondition('Pod', pod.meta, unready)]),
      quoteField(
        'Pod',
        pod.meta,
        container.path,
        fields({ ready: String(ready), ...(started !== undefined && { started: String(started) }), restartCount }),
      ),
    ],
    logOf: presentRun(pod, container),
    nextSteps: [currentLogs(pod, container.status.name), describePod(pod)],
  });
}

function newestFailure(view: View, pod: Pod, container: ContainerState, probe: Probe): Event | undefined {
  return containerEvents(view, pod, container).find(
    ({ reason, message, lastAtMs }) =>
      reason === 'Unhealthy' && message.startsWith(probe) && view.nowMs - lastAtMs < RECENT_EVENT_MS,
  );
}

/** `Readiness probe failed: HTTP probe failed …` already said what the title says. */
function withoutPrefix({ message }: Event): string {
  return message.replace(/^\w+ probe (?:failed|errored)[^:]*:\s*/, '') || message;
}
