import { startCron } from '../cycle/cron.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';

/** Once a night, when nobody looks: what is older than its retention goes. */
export function startNightly(options: {
  readonly store: Pick<Store, 'prune'>;
  readonly now: () => number;
  readonly log: Logger;
}): Disposable {
  const { store, now, log } = options;
  const prune = async (): Promise<void> => {
    try {
      log.info('old rows removed', { ...(await store.prune(now())) });
    } catch (error) {
      log.warn('old rows could not be removed', { err: error });
    }
  };
  return startCron({
    expression: '17 3 * * *',
    zone: 'UTC',
    tick: () => void prune(),
    missed: () => void prune(),
    log,
  });
}
