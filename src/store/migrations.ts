import { sql, type Kysely, type Transaction } from 'kysely';
import { MonitorError } from '../errors.ts';
import type { Tables } from './tables.ts';

/** Numbered from 1 without holes; a number that was released never changes. */
const MIGRATIONS: readonly ((database: Transaction<Tables>) => Promise<void>)[] = [
  createTables,
  createAudit,
  createFileVersions,
];

const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the schema up to this program's version. Each step and its number are one transaction, so that a kill leaves none half done.
 *
 * @throws {MonitorError} `STORE_NEWER` before anything is changed
 */
export async function migrate(
  database: Kysely<Tables>,
  { file, nowMs, step }: { readonly file: string; readonly nowMs: number; readonly step: (name: string) => void },
): Promise<void> {
  const current = await versionOf(database);
  if (current > SCHEMA_VERSION) {
    throw new MonitorError(
      'STORE_NEWER',
      `the database ${file} has schema version ${current}, this k8s-monitor knows up to ${SCHEMA_VERSION}: ` +
        'start the newer k8s-monitor that wrote it, or point K8S_MONITOR_DATA_DIR at another directory',
    );
  }
  await sql`create table if not exists schema_version (version integer primary key, applied_at_ms integer not null)`.execute(
    database,
  );
  for (const [index, up] of MIGRATIONS.entries()) {
    const number = index + 1;
    if (number <= current) continue;
    await database.transaction().execute(async (transaction) => {
      step(`migrate ${number}: begun`);
      await up(transaction);
      await transaction.insertInto('schema_version').values({ version: number, applied_at_ms: nowMs }).execute();
      step(`migrate ${number}: before commit`);
    });
    step(`migrate ${number}: committed`);
  }
}

async function versionOf(database: Kysely<Tables>): Promise<number> {
  const tables = await database.introspection.getTables();
  if (!tables.some(({ name }) => name === 'schema_version')) return 0;
  const { version } = await database
    .selectFrom('schema_version')
    .select((select) => select.fn.max('version').as('version'))
    .executeTakeFirstOrThrow();
  return Number(version ?? 0);
}

async function createTables(database: Transaction<Tables>): Promise<void> {
  const statements = [
    `create table installation (key text primary key, value text not null)`,
    `create table incident (cluster_id text not null, id text not null, fingerprint text not null, state text not null,
       opened_at_ms bigint not null, resolved_at_ms bigint, body text not null, primary key (cluster_id, id))`,
    // One problem, one open incident: held by the database, not only by the rules.
    `create unique index incident_open on incident (cluster_id, fingerprint) where state = 'open'`,
    `create index incident_resolved on incident (cluster_id, state, resolved_at_ms)`,
    `create index incident_fingerprint on incident (cluster_id, fingerprint)`,
    `create table decision (sequence integer primary key autoincrement, cluster_id text not null, incident_id text not null,
       cycle_id text not null, at_ms bigint not null, pass integer not null, told integer not null, reason text not null,
       severity text not null, detail text not null, revision text not null)`,
    `create index decision_incident on decision (cluster_id, incident_id, sequence)`,
    `create index decision_at on decision (at_ms)`,
    `create table evidence (cluster_id text not null, cycle_id text not null, id text not null, source text not null,
       quote text not null, at_ms bigint, recorded_at_ms bigint not null, primary key (cluster_id, cycle_id, id))`,
    `create index evidence_at on evidence (recorded_at_ms)`,
    `create table outbox (sequence integer primary key autoincrement, cluster_id text not null, notice_id text not null,
       subject text not null, channel text not null, severity text not null, kind text not null, body text not null,
       decided_at_ms bigint not null, not_before_ms bigint not null, status text not null, attempts integer not null,
       last_error text, closed_at_ms bigint, unique (cluster_id, notice_id))`,
    `create index outbox_waiting on outbox (cluster_id, subject, sequence) where status in ('pending', 'sending', 'parked')`,
    `create index outbox_closed on outbox (closed_at_ms)`,
    `create table posted (cluster_id text not null, subject text not null, channel_id text not null, ts text not null,
       evidence_ts text, at_ms bigint not null, primary key (cluster_id, subject))`,
    `create table report (cluster_id text not null, cycle_id text not null, trigger text not null, ended_at_ms bigint not null,
       body text not null, primary key (cluster_id, cycle_id))`,
    `create index report_ended on report (cluster_id, ended_at_ms)`,
    `create table report_incident (cluster_id text not null, incident_id text not null, cycle_id text not null,
       primary key (cluster_id, incident_id, cycle_id))`,
    `create table definition (cluster_id text not null, name text not null, sha256 text not null, bytes blob not null,
       saved_at_ms bigint not null, primary key (cluster_id, name))`,
    `create table owner (cluster_id text not null, kind text not null, namespace text not null, name text not null,
       owner_kind text not null, owner_name text not null, seen_at_ms bigint not null,
       primary key (cluster_id, kind, namespace, name))`,
    `create table spend (cluster_id text not null, day text not null, usd double precision not null, calls integer not null,
       primary key (cluster_id, day))`,
    `create table cycle_end (cluster_id text not null, trigger text not null, ended_at_ms bigint not null,
       primary key (cluster_id, trigger))`,
    `create table incident_number (cluster_id text not null, day text not null, last integer not null,
       primary key (cluster_id, day))`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(database);
}

/** Every text that was ever accepted, for as long as cycles that used it are kept: what decided then can be read again. */
async function createFileVersions(database: Transaction<Tables>): Promise<void> {
  const statements = [
    `create table file_version (sha256 text primary key, bytes blob not null, used_until_ms bigint not null)`,
    `insert or ignore into file_version select sha256, bytes, saved_at_ms from definition`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(database);
}

async function createAudit(database: Transaction<Tables>): Promise<void> {
  const statements = [
    `create table audit (sequence integer primary key autoincrement, cluster_id text not null, id text not null,
       at_ms bigint not null, component text not null, file text not null, outcome text not null, sha256_before text,
       sha256_after text, code text, message text, changes text not null, unique (cluster_id, id))`,
    `create index audit_file on audit (cluster_id, component, file, sequence)`,
    `create index audit_at on audit (at_ms)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(database);
}
