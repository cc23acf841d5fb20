import { startCron } from '../cycle/cron.ts';
import type { Logger } from '../log.ts';
import { pruneReportFiles } from '../store/report-files.ts';
import type { Store } from '../store/store.ts';

/** As long as the reports in the database. */
const REPORT_DAYS = 14;
const DAY_MS = 24 * 3_600_000;

/** Once a night, when nobody looks: what is older than its retention goes. */
export function startNightly(options: {
  readonly store: Pick<Store, 'prune'>;
  readonly reportsDir: string;
  readonly now: () => number;
  readonly log: Logger;
}): Disposable {
  const { store, reportsDir, now, log } = options;
  const prune = async (): Promise<void> => {
    try {
      const files = await pruneReportFiles(reportsDir, now() - REPORT_DAYS * DAY_MS);
      log.info('old rows removed', { ...(await store.prune(now())), files });
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
