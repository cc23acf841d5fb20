import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Decision, Incident } from '../domain/incident.ts';
import type { Outbox } from '../domain/outbox.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import { createAudit, type Audit } from './audit.ts';
import { kyselyOver } from './database.ts';
import {
  adoptIncidents,
  loadIncident,
  loadIncidents,
  writePass,
  type KnownIncidents,
  type PassRecord,
} from './incidents.ts';
import { lockDataDirectory } from './lock.ts';
import { migrate } from './migrations.ts';
import { createMonitorMemory, type MonitorMemory } from './monitor-memory.ts';
import {
  createCycleEnds,
  createKnownOwners,
  createLastGood,
  createSpend,
  type CycleEnds,
  type KnownOwners,
  type LastGoodDefinitions,
  type Spend,
} from './notes.ts';
import { createOutbox } from './outbox.ts';
import { createReports, type Reports } from './reports.ts';
import { prune, type Pruned } from './retention.ts';
import { isCorrupt, translate } from './sqlite-errors.ts';
import type { Tables } from './tables.ts';

export interface StoreOptions {
  /** The database file, or memory that ends with the process (`--dry-run`). */
  readonly at: { readonly file: string } | 'memory';
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** Every text passes it on its way in. */
  readonly redact: Redact;
  /** Called between the steps of every write: where a test ends the process. */
  readonly step?: (name: string) => void;
  /** How long to wait for another process to let go of the directory: its predecessor in a rollout may still be stopping. */
  readonly lockWaitMs?: number;
  /** In pages of 4 KiB; a database that may not grow further behaves like a full disk. */
  readonly maxPages?: number;
}

export interface Store extends AsyncDisposable {
  /** '' before the cluster told its id for the first time; remembered over restarts. */
  clusterId(): string;
  /**
   * The cluster told its id. What was stored before the very first answer becomes its own, open incidents too: their messages are out, and
   * nobody hears of them a second time.
   *
   * @param fingerprintOf the identity that an incident has within the cluster of that id
   */
  identify(clusterId: string, fingerprintOf?: (incident: Incident) => string): Promise<void>;
  /** Where a damaged database was moved to when this one was begun. */
  readonly movedAside: string | undefined;

  loadIncidents(nowMs: number): Promise<KnownIncidents>;
  loadIncident(
    id: string,
  ): Promise<{ readonly incident: Incident; readonly decisions: readonly Decision[] } | undefined>;
  /** Incidents, decisions, evidence and outbox rows: all of them are on disk when it returns, or none is. */
  commitPass(pass: PassRecord): Promise<void>;
  /** The next number of the day, from 1. Numbers of passes that were never committed may be given again. */
  nextIncidentNumber(nowMs: number): number;

  readonly outbox: Outbox;
  readonly reports: Reports;
  readonly lastGood: LastGoodDefinitions;
  readonly owners: KnownOwners;
  readonly spend: Spend;
  readonly cycleEnds: CycleEnds;
  readonly monitorMemory: MonitorMemory;
  readonly audit: Audit;

  /** Nightly. Deletes what is older than its time, or does not fit under the cap (2 GiB). */
  prune(nowMs: number, capBytes?: number): Promise<Pruned>;
  /**
   * Whether a write would reach the disk now.
   *
   * @throws {MonitorError} `STORE_UNUSABLE`
   */
  probe(): Promise<void>;
}

/** Everything but incidents, whose identity holds the cluster's. */
const OF_ANY_CLUSTER = [
  ...(['outbox', 'posted', 'decision', 'evidence', 'report', 'report_incident'] as const),
  ...(['definition', 'owner', 'spend', 'cycle_end', 'incident_number', 'audit'] as const),
];

