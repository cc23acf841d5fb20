/**
 * Calls once for a burst of hints: when it has been quiet for as long as the last of them wishes, and at the latest after `longestMs`,
 * however long it goes on.
 */
export function createDebounce(
  longestMs: number,
  call: () => void,
): { readonly hint: (quietMs: number) => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let burstBeganMs: number | undefined;
  let isStopped = false;
  return {
    hint: (quietMs) => {
      if (isStopped) return;
      const nowMs = performance.now();
      burstBeganMs ??= nowMs;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          burstBeganMs = undefined;
          call();
        },
        Math.max(0, Math.min(quietMs, burstBeganMs + longestMs - nowMs)),
      );
      timer.unref();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
