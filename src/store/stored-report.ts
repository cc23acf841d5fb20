import type { CycleReport } from '../domain/report.ts';
import { openRecordedCycles } from './recorded-cycles.ts';

/**
 * One report out of a database that another process may be working on.
 *
 * @param id a cycle's or an incident's
 * @returns `undefined` when there is no such report, or no database
 * @throws {MonitorError} `STORE_UNUSABLE`
 */
export async function loadStoredReport(file: string, id: string): Promise<CycleReport | undefined> {
  await using recorded = await openRecordedCycles(file);
  return await recorded?.report(id);
}
