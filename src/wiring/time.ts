import { setTimeout as wait } from 'node:timers/promises';

/** Rejects when the signal aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal });
}

/** Ends early, without an error, when the signal aborts. */
export async function sleepQuietly(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

/** The longest that a timer of Node's takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back at a moment of the given clock; what it returns forgets it. */
export function createAlarm(now: () => number): (atMs: number, callback: () => void) => () => void {
  return (atMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, atMs - now()), LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  };
}
