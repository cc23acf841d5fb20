import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { CycleReport } from '../domain/report.ts';
import { kyselyOver } from './database.ts';
import { createReports } from './reports.ts';
import { translate } from './sqlite-errors.ts';

/**
 * One report out of a database that another process may be working on: reads only, takes no lock, changes no schema.
 *
 * @param id a cycle's or an incident's
 * @returns `undefined` when there is no such report, or no database
 * @throws {MonitorError} `STORE_UNUSABLE`
 */
export async function loadStoredReport(file: string, id: string): Promise<CycleReport | undefined> {
  if (!existsSync(file)) return undefined;
  let raw: DatabaseSync;
  try {
    raw = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
  } catch (error) {
    throw translate(error, file);
  }
  const database = kyselyOver(raw, file);
  try {
    const row = await database
      .selectFrom('installation')
      .select('value')
      .where('key', '=', 'cluster')
      .executeTakeFirst();
    const clusterId = row?.value ?? '';
    return await createReports(
      database,
      () => clusterId,
      (text) => text,
    ).load(id);
  } finally {
    await database.destroy();
  }
}
