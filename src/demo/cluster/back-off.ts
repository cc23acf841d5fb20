const FIRST_DELAY_MS = 10_000;
const MAX_DELAY_MS = 300_000;

/**
 * How often a container that dies after every start has been restarted by now, with the kubelet's waits: none before the first
 * restart, then 10 s, doubled each time up to 5 minutes.
 *
 * @param sinceMs its first death
 * @param runMs how long it lives each time
 */
export function crashesUntil(
  nowMs: number,
  { sinceMs, runMs }: { readonly sinceMs: number; readonly runMs: number },
): { readonly restarts: number; readonly lastStopMs: number } {
  let restarts = 0;
  let lastStopMs = sinceMs;
  let delayMs = 0;
  // A run that has not ended yet is left out: the snapshot falls into the wait before it.
  while (lastStopMs + delayMs + runMs <= nowMs) {
    restarts += 1;
    lastStopMs += delayMs + runMs;
    delayMs = Math.min(Math.max(FIRST_DELAY_MS, delayMs * 2), MAX_DELAY_MS);
  }
  return { restarts, lastStopMs };
}
