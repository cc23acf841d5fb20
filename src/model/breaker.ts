import { MonitorError } from '../errors.ts';

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/** Leaves a failing service alone. All times are Unix milliseconds. */
export interface Breaker {
  /** @throws {MonitorError} `MODEL_UNAVAILABLE` while open, except for the one probe at the end of a pause */
  admit(): void;
  /** Every admitted attempt ends with exactly one of these three. */
  succeeded(): void;
  failed(): void;
  /** Says nothing about the service: refused prompts, aborted calls. */
  neutral(): void;
  /** Opens at once, for trouble that is known to last. */
  trip(pauseMs: number): void;
}

/** Five failures in a row open it for a minute, doubled with each probe that fails, ten minutes at most. */
export function createBreaker(now: () => number): Breaker {
  let failuresInARow = 0;
  let pauseMs = 0;
  let closedAgainAtMs = 0;
  let probing = false;

  const open = (forMs: number): void => {
    pauseMs = forMs;
    closedAgainAtMs = now() + forMs;
  };

  return {
    admit() {
      if (pauseMs === 0) return;
      const waitMs = closedAgainAtMs - now();
      if (waitMs > 0 || probing) {
        throw new MonitorError(
          'MODEL_UNAVAILABLE',
          `the model failed ${failuresInARow} times in a row and is left alone until ${new Date(closedAgainAtMs).toISOString()}`,
          { retryable: false },
        );
      }
      probing = true;
    },
    succeeded() {
      failuresInARow = 0;
      pauseMs = 0;
      probing = false;
    },
    failed() {
      failuresInARow += 1;
      const wasProbe = probing;
      probing = false;
      if (wasProbe) open(Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      else if (failuresInARow >= FAILURES_TO_OPEN && pauseMs === 0) open(FIRST_PAUSE_MS);
    },
    neutral() {
      probing = false;
    },
    trip(forMs) {
      probing = false;
      open(forMs);
    },
  };
}
