import type { CheckedFinding } from '../domain/check.ts';
import type { Event } from '../domain/kubernetes/cluster.ts';
import type { Pod } from '../domain/kubernetes/pod.ts';
import { podFinding } from './about.ts';
import { DEFAULT_GRACE_MS, type Check } from './check.ts';
import { clause, fields, quoteEvent, quoteField } from './evidence.ts';
import { describePod, inNamespace } from './next-steps.ts';
import { containerName, containersOf, isLive, type ContainerState } from './pod-state.ts';
import { containerEvents } from './restarts.ts';
import { blockedSinceMs } from './start-blocked.ts';
import type { View } from './view.ts';

/** The runtime refused to make or start the container. */
const START_FAILURES = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
]);
const PREPARING = new Set(['ContainerCreating', 'PodInitializing']);
/** The kubelet tries a mount again every two minutes at most; an older event is about something that has passed. */
const MOUNT_EVENT_MAX_AGE_MS = 10 * 60_000;
const MISSING =
  /(configmap|secret)s? "?([^\s":]+)"? not found|references non-existent (?:config|secret) key|couldn't find key/i;

export const configError: Check = {
  id: 'config-error',
  family: 'workload',
  sees: 'Containers that cannot be made or started: a ConfigMap, Secret or key that does not exist, a command, user or mount that the runtime refuses.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Pod.filter(isLive).flatMap((pod) => {
      const refused = containersOf(pod).filter(({ status }) => START_FAILURES.has(status.waiting?.reason ?? ''));
      if (refused.length > 0) return refused.map((container) => refusedStart(view, pod, container));
      const missing = missingVolume(view, pod);
      return missing === undefined ? [] : [missing];
    }),
};

function refusedStart(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, path } = container;
  const waiting = status.waiting ?? { reason: '', message: '' };
  const failures = containerEvents(view, pod, container).filter(({ reason }) => reason === 'Failed');
  const why = waiting.message === '' ? failures[0]?.message : waiting.message;
  return podFinding(view, pod, {
    reason: 'ConfigError',
    problem: `${containerName(container)} cannot start: ${clause(why ?? waiting.reason)}`,
    onsetAtMs: blockedSinceMs(pod, status, failures),
    evidence: [
      quoteField('Pod', pod.meta, `${path}.state.waiting`, fields({ ...waiting })),
      ...(waiting.message === '' && failures[0] !== undefined ? [quoteEvent(failures[0])] : []),
    ],
    nextSteps: [...lookFor(why ?? '', pod), describePod(pod)],
  });
}

/** A pod whose volumes name something that does not exist says so in events only. */
function missingVolume(view: View, pod: Pod): CheckedFinding | undefined {
  const waiting = containersOf(pod).find(({ status }) => PREPARING.has(status.waiting?.reason ?? ''));
  if (waiting === undefined || pod.phase !== 'Pending') return undefined;
  const failures = view
    .eventsAbout(pod.meta, 'Pod')
    .filter((event) => isMissingReference(event) && view.nowMs - event.lastAtMs < MOUNT_EVENT_MAX_AGE_MS);
  const newest = failures[0];
  if (newest === undefined) return undefined;
  return podFinding(view, pod, {
    reason: 'ConfigError',
    problem: `the pod cannot start: ${clause(newest.message)}`,
    onsetAtMs: blockedSinceMs(pod, waiting.status, failures),
    evidence: [
      quoteEvent(newest),
      quoteField('Pod', pod.meta, `${waiting.path}.state.waiting`, fields({ ...waiting.status.waiting })),
    ],
    nextSteps: [...lookFor(newest.message, pod), describePod(pod)],
  });
}

function isMissingReference({ reason, message }: Event): boolean {
  return reason === 'FailedMount' && MISSING.test(message);
}

/** Lists names only: a value never comes to a screen. */
function lookFor(message: string, pod: Pod): readonly string[] {
  const kind = MISSING.exec(message)?.[1]?.toLowerCase();
  return kind === undefined ? [] : [`kubectl get ${kind}s${inNamespace(pod.meta.namespace)}`];
}
