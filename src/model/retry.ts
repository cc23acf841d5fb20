import { backoffMs } from '../domain/wait.ts';
import { MonitorError } from '../errors.ts';

const BACKOFF = { firstMs: 1_000, longestMs: 20_000 };

/**
 * The one retry of model calls: only failures that say `retryable`, with full jitter, after the service's own `Retry-After` where it gave one.
 * A wait that would end behind the deadline is not begun: the failure is returned at once.
 *
 * @param attempt counts from 0
 * @param deadlineAtMs Unix milliseconds
 * @param sleep rejects or resolves early when the caller gives up
 */
export async function retry<Result>(
  attempt: (number: number) => Promise<Result>,
  options: {
    readonly maxRetries: number;
    readonly deadlineAtMs: number;
    readonly now: () => number;
    readonly sleep: (ms: number) => Promise<void>;
    readonly random: () => number;
    readonly signal: AbortSignal;
  },
): Promise<Result> {
  for (let number = 0; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof MonitorError) || !error.retryable) throw error;
      if (number >= options.maxRetries || options.signal.aborted) throw error;
      const waitMs = error.retryAfterMs ?? backoffMs(number + 1, BACKOFF, options.random);
      if (options.now() + waitMs >= options.deadlineAtMs) throw error;
      await options.sleep(waitMs);
    }
  }
}
