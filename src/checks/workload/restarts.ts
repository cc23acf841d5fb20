import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { ContainerStatus, ContainerTermination, Pod } from '../../domain/kubernetes/pod.ts';
import { earliest } from '../about.ts';
import { unreadySinceMs, type ContainerState } from '../pod-state.ts';
import type { View } from '../view.ts';

/** Fewer restarts than this are a hiccup (a database that was not there yet), unless the kubelet already holds the container back. */
export const LOOP_RESTARTS = 3;
/** The kubelet forgets its back-off after a container has run this long. */
const BACK_OFF_RESET_MS = 10 * 60_000;
const MIN_STABLE_RUN_MS = 2 * 60_000;
const MAX_BACK_OFF_MS = 5 * 60_000;

/** How the container's present or last run ended. */
export function lastTermination(status: ContainerStatus): ContainerTermination | undefined {
  return status.terminated ?? status.lastTerminated;
}

/**
 * Whether the container dies again and again, also when this very moment falls between two deaths.
 *
 * Between deaths it counts as looping until it has run twice as long as it did the last time (2 to 10 minutes): so a reading
 * in the short running phase agrees with one in the waiting phase, and a container that restarted long ago is healthy.
 */
export function isLooping({ role, status }: ContainerState, nowMs: number): boolean {
  if (status.waiting?.reason === 'CrashLoopBackOff') return true;
  if (status.restartCount < LOOP_RESTARTS) return false;
  if (status.terminated !== undefined) {
    return role === 'init' ? status.terminated.exitCode !== 0 : isRecent(status.terminated, nowMs);
  }
  if (status.running === undefined || status.lastTerminated === undefined) return false;
  const { startedAtMs, finishedAtMs } = status.lastTerminated;
  const restartedAtMs = status.running.startedAtMs ?? finishedAtMs;
  if (restartedAtMs === undefined) return false;
  const lastRunMs = startedAtMs === undefined || finishedAtMs === undefined ? 0 : finishedAtMs - startedAtMs;
  return nowMs - restartedAtMs < Math.min(Math.max(2 * lastRunMs, MIN_STABLE_RUN_MS), BACK_OFF_RESET_MS);
}

function isRecent({ finishedAtMs }: ContainerTermination, nowMs: number): boolean {
  return finishedAtMs === undefined || nowMs - finishedAtMs < BACK_OFF_RESET_MS;
}

/**
 * When a container began to die, by the earliest witness: the first back-off event, the loss of readiness, or the last death
 * less the time that the kubelet must have waited between so many restarts. The last alone would keep every loop younger than five minutes.
 */
export function loopOnsetMs(view: View, pod: Pod, container: ContainerState): number {
  const { role, status } = container;
  const last = lastTermination(status);
  const lastDeathMs = last?.finishedAtMs ?? last?.startedAtMs;
  const firstBackOff = containerEvents(view, pod, container)
    .filter(({ reason, message }) => reason === 'BackOff' && message.includes('restarting'))
    .map(({ firstAtMs, lastAtMs }) => firstAtMs ?? lastAtMs);
  // An init container's pod was never ready, and a first crash may come long after the pod's start.
  const lostReadiness = role !== 'init' && status.restartCount >= LOOP_RESTARTS ? unreadySinceMs(pod) : undefined;
  return (
    earliest(
      ...firstBackOff,
      lostReadiness,
      lastDeathMs === undefined ? undefined : lastDeathMs - backOffSpentMs(status.restartCount),
    ) ?? pod.meta.createdAtMs
  );
}

/** The least that the kubelet waits over so many restarts: none before the first, then 10 s, doubled each time up to 5 minutes. */
function backOffSpentMs(restarts: number): number {
  let spentMs = 0;
  let delayMs = 10_000;
  // Past the day that 300 restarts take, more precision changes nothing.
  for (let restart = 1; restart < Math.min(restarts, 300); restart += 1) {
    spentMs += delayMs;
    delayMs = Math.min(delayMs * 2, MAX_BACK_OFF_MS);
  }
  return spentMs;
}

/** Newest first; events that name no container count for each. */
export function containerEvents(view: View, pod: Pod, { status }: ContainerState): readonly Event[] {
  return view
    .eventsAbout(pod.meta, 'Pod')
    .filter(({ involved }) => involved.fieldPath === '' || involved.fieldPath.endsWith(`{${status.name}}`));
}

/** The newest event that says the kubelet killed the container because of a probe. */
export function probeKill(view: View, pod: Pod, container: ContainerState): Event | undefined {
  return containerEvents(view, pod, container).find(
    ({ reason, message, lastAtMs }) =>
      reason === 'Killing' &&
      /failed (?:liveness|startup) probe/.test(message) &&
      view.nowMs - lastAtMs < BACK_OFF_RESET_MS,
  );
}

/** What an exit code tells besides its number: the signal that ended the process, or that a shell found nothing to run. */
const EXIT_CODES: ReadonlyMap<number, string> = new Map([
  [126, 'command not executable'],
  [127, 'command not found'],
  [130, 'SIGINT'],
  [131, 'SIGQUIT'],
  [132, 'SIGILL'],
  [133, 'SIGTRAP'],
  [134, 'SIGABRT'],
  [135, 'SIGBUS'],
  [136, 'SIGFPE'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
  [141, 'SIGPIPE'],
  [143, 'SIGTERM'],
  [159, 'SIGSYS'],
]);

/** `exit code 139 (SIGSEGV)`. */
export function exitText({ exitCode, signal }: ContainerTermination): string {
  const meaning = signal === 0 ? EXIT_CODES.get(exitCode) : `signal ${String(signal)}`;
  return `exit code ${String(exitCode)}${meaning === undefined ? '' : ` (${meaning})`}`;
}

/** `exit code 137 (signal 9), OOMKilled, 7 restarts`. */
export function deathText(status: ContainerStatus): string {
  const last = lastTermination(status);
  const parts = [
    ...(last === undefined ? [] : [exitText(last)]),
    ...(last === undefined || ['', 'Error', 'Completed'].includes(last.reason) ? [] : [last.reason]),
    `${String(status.restartCount)} ${status.restartCount === 1 ? 'restart' : 'restarts'}`,
  ];
  return parts.join(', ');
}
