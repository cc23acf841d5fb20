import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';

type Counts = Awaited<ReturnType<Store['outbox']['counts']>>;

/** How many notices wait, and since when. Never throws: what cannot be counted now is counted when it is asked again. */
export async function countOutbox(parts: {
  readonly outbox: Pick<Store['outbox'], 'counts'>;
  readonly onCounted: (counts: Counts & { readonly oldestAgeSeconds: number }) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}): Promise<void> {
  try {
    const counts = await parts.outbox.counts();
    const { oldestDecidedAtMs = parts.now() } = counts;
    parts.onCounted({ ...counts, oldestAgeSeconds: (parts.now() - oldestDecidedAtMs) / 1_000 });
  } catch (error) {
    parts.log.warn('the outbox could not be counted', { err: error });
  }
}
