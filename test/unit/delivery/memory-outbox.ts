import type { Notice } from '../../../src/domain/notice.ts';
import type { Outbox, OutboxRow, PostedMessage } from '../../../src/domain/outbox.ts';

interface Row {
  sequence: number;
  notice: Notice;
  status: OutboxRow['status'] | 'sent';
  attempts: number;
  lastError: string | undefined;
  notBeforeMs: number;
}

export interface MemoryOutbox extends Outbox {
  readonly rows: readonly Row[];
  readonly messages: Map<string, PostedMessage>;
  add(notice: Notice, status?: OutboxRow['status']): number;
  /** What a new process sees: nothing is on its way any more. */
  restart(): void;
}

/** The outbox's contract in a list, so that delivery can be tested without a disk. */
export function createMemoryOutbox(): MemoryOutbox {
  const rows: Row[] = [];
  const messages = new Map<string, PostedMessage>();
  /** Marked as `sending` by this process, and therefore not due to it. */
  const inFlight = new Set<number>();
  const row = (sequence: number): Row => {
    const found = rows.find((each) => each.sequence === sequence);
    if (found === undefined) throw new Error(`no row ${sequence}`);
    return found;
  };
  const isSuperseded = ({ sequence, notice, status }: Row): boolean =>
    status === 'pending' &&
    notice.content.kind === 'card' &&
    rows.some(
      (other) =>
        other.sequence > sequence && other.notice.subject === notice.subject && other.notice.content.kind === 'card',
    );
  const unsent = (): Row[] => rows.filter((each) => each.status !== 'sent' && !isSuperseded(each));
  const heads = (): Row[] => {
    const subjects = new Set<string>();
    return unsent()
      .filter(({ notice: { subject } }) => !subjects.has(subject) && subjects.add(subject))
      .filter(({ sequence }) => !inFlight.has(sequence));
  };

  return {
    rows,
    messages,
    restart: () => inFlight.clear(),
    add(notice, status = 'pending') {
      rows.push({
        sequence: rows.length + 1,
        notice,
        status,
        attempts: 0,
        lastError: undefined,
        notBeforeMs: notice.notBeforeMs,
      });
      return rows.length;
    },
    due: (nowMs, limit) =>
      Promise.resolve(
        heads()
          .filter((each) => each.notBeforeMs <= nowMs)
          .slice(0, limit)
          .map(({ sequence, notice, status, attempts, lastError }) => ({
            sequence,
            notice,
            status: status as OutboxRow['status'],
            attempts,
            lastError,
          })),
      ),
    nextDueAtMs: (nowMs) => {
      const later = heads().flatMap((each) => (each.notBeforeMs > nowMs ? [each.notBeforeMs] : []));
      return Promise.resolve(later.length === 0 ? undefined : Math.min(...later));
    },
    posted: (subject) => Promise.resolve(messages.get(subject)),
    async markSending(sequence) {
      row(sequence).status = 'sending';
      row(sequence).attempts += 1;
      inFlight.add(sequence);
    },
    async markSent(sequence, _atMs, posted) {
      inFlight.delete(sequence);
      row(sequence).status = 'sent';
      if (posted !== undefined) messages.set(row(sequence).notice.subject, posted);
    },
    async markRetry(sequence, notBeforeMs, error) {
      inFlight.delete(sequence);
      Object.assign(row(sequence), { status: 'pending', notBeforeMs, lastError: error });
    },
    async park(sequence, probeAtMs, error) {
      inFlight.delete(sequence);
      Object.assign(row(sequence), { status: 'parked', notBeforeMs: probeAtMs, lastError: error });
    },
    async forgetPosted(subject) {
      messages.delete(subject);
    },
    counts: () =>
      Promise.resolve({
        pending: rows.filter(({ status }) => status === 'pending').length,
        sending: rows.filter(({ status }) => status === 'sending').length,
        parked: rows.filter(({ status }) => status === 'parked').length,
        oldestDecidedAtMs: unsent()[0]?.notice.decidedAtMs,
      }),
  };
}
