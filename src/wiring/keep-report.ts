import type { CycleReport } from '../domain/report.ts';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import { writeReportFiles } from '../store/report-files.ts';
import type { Store } from '../store/store.ts';

/** The report of a cycle into the database, and as a file where people want one. Neither stops a cycle. */
export function createKeepReport(parts: {
  readonly store: Pick<Store, 'reports' | 'cycleEnds'>;
  /** `undefined`: no files. */
  readonly reportsDir: string | undefined;
  readonly redact: Redact;
  readonly onStoreTrouble: (trouble: MonitorError) => void;
  readonly log: Logger;
}): (report: CycleReport, keepFile: boolean) => Promise<void> {
  const { store, reportsDir, redact, log } = parts;
  return async (report, keepFile) => {
    try {
      await store.reports.save(report);
      await store.cycleEnds.record(report.cycle.trigger, Date.parse(report.cycle.endedAt));
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      parts.onStoreTrouble(error);
    }
    if (!keepFile || reportsDir === undefined) return;
    // Copies for people: the database has the report, so their trouble is no reason to be out of service.
    await writeReportFiles(reportsDir, report, redact).catch((error: unknown) =>
      log.error('report files could not be written', { err: error }),
    );
  };
}
