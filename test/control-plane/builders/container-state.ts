import { timeOf } from './kube-object.ts';
import type { Trouble } from './trouble.ts';

const MINUTE_MS = 60_000;
/** How long a crashing container lives each time. */
const SHORT_LIFE_MS = 5_000;

/** When things happened to one container, in Unix milliseconds. */
export interface ContainerTimes {
  readonly nowMs: number;
  readonly startedAtMs: number;
  /** When the trouble began. */
  readonly onsetAtMs: number;
}

/** `state`, `lastState` and the flags of a container status, as the kubelet writes them. */
export function containerState(
  trouble: Trouble,
  image: string,
  podName: string,
  times: ContainerTimes,
): Record<string, unknown> {
  switch (trouble.kind) {
    case 'none':
      return {
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: timeOf(times.startedAtMs) } },
      };
    case 'crash-loop':
      return {
        ready: false,
        started: false,
        restartCount: trouble.restarts,
        state: waiting('CrashLoopBackOff', `back-off 5m0s restarting failed container in pod ${podName}`),
        lastState: terminated(trouble.exitCode, trouble.cause, lastEndMs(times)),
      };
    case 'restarting':
      return {
        ready: true,
        started: true,
        restartCount: trouble.restarts,
        state: { running: { startedAt: timeOf(lastEndMs(times)) } },
        lastState: terminated(trouble.exitCode, 'Error', lastEndMs(times)),
      };
    case 'image-pull':
      return never(waiting(trouble.reason, trouble.message ?? `Back-off pulling image "${image}"`));
    case 'config-error':
      return never(waiting('CreateContainerConfigError', trouble.message));
    case 'unschedulable':
      return never(waiting('ContainerCreating', ''));
    case 'probe-failing':
      return {
        ready: false,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: timeOf(times.startedAtMs) } },
      };
  }
}

function never(state: Record<string, unknown>): Record<string, unknown> {
  return { ready: false, started: false, restartCount: 0, state };
}

function waiting(reason: string, message: string): Record<string, unknown> {
  return { waiting: { reason, ...(message !== '' && { message }) } };
}

function terminated(exitCode: number, reason: string, finishedAtMs: number): Record<string, unknown> {
  const startedAt = timeOf(finishedAtMs - SHORT_LIFE_MS);
  return { terminated: { exitCode, reason, startedAt, finishedAt: timeOf(finishedAtMs) } };
}

/** It last ended a minute ago, or just now where the trouble is younger. */
function lastEndMs({ nowMs, onsetAtMs }: ContainerTimes): number {
  return Math.max(onsetAtMs, nowMs - MINUTE_MS);
}
