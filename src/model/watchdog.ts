import { MonitorError } from '../errors.ts';

/** One timer for what is expected next, and the caller's own wish to stop; whichever comes first ends the request. */
export function watchdog(caller: AbortSignal): {
  readonly signal: AbortSignal;
  expect(what: string, withinMs: number): void;
  within<Result>(work: Promise<Result>): Promise<Result>;
  expired(): MonitorError | undefined;
  stop(): void;
} {
  const controller = new AbortController();
  let reason: MonitorError | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (error: MonitorError): void => {
    reason ??= error;
    controller.abort();
  };
  const onCallerAbort = (): void => end(stopReason(caller));
  if (caller.aborted) onCallerAbort();
  else caller.addEventListener('abort', onCallerAbort, { once: true });

  return {
    signal: controller.signal,
    expect(what, withinMs) {
      clearTimeout(timer);
      timer = setTimeout(() => end(new MonitorError('MODEL_UNAVAILABLE', what, { retryable: true })), withinMs);
    },
    // The SDK ends an aborted stream without an error, and a stuck socket may not end at all: the race decides.
    within(work) {
      return new Promise((resolve, reject) => {
        const stop = (): void => reject(reason ?? new MonitorError('MODEL_UNAVAILABLE', 'the call was stopped'));
        if (controller.signal.aborted) stop();
        controller.signal.addEventListener('abort', stop, { once: true });
        work.then(resolve, reject);
      });
    },
    expired: () => reason,
    stop() {
      clearTimeout(timer);
      caller.removeEventListener('abort', onCallerAbort);
      controller.abort();
    },
  };
}

/** A caller that aborts with an error of ours means just that error. */
function stopReason(signal: AbortSignal): MonitorError {
  const reason: unknown = signal.reason;
  return reason instanceof MonitorError
    ? reason
    : new MonitorError('MODEL_UNAVAILABLE', 'the call to the model was stopped');
}
