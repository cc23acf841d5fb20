import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { CycleReport } from '../domain/report.ts';
import type { RecordedVerdict } from '../domain/change.ts';
import { createAudit } from './audit.ts';
import { kyselyOver } from './database.ts';
import { createLastGood, createSpend } from './notes.ts';
import { createReports } from './reports.ts';
import { translate } from './sqlite-errors.ts';

/** What a database says of the past. */
export interface RecordedCycles extends AsyncDisposable {
  /** By the id of a cycle, or of an incident: then the newest cycle that tells of it. */
  readonly report: (id: string) => Promise<CycleReport | undefined>;
  /** Ids, newest first. */
  readonly newest: (limit: number) => Promise<readonly string[]>;
  /** Ids of cycles that ended at or after this moment, newest first. */
  readonly since: (atMs: number) => Promise<readonly string[]>;
  /** The files that were accepted last, as the monitor keeps them: `CLAUDE.md`, `policies/priority.rego`. */
  readonly files: () => Promise<
    readonly { readonly name: string; readonly sha256: string; readonly bytes: Uint8Array }[]
  >;
  /** An accepted text by its hash, as long as reports that may have used it are kept; none in a database of a version that kept none. */
  readonly version: (sha256: string) => Promise<Uint8Array | undefined>;
  /** What became of changed files, newest first; nothing in a database of a version that kept none. */
  readonly changes: (limit: number) => Promise<readonly RecordedVerdict[]>;
  /** US dollars of a day, such as `2026-11-21`, UTC. */
  readonly spentOn: (day: string) => Promise<number>;
}

/** More than 14 days of patrols every five minutes. */
const MOST_CYCLES = 10_000;

/**
 * A database that another process may be working on: reads only, takes no lock, changes no schema.
 *
 * @returns `undefined` when there is no database
 * @throws {MonitorError} `STORE_UNUSABLE`
 */
export async function openRecordedCycles(file: string): Promise<RecordedCycles | undefined> {
  if (!existsSync(file)) return undefined;
  let raw: DatabaseSync;
  try {
    raw = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
  } catch (error) {
    throw translate(error, file);
  }
  const database = kyselyOver(raw, file);
  const asIs = (text: string): string => text;
  try {
    const row = await database
      .selectFrom('installation')
      .select('value')
      .where('key', '=', 'cluster')
      .executeTakeFirst();
    const clusterId = (): string => row?.value ?? '';
    const reports = createReports(database, clusterId, asIs);
    const lastGood = createLastGood(database, clusterId, asIs, () => 0);
    const tables = new Set((await database.introspection.getTables()).map(({ name }) => name));
    const audit = tables.has('audit') ? createAudit(database, clusterId, asIs) : undefined;
    return {
      report: (id) => reports.load(id),
      newest: async (limit) => (await reports.list(limit)).map(({ cycleId }) => cycleId),
      since: async (atMs) =>
        (await reports.list(MOST_CYCLES)).filter(({ endedAtMs }) => endedAtMs >= atMs).map(({ cycleId }) => cycleId),
      files: () => lastGood.load(),
      version: async (sha256) => (tables.has('file_version') ? lastGood.version(sha256) : undefined),
      changes: async (limit) => audit?.list(limit) ?? [],
      spentOn: (day) => createSpend(database, clusterId).on(day),
      [Symbol.asyncDispose]: () => database.destroy(),
    };
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
