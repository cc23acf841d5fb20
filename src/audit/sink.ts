import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedVerdict } from '../domain/change.ts';
import { backoffMs, retryAfterMs } from '../domain/wait.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';

/** A row as it is posted; times are ISO 8601 UTC. */
export type SinkRow = Omit<RecordedVerdict, 'atMs'> & {
  readonly at: string;
};

interface SinkSettings {
  /** `undefined`: rows go nowhere. */
  readonly url: string | undefined;
  /** Rows that wait at most; beyond that the oldest are lost here, and stay in the database. */
  readonly bufferSize: number;
  readonly flushIntervalMs: number;
}

/** Posts rows to another system, many at once, without holding up anything. */
export interface AuditSink extends AsyncDisposable {
  add(rows: readonly SinkRow[]): void;
  /** After the settings have changed: the new interval and size hold at once. */
  follow(): void;
}

export interface SinkOptions {
  readonly settings: () => SinkSettings;
  /** Whose rows they are; the id is '' until the cluster has told it. */
  readonly cluster: () => { readonly id: string; readonly name: string };
  /** `sent`: the other side has them; `refused`: it never will; `dropped`: they were too many or too late. */
  readonly onRows: (result: 'sent' | 'refused' | 'dropped', rows: number) => void;
  readonly onBuffered: (rows: number) => void;
  /** In [0, 1). */
  readonly random: () => number;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** For one request. */
  readonly deadlineMs?: number;
  /** For everything that is left when it is disposed. */
  readonly lastMs?: number;
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
}

type Posted = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly why: string } | Failed;
interface Failed {
  readonly kind: 'failed';
  readonly why: string;
  readonly retryAfterMs: number | undefined;
}

const MOST_IN_REQUEST = 100;
const DEADLINE_MS = 10_000;
/** Of the 30 s that a stopping pod has. */
const LAST_MS = 3_000;
const LAST_PAUSE_MS = 250;
const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };
/** What a receiver asks for beyond this is not kept: rows would be lost for it, and a timer of 25 days fires at once. */
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;
const RETRIED = new Set([408, 425, 429]);

/**
 * Builds the buffer before one URL. One request at a time, in the order of the rows; a row keeps its id through every try, so that a receiver
 * knows one that comes twice. A failure is said once for as long as it lasts.
 */
export function createAuditSink(options: SinkOptions): AuditSink {
  const { settings, onRows, log, now } = options;
  const { deadlineMs = DEADLINE_MS, lastMs = LAST_MS, backoff = BACKOFF } = options;
  let waiting: SinkRow[] = [];
  let inFlight: readonly SinkRow[] = [];
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;
  let isStopped = false;
  const giveUp = new AbortController();

  function add(rows: readonly SinkRow[]): void {
    if (isStopped) return;
    waiting.push(...rows);
    trim();
    plan();
  }

  function trim(): void {
    const tooMany = waiting.length + inFlight.length - settings().bufferSize;
    const lost = Math.min(Math.max(0, tooMany), waiting.length);
    if (lost > 0) {
      waiting = waiting.slice(lost);
      // Without a receiver nothing is lost that anybody waits for.
      if (settings().url !== undefined) {
        onRows('dropped', lost);
        log.warn('audit rows were dropped', {
          rows: lost,
          remedy: 'raise audit.buffer_size, or mend the receiver; the database has them',
        });
      }
    }
    options.onBuffered(waiting.length + inFlight.length);
  }

  function plan(waitMs = settings().flushIntervalMs): void {
    if (timer !== undefined || flushing !== undefined || waiting.length === 0 || isStopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, waitMs);
    timer.unref();
  }

  function flush(): void {
    flushing ??= postAll(giveUp.signal).then((waitMs) => {
      flushing = undefined;
      plan(waitMs);
    });
  }

  /** Until nothing is left or something fails. @returns how long to wait after a failure */
  async function postAll(signal: AbortSignal): Promise<number | undefined> {
    while (waiting.length > 0 && !signal.aborted) {
      const { url } = settings();
      if (url === undefined) {
        waiting = [];
        break;
      }
      inFlight = waiting.slice(0, MOST_IN_REQUEST);
      waiting = waiting.slice(inFlight.length);
      const rows = inFlight;
      const posted = await post(url, rows, AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]));
      inFlight = [];
      if (posted.kind === 'failed') {
        waiting = [...rows, ...waiting];
        failures += 1;
        if (failures === 1) log.warn('audit rows could not be sent', { url, reason: posted.why, rows: waiting.length });
        trim();
        // Whoever asks for no wait at all, again and again, is not asked in a loop.
        const askedForMs = Math.min(posted.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
        return Math.max(askedForMs, backoffMs(failures, backoff, options.random));
      }
      if (posted.kind === 'refused')
        log.error('audit rows were refused', { url, reason: posted.why, rows: rows.length });
      else if (failures > 0) log.info('audit rows are sent again', { url, failures });
      failures = 0;
      onRows(posted.kind, rows.length);
    }
    trim();
    return undefined;
  }

  async function post(url: string, rows: readonly SinkRow[], signal: AbortSignal): Promise<Posted> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ source: 'k8s-monitor', cluster: options.cluster(), rows }),
        // It would lead to an origin that nobody has allowed.
        redirect: 'manual',
        signal,
      });
      await response.body?.cancel();
      if (response.ok) return { kind: 'sent' };
      const why = `HTTP ${response.status}`;
      if (response.status < 500 && !RETRIED.has(response.status)) return { kind: 'refused', why };
      return { kind: 'failed', why, retryAfterMs: retryAfterMs(response.headers.get('retry-after'), now()) };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      return { kind: 'failed', why: messageOf(cause), retryAfterMs: undefined };
    }
  }

  return {
    add,
    follow: () => {
      clearTimeout(timer);
      timer = undefined;
      trim();
      plan();
    },
    [Symbol.asyncDispose]: async () => {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(timer);
      const late = setTimeout(() => giveUp.abort(), lastMs);
      await flushing;
      while (waiting.length > 0 && !giveUp.signal.aborted) {
        const waitMs = await postAll(giveUp.signal);
        if (waitMs !== undefined) await pause(Math.min(waitMs, LAST_PAUSE_MS), giveUp.signal);
      }
      clearTimeout(late);
      if (waiting.length === 0) return;
      onRows('dropped', waiting.length);
      log.warn('audit rows were dropped', {
        rows: waiting.length,
        remedy: 'the process has ended; the database has them',
      });
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
