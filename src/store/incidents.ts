import type { Kysely, Transaction } from 'kysely';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import type { Redact } from '../redact.ts';
import { enqueue } from './outbox.ts';
import { redacted } from './redacted.ts';
import type { Tables } from './tables.ts';

const DAY_MS = 24 * 3_600_000;

/** What one pass decided: stored together or not at all. */
export interface PassRecord {
  readonly incidents: readonly Incident[];
  readonly decisions: readonly Decision[];
  readonly notices: readonly Notice[];
  /** Of the cycle, by the cycle's own evidence ids. */
  readonly evidence: readonly EvidenceQuote[];
  readonly cycleId: string;
}

export interface KnownIncidents {
  /** Open, or resolved in the last 24 hours. */
  readonly incidents: readonly Incident[];
  /** How many incidents each fingerprint had in the last seven days. */
  readonly inSevenDays: ReadonlyMap<string, number>;
}

export async function loadIncidents(
  database: Kysely<Tables>,
  clusterId: string,
  nowMs: number,
): Promise<KnownIncidents> {
  const rows = await database
    .selectFrom('incident')
    .select('body')
    .where('cluster_id', '=', clusterId)
    .where((one) => one.or([one('state', '=', 'open'), one('resolved_at_ms', '>', nowMs - DAY_MS)]))
    .orderBy('opened_at_ms')
    .orderBy('id')
    .execute();
  const counts = await database
    .selectFrom('incident')
    .select((select) => ['fingerprint', select.fn.countAll<number>().as('count')])
    .where('cluster_id', '=', clusterId)
    .where('opened_at_ms', '>', nowMs - 7 * DAY_MS)
    .groupBy('fingerprint')
    .execute();
  return {
    incidents: rows.map((row) => incidentOf(row.body)),
    inSevenDays: new Map(counts.map(({ fingerprint, count }) => [fingerprint, count])),
  };
}

export async function loadIncident(
  database: Kysely<Tables>,
  clusterId: string,
  id: string,
): Promise<{ readonly incident: Incident; readonly decisions: readonly Decision[] } | undefined> {
  const row = await database
    .selectFrom('incident')
    .select('body')
    .where('cluster_id', '=', clusterId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const decisions = await database
    .selectFrom('decision')
    .selectAll()
    .where('cluster_id', '=', clusterId)
    .where('incident_id', '=', id)
    .orderBy('sequence')
    .execute();
  return { incident: incidentOf(row.body), decisions: decisions.map(decisionOf) };
}

/** Gives the incidents of a cluster whose id was not known yet to the cluster that it has turned out to be. */
export async function adoptIncidents(
  transaction: Transaction<Tables>,
  clusterId: string,
  fingerprintOf: (incident: Incident) => string,
): Promise<void> {
  const rows = await transaction.selectFrom('incident').select(['id', 'body']).where('cluster_id', '=', '').execute();
  for (const { id, body } of rows) {
    const adopted = { ...incidentOf(body), clusterId };
    const fingerprint = fingerprintOf(adopted);
    await transaction
      .updateTable('incident')
      .set({ cluster_id: clusterId, fingerprint, body: JSON.stringify({ ...adopted, fingerprint }) })
      .where('cluster_id', '=', '')
      .where('id', '=', id)
      .execute();
  }
}

/** Everything of one pass, in the caller's transaction. `step` is called between its parts. */
export async function writePass(
  transaction: Transaction<Tables>,
  clusterId: string,
  pass: PassRecord,
  { nowMs, redact, step }: { readonly nowMs: number; readonly redact: Redact; readonly step: (name: string) => void },
): Promise<void> {
  // Ends first: an identity that ends and begins in one pass would otherwise be open twice for a moment, which the index forbids.
  const ordered = pass.incidents.toSorted(
    (left, right) => Number(left.state === 'open') - Number(right.state === 'open'),
  );
  for (const incident of ordered) {
    const row = {
      fingerprint: incident.fingerprint,
      state: incident.state,
      opened_at_ms: incident.openedAtMs,
      resolved_at_ms: incident.resolvedAtMs ?? null,
      body: JSON.stringify(redacted(incident, redact)),
    };
    await transaction
      .insertInto('incident')
      .values({ cluster_id: clusterId, id: incident.id, ...row })
      .onConflict((conflict) => conflict.columns(['cluster_id', 'id']).doUpdateSet(row))
      .execute();
  }
  step('commit pass: incidents written');
  for (const decision of pass.decisions) {
    await transaction
      .insertInto('decision')
      .values({
        cluster_id: clusterId,
        incident_id: decision.incidentId,
        cycle_id: decision.cycleId,
        at_ms: decision.atMs,
        pass: decision.pass,
        told: Number(decision.told),
        reason: decision.reason,
        severity: decision.severity,
        detail: redact(decision.detail),
        revision: decision.revision,
      })
      .execute();
  }
  for (const quote of pass.evidence) {
    const row = {
      source: redact(quote.source),
      quote: redact(quote.quote),
      at_ms: quote.atMs ?? null,
      recorded_at_ms: nowMs,
    };
    await transaction
      .insertInto('evidence')
      .values({ cluster_id: clusterId, cycle_id: pass.cycleId, id: quote.id, ...row })
      .onConflict((conflict) => conflict.columns(['cluster_id', 'cycle_id', 'id']).doUpdateSet(row))
      .execute();
  }
  step('commit pass: decisions written');
  await enqueue(transaction, clusterId, pass.notices, nowMs, redact);
  step('commit pass: notices written');
}

function incidentOf(body: string): Incident {
  const parsed: unknown = JSON.parse(body);
  // Written by `writePass` and by nothing else; JSON drops what is undefined, and reading it gives undefined again.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return parsed as Incident;
}

function decisionOf(row: {
  readonly incident_id: string;
  readonly cycle_id: string;
  readonly at_ms: number;
  readonly pass: number;
  readonly told: number;
  readonly reason: string;
  readonly detail: string;
  readonly severity: string;
  readonly revision: string;
}): Decision {
  return {
    incidentId: row.incident_id,
    cycleId: row.cycle_id,
    atMs: row.at_ms,
    pass: row.pass === 2 ? 2 : 1,
    told: row.told === 1,
    // Closed sets of the domain, written from it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    reason: row.reason as Decision['reason'],
    detail: row.detail,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    severity: row.severity as Decision['severity'],
    revision: row.revision,
  };
}
