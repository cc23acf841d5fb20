import type { Kysely, Transaction } from 'kysely';
import type { Notice } from '../domain/notice.ts';
import type { Outbox, OutboxRow, PostedMessage } from '../domain/outbox.ts';
import type { Severity } from '../domain/severity.ts';
import type { Redact } from '../redact.ts';
import { redacted } from './redacted.ts';
import type { Tables } from './tables.ts';

const WAITING = ['pending', 'sending', 'parked'] as const;
/** A newer one says everything that an unsent older one would have said. */
const SUPERSEDING = new Set<Notice['content']['kind']>(['card', 'evidence', 'monitor']);
const URGENCY: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'SEV-1': 0,
    'SEV-2': 1,
    monitor: 2,
    'SEV-3': 3,
    'SEV-4': 4,
  } satisfies Record<Severity | 'monitor', number>),
);

export interface OutboxOptions {
  readonly database: Kysely<Tables>;
  /** Read at each call: it is learnt after the store was opened. */
  readonly clusterId: () => string;
  readonly redact: Redact;
  readonly step: (name: string) => void;
}

/**
 * Puts notices into the outbox, in the caller's transaction.
 *
 * A waiting row of the same subject and kind that was never tried is superseded in its own place, so that what waits behind it (the thread's
 * replies) still comes behind its card. One that was tried stays, since its message may have landed and only its own delivery id can tell;
 * and an end never overtakes what waits to be said before it.
 */
export async function enqueue(
  transaction: Transaction<Tables>,
  clusterId: string,
  notices: readonly Notice[],
  nowMs: number,
  redact: Redact,
): Promise<void> {
  for (const notice of notices) {
    const row = {
      cluster_id: clusterId,
      notice_id: notice.id,
      subject: notice.subject,
      channel: notice.channel,
      severity: notice.severity,
      kind: notice.content.kind,
      body: JSON.stringify(redacted(notice, redact)),
      decided_at_ms: notice.decidedAtMs,
      not_before_ms: notice.notBeforeMs,
      status: 'pending',
      attempts: 0,
      last_error: null,
      closed_at_ms: null,
    } as const;
    const older = SUPERSEDING.has(notice.content.kind) ? await untried(transaction, clusterId, notice) : undefined;
    if (older === undefined) {
      await transaction.insertInto('outbox').values(row).execute();
      continue;
    }
    const { sequence, ...superseded } = older;
    await transaction.updateTable('outbox').set(row).where('sequence', '=', sequence).execute();
    await transaction
      .insertInto('outbox')
      .values({ ...superseded, status: 'superseded', closed_at_ms: nowMs })
      .execute();
  }
}

async function untried(transaction: Transaction<Tables>, clusterId: string, notice: Notice) {
  const waiting = await transaction
    .selectFrom('outbox')
    .selectAll()
    .where('cluster_id', '=', clusterId)
    .where('subject', '=', notice.subject)
    .where('status', 'in', WAITING)
    .orderBy('sequence', 'desc')
    .execute();
  const older = waiting.find((row) => row.kind === notice.content.kind);
  if (older === undefined || older.status !== 'pending' || older.attempts > 0) return undefined;
  const isEnd = notice.content.kind === 'card' && notice.content.card.state === 'resolved';
  return isEnd && waiting[0] !== older ? undefined : older;
}

