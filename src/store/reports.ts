import type { Kysely } from 'kysely';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { CycleReport } from '../domain/report.ts';
import type { Redact } from '../redact.ts';
import { redacted } from './redacted.ts';
import type { Tables } from './tables.ts';

interface ReportEntry {
  readonly cycleId: string;
  readonly trigger: string;
  readonly endedAtMs: number;
}

export interface Reports {
  save(report: CycleReport): Promise<void>;
  /** By cycle id, or by incident id: then the newest cycle that tells of it. */
  load(id: string): Promise<CycleReport | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly ReportEntry[]>;
  evidenceOf(cycleId: string): Promise<readonly EvidenceQuote[]>;
}

export function createReports(database: Kysely<Tables>, clusterId: () => string, redact: Redact): Reports {
  return {
    save: async (report) => {
      const { id, trigger, endedAt } = report.cycle;
      const row = { trigger, ended_at_ms: Date.parse(endedAt), body: JSON.stringify(redacted(report, redact)) };
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('report')
          .values({ cluster_id: clusterId(), cycle_id: id, ...row })
          .onConflict((conflict) => conflict.columns(['cluster_id', 'cycle_id']).doUpdateSet(row))
          .execute();
        for (const incident of report.incidents) {
          await transaction
            .insertInto('report_incident')
            .values({ cluster_id: clusterId(), incident_id: incident.id, cycle_id: id })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      });
    },
    load: async (id) => {
      const row = await database
        .selectFrom('report')
        .select('body')
        .where('cluster_id', '=', clusterId())
        .where((one) =>
          one.or([
            one('cycle_id', '=', id),
            one(
              'cycle_id',
              'in',
              one
                .selectFrom('report_incident')
                .select('report_incident.cycle_id')
                .where('report_incident.cluster_id', '=', clusterId())
                .where('report_incident.incident_id', '=', id),
            ),
          ]),
        )
        .orderBy('ended_at_ms', 'desc')
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const parsed: unknown = JSON.parse(row.body);
      // Written by `save` above and by nothing else.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return parsed as CycleReport;
    },
    list: async (limit) => {
      const rows = await database
        .selectFrom('report')
        .select(['cycle_id', 'trigger', 'ended_at_ms'])
        .where('cluster_id', '=', clusterId())
        .orderBy('ended_at_ms', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ cycleId: row.cycle_id, trigger: row.trigger, endedAtMs: row.ended_at_ms }));
    },
    evidenceOf: async (cycleId) => {
      const rows = await database
        .selectFrom('evidence')
        .select(['id', 'source', 'quote', 'at_ms'])
        .where('cluster_id', '=', clusterId())
        .where('cycle_id', '=', cycleId)
        .execute();
      return rows
        .map(({ id, source, quote, at_ms: atMs }) => ({ id, source, quote, ...(atMs !== null && { atMs }) }))
        .toSorted((left, right) => left.id.localeCompare(right.id, 'en', { numeric: true }));
    },
  };
}
