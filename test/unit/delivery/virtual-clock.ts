export interface VirtualClock {
  nowMs: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Time that jumps to the next timer as soon as nothing else is left to do. */
export function createVirtualClock(startMs: number): VirtualClock {
  const timers = new Set<{ readonly atMs: number; readonly ring: () => void }>();
  let scheduled = false;

  const clock: VirtualClock = {
    nowMs: startMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const timer = {
          atMs: clock.nowMs + ms,
          ring: () => {
            timers.delete(timer);
            resolve();
          },
        };
        timers.add(timer);
        signal.addEventListener('abort', timer.ring, { once: true });
        schedule();
      }),
  };

  function schedule(): void {
    if (scheduled || timers.size === 0) return;
    scheduled = true;
    // All that is not a timer settles in microtasks, which are done by then.
    setImmediate(() => {
      scheduled = false;
      const [next] = [...timers].toSorted((left, right) => left.atMs - right.atMs);
      if (next === undefined) return;
      clock.nowMs = Math.max(clock.nowMs, next.atMs);
      next.ring();
      schedule();
    });
  }

  return clock;
}
