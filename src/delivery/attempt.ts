import type { Notice } from '../domain/notice.ts';
import type { Outbox, OutboxRow, PostedMessage } from '../domain/outbox.ts';
import { backoffMs } from '../domain/wait.ts';
import { messageOf, MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { SlackBlocked } from './slack/refusals.ts';
import type { Told } from './slack/tell.ts';
import { PROBE_INTERVAL_MS, type Standstills } from './standstill.ts';

const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };

/** What became of a row, for metrics. */
export interface DeliveryOutcome {
  readonly notice: Notice;
  /** What Slack saw, or the code of the error. */
  readonly result: Told['action'] | MonitorError['code'] | 'BUG';
  /** From the moment at which it might be told to Slack's answer. */
  readonly latencyMs: number;
}

/**
 * What waits for its next try, by sequence. A row that is `sending` on disk is not called due again by the outbox of the same
 * process, so it is kept here whole; of the others only the time.
 */
export type Waiting = Map<number, { readonly atMs: number; readonly row: OutboxRow | undefined }>;

/** Named moments between two commits, at which a test ends the process. */
export type Step = (name: string) => Promise<void>;

/**
 * One try of one row: `sending` is on disk before the request leaves, `sent` after its answer.
 *
 * A row whose request may have been taken stays `sending`, so that a crash cannot make us forget the doubt; it waits in memory.
 */
export function createAttempt(options: {
  readonly outbox: Outbox;
  readonly tell: (notice: Notice, mayBePosted: boolean) => Promise<Told>;
  readonly standstills: Standstills;
  readonly waiting: Waiting;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Logger;
  readonly step: Step;
  readonly onOutcome: (outcome: DeliveryOutcome) => void;
}): (row: OutboxRow) => Promise<void> {
  const { outbox, standstills, waiting, now, log, step } = options;
  const failures = new Map<number, number>();
  /** Told, but the store could not write it down yet: never to be sent again by this process. */
  const unrecorded = new Map<number, PostedMessage | undefined>();

  const report = (notice: Notice, result: DeliveryOutcome['result']): void =>
    options.onOutcome({
      notice,
      result,
      latencyMs: Math.max(0, now() - Math.max(notice.decidedAtMs, notice.notBeforeMs)),
    });

  async function send({ sequence, notice, status }: OutboxRow): Promise<void> {
    if (!unrecorded.has(sequence)) {
      await step('delivery: before sending');
      await outbox.markSending(sequence, now());
      await step('delivery: sending committed');
      const told = await options.tell(notice, status === 'sending');
      await step('delivery: answered');
      unrecorded.set(sequence, told.posted);
      standstills.open(notice.channel);
      report(notice, told.action);
      log.info('message delivered', { subject: notice.subject, kind: notice.content.kind, action: told.action });
    }
    await outbox.markSent(sequence, now(), unrecorded.get(sequence));
    unrecorded.delete(sequence);
    failures.delete(sequence);
    await step('delivery: sent committed');
  }

  async function settle(row: OutboxRow, error: unknown): Promise<void> {
    const { sequence, notice } = row;
    const tries = (failures.get(sequence) ?? row.attempts) + 1;
    failures.set(sequence, tries);
    const known = error instanceof MonitorError;
    const code = known ? error.code : 'BUG';
    report(notice, code);
    log.warn('message not delivered', { subject: notice.subject, channel: notice.channel, attempt: tries, err: error });

    const laterMs =
      now() +
      (known && error.retryAfterMs !== undefined ? error.retryAfterMs : backoffMs(tries, BACKOFF, options.random));
    if (code === 'DELIVERY_RATE_LIMITED') standstills.silence(notice.channel, laterMs);
    if (error instanceof SlackBlocked) standstills.close(error.scope, notice.channel, error.message);

    // Doubt, of this try or of an earlier one, must stay on disk as `sending`; so must a row that the store could not touch.
    const inDoubt = row.status === 'sending' || unrecorded.has(sequence) || !code.startsWith('DELIVERY_');
    if (inDoubt || code === 'DELIVERY_AMBIGUOUS') {
      // What a closed door holds back goes as soon as the door opens.
      waiting.set(sequence, {
        atMs: error instanceof SlackBlocked ? now() : laterMs,
        row: { ...row, status: 'sending' },
      });
      return;
    }
    const words = messageOf(error);
    if (error instanceof SlackBlocked) {
      // Due at once: the closed door holds it back in this process, and the next process may try without waiting.
      await outbox.park(sequence, now(), words);
    } else if (code === 'DELIVERY_CONTENT') {
      await outbox.park(sequence, now() + PROBE_INTERVAL_MS, words);
    } else {
      waiting.set(sequence, { atMs: laterMs, row: undefined });
      await outbox.markRetry(sequence, laterMs, words);
    }
  }

  return async (row) => {
    waiting.delete(row.sequence);
    try {
      await send(row);
    } catch (error) {
      try {
        await settle(row, error);
      } catch (storeError) {
        // The row stands as it stood; it is tried again like one in doubt.
        waiting.set(row.sequence, { atMs: now() + PROBE_INTERVAL_MS / 10, row: { ...row, status: 'sending' } });
        log.error('outbox could not be written', { subject: row.notice.subject, err: storeError });
      }
    }
  };
}
