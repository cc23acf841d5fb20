import { sql, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

const DAY_MS = 24 * 3_600_000;
/** What is large and explains one cycle; what is small and tells the history. */
const BULK_DAYS = 14;
const HISTORY_DAYS = 90;
const SIZE_CAP_BYTES = 2 * 1024 ** 3;

export interface Pruned {
  readonly bytes: number;
  /** Days of reports and evidence that are kept now; fewer than 14 when the cap demanded it. */
  readonly bulkDays: number;
}

/** Deletes what is older than its time, and of the bulk as many more days as the cap demands. Open incidents and unsent rows are never deleted. */
export async function prune(
  database: Kysely<Tables>,
  nowMs: number,
  capBytes: number = SIZE_CAP_BYTES,
): Promise<Pruned> {
  const historyBefore = nowMs - HISTORY_DAYS * DAY_MS;
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('decision').where('at_ms', '<', historyBefore).execute();
    await transaction
      .deleteFrom('incident')
      .where('state', '=', 'resolved')
      .where('resolved_at_ms', '<', historyBefore)
      .execute();
    await transaction
      .deleteFrom('outbox')
      .where('closed_at_ms', '<', nowMs - BULK_DAYS * DAY_MS)
      .execute();
    await transaction
      .deleteFrom('posted')
      .where('at_ms', '<', historyBefore)
      .where('subject', 'not in', (select) => select.selectFrom('incident').select('id').where('state', '=', 'open'))
      .where('subject', 'not like', 'monitor:%')
      .execute();
    await transaction.deleteFrom('audit').where('at_ms', '<', historyBefore).execute();
    await transaction.deleteFrom('owner').where('seen_at_ms', '<', historyBefore).execute();
    const oldestDay = new Date(historyBefore).toISOString().slice(0, 10);
    await transaction.deleteFrom('spend').where('day', '<', oldestDay).execute();
    await transaction.deleteFrom('incident_number').where('day', '<', oldestDay).execute();
  });
  let bulkDays = BULK_DAYS;
  await pruneBulk(database, nowMs - bulkDays * DAY_MS);
  let bytes = await usedBytes(database);
  while (bytes > capBytes && bulkDays > 1) {
    bulkDays -= 1;
    await pruneBulk(database, nowMs - bulkDays * DAY_MS);
    bytes = await usedBytes(database);
  }
  await sql`pragma incremental_vacuum`.execute(database);
  return { bytes, bulkDays };
}

async function pruneBulk(database: Kysely<Tables>, beforeMs: number): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('report').where('ended_at_ms', '<', beforeMs).execute();
    await transaction
      .deleteFrom('report_incident')
      .where((one) =>
        one.not(
          one.exists(
            one
              .selectFrom('report')
              .select('report.cycle_id')
              .whereRef('report.cluster_id', '=', 'report_incident.cluster_id')
              .whereRef('report.cycle_id', '=', 'report_incident.cycle_id'),
          ),
        ),
      )
      .execute();
    await transaction.deleteFrom('evidence').where('recorded_at_ms', '<', beforeMs).execute();
    // What no report that is left can have used.
    await transaction
      .deleteFrom('file_version')
      .where('used_until_ms', '<', beforeMs)
      .where('sha256', 'not in', (select) => select.selectFrom('definition').select('sha256'))
      .execute();
  });
}

/** Pages that hold something; free pages go back to the file system in the end. */
async function usedBytes(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ readonly bytes: number }>`
    select (pages.page_count - free.freelist_count) * size.page_size as bytes
    from pragma_page_count() as pages, pragma_freelist_count() as free, pragma_page_size() as size
  `.execute(database);
  return rows[0]?.bytes ?? 0;
}
