/** Calls once for a burst of hints: when it has been quiet for a while, and at the latest after four times that, however long it goes on. */
export function createDebounce(
  quietMs: number,
  call: () => void,
): { readonly hint: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let burstBeganMs: number | undefined;
  let isStopped = false;
  return {
    hint: () => {
      if (isStopped) return;
      const nowMs = performance.now();
      burstBeganMs ??= nowMs;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          burstBeganMs = undefined;
          call();
        },
        Math.max(0, Math.min(quietMs, burstBeganMs + 4 * quietMs - nowMs)),
      );
      timer.unref();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
