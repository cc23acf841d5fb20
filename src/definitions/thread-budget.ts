import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

/** Between two looks at what a thread has used, at least. */
const SHORTEST_LOOK_MS = 20;

/**
 * Calls once the thread has used its budget, or when it has had the time by the clock. Disposed before, it never does.
 *
 * @param limits.since where the thread's processor time stood at the beginning; `undefined`: it is not looked at
 */
export function whenOver(
  thread: Pick<Worker, 'cpuUsage'>,
  {
    budgetMs,
    longestMs,
    since,
  }: { budgetMs: number; longestMs: number; since: { readonly cpuMs: number } | undefined },
  isOver: () => void,
): Disposable {
  const endsAt = performance.now() + longestMs;
  let timer: NodeJS.Timeout | undefined;
  let isDisposed = false;
  const lookAfter = (ms: number): void => {
    const waitMs = Math.min(Math.max(ms, SHORTEST_LOOK_MS), endsAt - performance.now());
    timer = globalThis.setTimeout(() => void look(), waitMs);
  };
  async function look(): Promise<void> {
    // Where this thread itself was held up, what came in the meantime is read first.
    await setImmediate();
    if (isDisposed) return;
    const leftMs = since === undefined ? budgetMs : budgetMs - ((await usedMs(thread, endsAt)) - since.cpuMs);
    if (isDisposed) return;
    if (leftMs <= 0 || performance.now() >= endsAt) isOver();
    else lookAfter(leftMs);
  }
  lookAfter(budgetMs);
  return {
    [Symbol.dispose]: () => {
      isDisposed = true;
      clearTimeout(timer);
    },
  };
}

/** A thread in the middle of one long native operation does not answer, and one that has ended never will. */
async function usedMs(thread: Pick<Worker, 'cpuUsage'>, endsAt: number): Promise<number> {
  const unanswered = new AbortController();
  try {
    const waiting = setTimeout(Math.max(0, endsAt - performance.now()), undefined, { signal: unanswered.signal });
    const used = await Promise.race([thread.cpuUsage(), waiting]);
    return used === undefined ? Number.POSITIVE_INFINITY : (used.user + used.system) / 1_000;
  } catch {
    return Number.POSITIVE_INFINITY;
  } finally {
    unanswered.abort();
  }
}