/**
 * Opens the one database of this installation, brings its schema up to date and holds its directory until disposed.
 *
 * @throws {MonitorError} `STORE_NEWER`, `STORE_UNUSABLE`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { at, now, log, redact } = options;
  const step = options.step ?? (() => undefined);
  await using acquired = new AsyncDisposableStack();
  const file = at === 'memory' ? ':memory:' : at.file;
  if (at !== 'memory') acquired.use(lockDataDirectory(file, options.lockWaitMs ?? 3_000));

  const { raw, movedAside } = openSound(file, log, now());
  if (options.maxPages !== undefined) raw.exec(`pragma max_page_count = ${Math.floor(options.maxPages)}`);
  const database = kyselyOver(raw, file);
  acquired.defer(() => database.destroy());
  await migrate(database, { file, nowMs: now(), step });

  let clusterId = (await readInstallation(database, 'cluster')) ?? '';
  const numbers = await createIncidentNumbers(database, () => clusterId);
  const holding = acquired.move();
  const currentCluster = (): string => clusterId;

  return {
    clusterId: currentCluster,
    identify: async (id, fingerprintOf = ({ fingerprint }) => fingerprint) => {
      if (id === clusterId) return;
      const before = clusterId;
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('installation')
          .values({ key: 'cluster', value: id })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: id }))
          .execute();
        if (before !== '') return;
        await adoptIncidents(transaction, id, fingerprintOf);
        for (const table of OF_ANY_CLUSTER) {
          await transaction.updateTable(table).set({ cluster_id: id }).where('cluster_id', '=', '').execute();
        }
      });
      clusterId = id;
      await numbers.reload();
      if (before !== '') log.warn('the data directory belonged to another cluster', { before, now: id });
    },
    movedAside,
    loadIncidents: (nowMs) => loadIncidents(database, clusterId, nowMs),
    loadIncident: (id) => loadIncident(database, clusterId, id),
    commitPass: async (pass) => {
      step('commit pass: before begin');
      await database.transaction().execute(async (transaction) => {
        step('commit pass: begun');
        await writePass(transaction, clusterId, pass, { nowMs: now(), redact, step });
        await numbers.write(transaction);
        step('commit pass: before commit');
      });
      step('commit pass: committed');
    },
    nextIncidentNumber: numbers.next,
    outbox: createOutbox({ database, clusterId: currentCluster, redact, step }),
    reports: createReports(database, currentCluster, redact),
    lastGood: createLastGood(database, currentCluster, redact, now),
    owners: createKnownOwners(database, currentCluster),
    spend: createSpend(database, currentCluster),
    cycleEnds: createCycleEnds(database, currentCluster),
    monitorMemory: createMonitorMemory(database),
    audit: createAudit(database, currentCluster, redact),
    prune: (nowMs, capBytes) => prune(database, nowMs, capBytes),
    probe: async () => {
      const value = String(now());
      await database
        .insertInto('installation')
        .values({ key: 'probe', value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
    [Symbol.asyncDispose]: () => holding.disposeAsync(),
  };
}

/** Opens the file; one that SQLite cannot make sense of is moved aside, never deleted, and a new one begun. */
function openSound(
  file: string,
  log: Logger,
  nowMs: number,
): { readonly raw: DatabaseSync; readonly movedAside: string | undefined } {
  try {
    return { raw: openChecked(file), movedAside: undefined };
  } catch (error) {
    if (!isCorrupt(error) || file === ':memory:') throw translate(error, file);
    const movedAside = `${file}.damaged-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
    try {
      for (const suffix of ['', '-wal', '-shm']) {
        if (existsSync(file + suffix)) renameSync(file + suffix, movedAside + suffix);
      }
      rmSync(`${file}-shm`, { force: true });
      log.error('the database was damaged and moved aside; a new one is begun', { file, movedAside, err: error });
      return { raw: openChecked(file), movedAside };
    } catch (second) {
      throw translate(second, file);
    }
  }
}

function openChecked(file: string): DatabaseSync {
  const raw = new DatabaseSync(file, { timeout: 2_000 });
  try {
    // Only an empty file takes it; an existing one would be written to before its version is known.
    if (raw.prepare('pragma page_count').get()?.['page_count'] === 0) raw.exec('pragma auto_vacuum = incremental');
    raw.exec('pragma journal_mode = wal');
    // A decision that is on disk stays on disk, also when the machine loses power.
    raw.exec('pragma synchronous = full');
    const verdict = raw.prepare('pragma quick_check(1)').get()?.['quick_check'];
    if (verdict !== 'ok') throw damaged(String(verdict));
    return raw;
  } catch (error) {
    raw.close();
    throw error;
  }
}

/** What `quick_check` finds comes as a row, not as an error; from here on it is one, with the code SQLite has for it. */
function damaged(detail: string): Error {
  return Object.assign(new Error(`database disk image is malformed: ${detail}`), { errcode: 11 });
}

async function readInstallation(database: Kysely<Tables>, key: string): Promise<string | undefined> {
  const row = await database.selectFrom('installation').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

/** The day's counter: given out from memory, stored with the pass that used it. */
async function createIncidentNumbers(database: Kysely<Tables>, clusterId: () => string) {
  let day = '';
  let last = 0;
  const stored = new Map<string, number>();
  const reload = async (): Promise<void> => {
    const rows = await database
      .selectFrom('incident_number')
      .selectAll()
      .where('cluster_id', '=', clusterId())
      .execute();
    stored.clear();
    for (const row of rows) stored.set(row.day, row.last);
    day = '';
  };
  await reload();
  return {
    reload,
    next: (nowMs: number): number => {
      const today = new Date(nowMs).toISOString().slice(0, 10);
      if (today !== day) last = stored.get(today) ?? 0;
      day = today;
      last += 1;
      stored.set(today, last);
      return last;
    },
    write: async (transaction: Kysely<Tables>): Promise<void> => {
      if (day === '') return;
      await transaction
        .insertInto('incident_number')
        .values({ cluster_id: clusterId(), day, last })
        .onConflict((conflict) => conflict.columns(['cluster_id', 'day']).doUpdateSet({ last }))
        .execute();
    },
  };
}
