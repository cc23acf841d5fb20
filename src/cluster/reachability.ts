import type { ReadFailure } from './failure.ts';
import type { Read } from './read.ts';

/** Notices, within one snapshot, that the API server is gone, so that not every list has to find out by itself. */
export interface Reachability {
  /** Aborts when the caller gives up, or when the server is found to be gone. */
  readonly signal: AbortSignal;
  /** The same reads, watched. */
  readonly read: Read;
  /** Why nothing more can be read; `undefined` as long as anything answers. */
  verdict(): ReadFailure | undefined;
}

/** Fewer than the lists at once, so that a server that was gone from the start is noticed by the first round. */
const SUSPICIOUS_FAILURES = 3;

/**
 * After three reads in a row without any answer, one question decides: while the server answers that, the others go on,
 * because a few lists that hang must not stop those that would not.
 *
 * @param signal the caller's
 */
export function createReachability(read: Read, signal: AbortSignal): Reachability {
  const gone = new AbortController();
  const either = AbortSignal.any([signal, gone.signal]);
  let failuresInARow = 0;
  let probing: Promise<void> | undefined;
  let found: ReadFailure | undefined;

  async function probe(suspicion: ReadFailure): Promise<void> {
    const result = await read(
      { kind: 'Version', path: '/version', accept: 'application/json', maxBytes: 65_536 },
      either,
    );
    failuresInARow = 0;
    if ('answer' in result || result.failure.status !== undefined) return;
    found = suspicion;
    gone.abort();
  }

  return {
    signal: either,
    verdict: () => found,
    async read(request, requestSignal) {
      const result = await read(request, requestSignal);
      if ('answer' in result || result.failure.status !== undefined) {
        failuresInARow = 0;
        return result;
      }
      if (result.failure.noConnection || result.failure.cause === 'timeout') failuresInARow += 1;
      if (failuresInARow >= SUSPICIOUS_FAILURES) {
        probing ??= probe(result.failure).finally(() => (probing = undefined));
        await probing;
      }
      return result;
    },
  };
}
