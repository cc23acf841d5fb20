import { setTimeout as delay } from 'node:timers/promises';

/** A real timer that ends early, without an error, when the signal aborts, and that keeps no process alive after it. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
