import type { Notice } from './notice.ts';

/** Where a subject's message lives, once it was posted. */
export interface PostedMessage {
  readonly channelId: string;
  readonly ts: string;
  /** The evidence reply in its thread. */
  readonly evidenceTs: string | undefined;
}

export interface OutboxRow {
  /** Grows; the order of decisions. */
  readonly sequence: number;
  readonly notice: Notice;
  /** `sending` at the start of a process means that a crash fell between the request and its answer. */
  readonly status: 'pending' | 'sending' | 'parked';
  readonly attempts: number;
  readonly lastError: string | undefined;
}

/** The store's side of delivery. Every method is one transaction that is on disk when it returns. */
export interface Outbox {
  /**
   * Rows that may be sent now: not before their time, and for each subject only the oldest unsent row (later ones wait for it).
   * A pending `card` row that a newer `card` row of the same subject follows is superseded by it and never returned.
   */
  due(nowMs: number, limit: number): Promise<readonly OutboxRow[]>;
  /** The earliest moment at which `due` would return more; `undefined` when nothing waits. */
  nextDueAtMs(nowMs: number): Promise<number | undefined>;
  posted(subject: string): Promise<PostedMessage | undefined>;
  markSending(sequence: number, atMs: number): Promise<void>;
  /** Records where the message stands and closes the row, together. */
  markSent(sequence: number, atMs: number, posted: PostedMessage | undefined): Promise<void>;
  markRetry(sequence: number, notBeforeMs: number, error: string): Promise<void>;
  /** Waits for a person; probed again at `probeAtMs`. */
  park(sequence: number, probeAtMs: number, error: string): Promise<void>;
  /** The message is gone (deleted, channel archived): the next `card` posts a new one. */
  forgetPosted(subject: string): Promise<void>;
  counts(): Promise<{
    readonly pending: number;
    readonly sending: number;
    readonly parked: number;
    readonly oldestDecidedAtMs: number | undefined;
  }>;
}
