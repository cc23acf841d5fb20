/** A clock that moves only when the test says so. */
export interface HandClock {
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  /** Forwards or backwards, to a moment such as `Date.UTC(2026, 10, 22, 2)`. */
  readonly set: (atMs: number) => void;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

export function handClock(startsAtMs: number): HandClock {
  let nowMs = startsAtMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    set: (atMs) => {
      nowMs = atMs;
    },
  };
}