export function createOutbox({ database, clusterId, redact, step }: OutboxOptions): Outbox {
  /** Rows that this process is sending right now; after a restart a `sending` row is one that a crash interrupted. */
  const inFlight = new Set<number>();

  /** The oldest unsent row of each subject, the most urgent subject first. */
  const heads = async () => {
    const rows = await database
      .selectFrom('outbox')
      .selectAll()
      .where('sequence', 'in', (select) =>
        select
          .selectFrom('outbox')
          .select((one) => one.fn.min('sequence').as('sequence'))
          .where('cluster_id', '=', clusterId())
          .where('status', 'in', WAITING)
          .groupBy('subject'),
      )
      .execute();
    return rows
      .filter((row) => !inFlight.has(row.sequence))
      .toSorted(
        (left, right) => urgencyOf(left.severity) - urgencyOf(right.severity) || left.sequence - right.sequence,
      );
  };

  const change = async (name: string, work: (transaction: Transaction<Tables>) => Promise<unknown>): Promise<void> => {
    step(`${name}: before begin`);
    await database.transaction().execute(async (transaction) => {
      step(`${name}: begun`);
      await work(transaction);
      step(`${name}: before commit`);
    });
    step(`${name}: committed`);
  };

  const wait = async (sequence: number, status: 'pending' | 'parked', notBeforeMs: number, error: string) => {
    await change(status === 'parked' ? 'park' : 'mark retry', (transaction) =>
      transaction
        .updateTable('outbox')
        .set({ status, not_before_ms: notBeforeMs, last_error: redact(error) })
        .where('sequence', '=', sequence)
        .execute(),
    );
    inFlight.delete(sequence);
  };

  return {
    due: async (nowMs, limit) => {
      const rows = await heads();
      return rows
        .filter((row) => row.not_before_ms <= nowMs)
        .slice(0, limit)
        .map(rowOf);
    },
    nextDueAtMs: async () => {
      const rows = await heads();
      return rows.length === 0 ? undefined : Math.min(...rows.map((row) => row.not_before_ms));
    },
    posted: async (subject) => {
      const row = await database
        .selectFrom('posted')
        .select(['channel_id', 'ts', 'evidence_ts'])
        .where('cluster_id', '=', clusterId())
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row && { channelId: row.channel_id, ts: row.ts, evidenceTs: row.evidence_ts ?? undefined };
    },
    markSending: async (sequence, atMs) => {
      await change('mark sending', (transaction) =>
        transaction
          .updateTable('outbox')
          .set((row) => ({ status: 'sending', attempts: row('attempts', '+', 1), not_before_ms: atMs }))
          .where('sequence', '=', sequence)
          .execute(),
      );
      inFlight.add(sequence);
    },
    markSent: async (sequence, atMs, posted) => {
      await change('mark sent', async (transaction) => {
        const { subject } = await transaction
          .updateTable('outbox')
          .set({ status: 'sent', closed_at_ms: atMs, last_error: null })
          .where('sequence', '=', sequence)
          .returning('subject')
          .executeTakeFirstOrThrow();
        if (posted !== undefined) await savePosted(transaction, clusterId(), subject, posted, atMs);
      });
      inFlight.delete(sequence);
    },
    markRetry: (sequence, notBeforeMs, error) => wait(sequence, 'pending', notBeforeMs, error),
    park: (sequence, probeAtMs, error) => wait(sequence, 'parked', probeAtMs, error),
    forgetPosted: async (subject) => {
      await change('forget posted', (transaction) =>
        transaction.deleteFrom('posted').where('cluster_id', '=', clusterId()).where('subject', '=', subject).execute(),
      );
    },
    counts: async () => {
      const rows = await database
        .selectFrom('outbox')
        .select((select) => [
          'status',
          select.fn.countAll<number>().as('count'),
          select.fn.min('decided_at_ms').as('oldest'),
        ])
        .where('cluster_id', '=', clusterId())
        .where('status', 'in', WAITING)
        .groupBy('status')
        .execute();
      const count = (status: string): number => rows.find((row) => row.status === status)?.count ?? 0;
      return {
        pending: count('pending'),
        sending: count('sending'),
        parked: count('parked'),
        oldestDecidedAtMs: rows.length === 0 ? undefined : Math.min(...rows.map((row) => row.oldest)),
      };
    },
  };
}

async function savePosted(
  transaction: Transaction<Tables>,
  clusterId: string,
  subject: string,
  { channelId, ts, evidenceTs }: PostedMessage,
  atMs: number,
): Promise<void> {
  const row = { channel_id: channelId, ts, evidence_ts: evidenceTs ?? null, at_ms: atMs };
  await transaction
    .insertInto('posted')
    .values({ cluster_id: clusterId, subject, ...row })
    .onConflict((conflict) => conflict.columns(['cluster_id', 'subject']).doUpdateSet(row))
    .execute();
}

function rowOf(row: {
  readonly sequence: number;
  readonly body: string;
  readonly status: Tables['outbox']['status'];
  readonly attempts: number;
  readonly last_error: string | null;
}): OutboxRow {
  if (row.status === 'sent' || row.status === 'superseded') throw new Error(`outbox row ${row.sequence} is closed`);
  return {
    sequence: row.sequence,
    // Written by `enqueue` above and by nothing else.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    notice: JSON.parse(row.body) as Notice,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
  };
}

function urgencyOf(severity: string): number {
  return URGENCY.get(severity) ?? URGENCY.size;
}
