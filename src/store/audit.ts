import type { Kysely } from 'kysely';
import type { Change, FileVerdict, RecordedVerdict } from '../domain/change.ts';
import type { Redact } from '../redact.ts';
import { redacted } from './redacted.ts';
import type { Tables } from './tables.ts';

/** What became of every file of definitions, settings and policies that changed; kept for 90 days. */
export interface Audit {
  record(verdicts: readonly RecordedVerdict[]): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<readonly RecordedVerdict[]>;
  /** The last verdict of each file whose last verdict is a rejection. */
  standingRejections(): Promise<readonly RecordedVerdict[]>;
}

export function createAudit(database: Kysely<Tables>, clusterId: () => string, redact: Redact): Audit {
  return {
    record: async (verdicts) => {
      if (verdicts.length === 0) return;
      const rows = verdicts.map((verdict) => ({
        cluster_id: clusterId(),
        id: verdict.id,
        at_ms: verdict.atMs,
        component: verdict.component,
        file: redact(verdict.file),
        outcome: verdict.outcome,
        sha256_before: verdict.sha256Before ?? null,
        sha256_after: verdict.sha256After ?? null,
        code: verdict.code ?? null,
        message: verdict.message === undefined ? null : redact(verdict.message),
        changes: JSON.stringify(redacted(verdict.changes, redact)),
      }));
      await database.transaction().execute(async (transaction) => {
        for (const row of rows) {
          await transaction
            .insertInto('audit')
            .values(row)
            .onConflict((conflict) => conflict.columns(['cluster_id', 'id']).doNothing())
            .execute();
        }
      });
    },
    list: async (limit) => {
      const rows = await database
        .selectFrom('audit')
        .selectAll()
        .where('cluster_id', '=', clusterId())
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(verdictOf);
    },
    standingRejections: async () => {
      const rows = await database
        .selectFrom('audit')
        .selectAll()
        .where('cluster_id', '=', clusterId())
        .where('outcome', '=', 'rejected')
        .where('sequence', 'in', (select) =>
          select
            .selectFrom('audit')
            .select((one) => one.fn.max('sequence').as('last'))
            .where('cluster_id', '=', clusterId())
            .groupBy(['component', 'file']),
        )
        .execute();
      return rows.map(verdictOf);
    },
  };
}

function verdictOf(row: Omit<Tables['audit'], 'sequence'>): RecordedVerdict {
  const changes: unknown = JSON.parse(row.changes);
  return {
    id: row.id,
    atMs: row.at_ms,
    // Closed sets of the domain, written from it by `record` above.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    component: row.component as FileVerdict['component'],
    file: row.file,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    outcome: row.outcome as FileVerdict['outcome'],
    ...(row.sha256_before !== null && { sha256Before: row.sha256_before }),
    ...(row.sha256_after !== null && { sha256After: row.sha256_after }),
    ...(row.code !== null && { code: row.code }),
    ...(row.message !== null && { message: row.message }),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    changes: changes as readonly Change[],
  };
}
