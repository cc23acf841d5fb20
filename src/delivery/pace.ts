/** Slack allows about one message a second a channel and short bursts; the margin keeps a full minute below sixty. */
const INTERVAL_MS = 1100;
const BURST = 3;

/**
 * Spaces out requests of one key by the generic cell rate algorithm.
 *
 * @returns how long the caller must wait in milliseconds; the place in line is taken by asking
 */
export function createPace(now: () => number): (key: string) => number {
  /** When the key would be idle again if every request so far took its full interval. */
  const idleAtMs = new Map<string, number>();
  return (key) => {
    const nowMs = now();
    const idle = Math.max(idleAtMs.get(key) ?? 0, nowMs) + INTERVAL_MS;
    idleAtMs.set(key, idle);
    return Math.max(0, idle - BURST * INTERVAL_MS - nowMs);
  };
}
