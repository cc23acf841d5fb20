import type { Notice } from '../domain/notice.ts';
import type { Outbox, OutboxRow } from '../domain/outbox.ts';
import type { Logger } from '../log.ts';
import { createAttempt, type DeliveryOutcome, type Step, type Waiting } from './attempt.ts';
import { createPace } from './pace.ts';
import type { SlackClient } from './slack/client.ts';
import { createTeller } from './slack/tell.ts';
import { createReach, type Unreached } from './reach.ts';
import { createStandstills, type DeliveryProblem } from './standstill.ts';

export interface DeliveryOptions {
  readonly outbox: Outbox;
  /** `undefined`: not configured. Rows wait in the outbox, and the log says so once. */
  readonly slack: SlackClient | undefined;
  /** The kill switch `notifications`: while it is off rows wait. */
  readonly enabled: () => boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Ends early, without an error, when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly step?: Step;
  readonly onOutcome?: (outcome: DeliveryOutcome) => void;
  /** Everything that waits for a person at this moment; empty when all is well again. */
  readonly onProblems?: (problems: readonly DeliveryProblem[]) => void;
  /** While Slack cannot be reached, again and again; `undefined` at its next answer. */
  readonly onUnreached?: (unreached: Unreached | undefined) => void;
}

export interface Delivery {
  /** Tries once everything that is due now, at the channels' pace. What fails stays in the outbox. */
  drain(signal: AbortSignal): Promise<void>;
  /** `drain`, and the retries of whatever failed in passing, until all is told, a person is needed, or the signal aborts. */
  flush(signal: AbortSignal): Promise<void>;
  /** Works until disposed of; a request on its way is waited for. */
  start(): AsyncDisposable;
  /** There is something new in the outbox, a switch was turned, a token changed. */
  wake(): void;
  /** Where nothing can be recorded: tells it straight away, once a process for each subject; `false` when that failed too. */
  tellUnrecorded(notice: Notice): Promise<boolean>;
  state(): 'not configured' | 'switched off' | readonly DeliveryProblem[];
}

/** Rows looked at in one go: more than a storm of incidents, so that its worst is among them. */
const BATCH = 1000;
/** The net under `wake()` and `nextDueAtMs`. */
const IDLE_POLL_MS = 30_000;
/** How soon a repaired token or a turned switch is noticed. */
const WAITING_POLL_MS = 5000;

/** Carries the outbox to Slack: one request at a time for each channel, the worst first, each subject in order. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { outbox, slack, now, sleep, log } = options;
  if (slack === undefined) return unconfigured(log);

  const waiting: Waiting = new Map();
  /** One row a channel at a time. */
  const lanes = new Map<string, Promise<void>>();
  /** Rows that a lane finished while `due` was being read, and which its answer may still name. */
  const finished = new Set<number>();
  const claimed = new Set<number>();
  const toldUnrecorded = new Set<string>();
  let changed = Promise.withResolvers<void>();
  let picking: Promise<unknown> = Promise.resolve();

  const wake = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const standstills = createStandstills({
    now,
    tokenVersion: () => slack.tokenVersion(),
    onChange: (problems) => {
      for (const { message } of problems) log.error('slack delivery stands still', { detail: message });
      if (problems.length === 0) log.info('slack delivery works again');
      options.onProblems?.(problems);
    },
  });
  const waitForTurn = createPace(now);
  const inTurn = (channel: string, signal: AbortSignal): Promise<void> => {
    const ms = waitForTurn(channel);
    return ms > 0 ? sleep(ms, signal) : Promise.resolve();
  };
  const tell = createTeller({
    slack,
    outbox,
    now,
    log,
    beforeRequest: (channel) => inTurn(channel, new AbortController().signal),
  });
  const reach = createReach({ now, onUnreached: options.onUnreached ?? (() => undefined) });
  const attempt = createAttempt({
    outbox,
    tell,
    standstills,
    waiting,
    now,
    random: options.random,
    log,
    step: options.step ?? (() => Promise.resolve()),
    onOutcome: (outcome) => {
      reach.note(outcome.result);
      options.onOutcome?.(outcome);
    },
  });

  async function runLane(row: OutboxRow, signal: AbortSignal): Promise<void> {
    try {
      await inTurn(row.notice.channel, signal);
      // Nothing was promised yet: an interrupted wait leaves the row as it was.
      if (!signal.aborted) await attempt(row);
    } finally {
      finished.add(row.sequence);
      claimed.delete(row.sequence);
      lanes.delete(row.notice.channel);
      wake();
    }
  }

  /** Starts a lane for every channel that has something to say and may; tells when to look again. */
  async function pick(signal: AbortSignal): Promise<{ readonly started: number; readonly againAtMs: number }> {
    const nowMs = now();
    if (!options.enabled()) return { started: 0, againAtMs: nowMs + WAITING_POLL_MS };
    finished.clear();
    const rows = withHeld(await outbox.due(nowMs, BATCH));
    forgetSuperseded(rows, nowMs);
    let againAtMs = nowMs + IDLE_POLL_MS;
    let started = 0;
    for (const row of rows.toSorted(worstFirst)) {
      const { sequence, notice } = row;
      if (claimed.has(sequence) || finished.has(sequence) || lanes.has(notice.channel)) continue;
      const freeAtMs = Math.max(standstills.freeAtMs(notice.channel), waiting.get(sequence)?.atMs ?? 0);
      if (freeAtMs > nowMs) {
        againAtMs = Math.min(againAtMs, freeAtMs, nowMs + WAITING_POLL_MS);
        continue;
      }
      standstills.beginProbe(notice.channel);
      claimed.add(sequence);
      lanes.set(notice.channel, runLane(row, signal));
      started += 1;
    }
    if (reach.isLost()) reach.report(await outbox.counts());
    const nextDueAtMs = await outbox.nextDueAtMs(nowMs);
    if (nextDueAtMs !== undefined && nextDueAtMs > nowMs) againAtMs = Math.min(againAtMs, nextDueAtMs);
    return { started, againAtMs };
  }

  /** A row whose time has come and which is not due has been overtaken by a newer one of its subject. */
  function forgetSuperseded(rows: readonly OutboxRow[], nowMs: number): void {
    const due = new Set(rows.map(({ sequence }) => sequence));
    for (const [sequence, { atMs }] of waiting) if (atMs <= nowMs && !due.has(sequence)) waiting.delete(sequence);
  }

  /** Rows in doubt are due by our own account. */
  function withHeld(due: readonly OutboxRow[]): readonly OutboxRow[] {
    const held = [...waiting.values()].flatMap(({ row }) => (row === undefined ? [] : [row]));
    const known = new Set(held.map(({ sequence }) => sequence));
    return [...held, ...due.filter(({ sequence }) => !known.has(sequence))];
  }

  /** Two callers never pick at once, or both could start the same row. */
  function pickAlone(signal: AbortSignal): ReturnType<typeof pick> {
    const mine = picking.then(() => pick(signal));
    picking = mine.catch(() => undefined);
    return mine;
  }

  async function work(signal: AbortSignal, isDone: (started: number) => boolean): Promise<void> {
    while (!signal.aborted) {
      const change = changed.promise;
      let againAtMs = now() + WAITING_POLL_MS;
      try {
        const picked = await pickAlone(signal);
        if (isDone(picked.started)) return;
        againAtMs = picked.againAtMs;
      } catch (error) {
        // An unreadable outbox: the store reports itself; delivery asks again.
        log.error('outbox could not be read', { err: error });
        if (isDone(0)) return;
      }
      const rest = new AbortController();
      await Promise.race([change, sleep(Math.max(0, againAtMs - now()), AbortSignal.any([signal, rest.signal]))]);
      rest.abort();
    }
    await Promise.all(lanes.values());
  }

  return {
    wake,
    drain: (signal) => work(signal, (started) => started === 0 && lanes.size === 0),
    flush: (signal) =>
      work(
        signal,
        (started) =>
          started === 0 &&
          lanes.size === 0 &&
          (waiting.size === 0 || standstills.problems().length > 0 || !options.enabled()),
      ),
    start() {
      const stopping = new AbortController();
      const done = work(stopping.signal, () => false);
      return {
        async [Symbol.asyncDispose]() {
          stopping.abort();
          await done;
        },
      };
    },
    async tellUnrecorded(notice) {
      if (!options.enabled()) return false;
      if (toldUnrecorded.has(notice.subject)) return true;
      toldUnrecorded.add(notice.subject);
      const straight = createTeller({
        slack,
        outbox: { posted: () => Promise.resolve(undefined), forgetPosted: () => Promise.resolve() },
        now,
        log,
        beforeRequest: () => Promise.resolve(),
      });
      try {
        await straight(notice, false);
        return true;
      } catch (error) {
        log.error('unrecorded message not delivered', { subject: notice.subject, err: error });
        toldUnrecorded.delete(notice.subject);
        return false;
      }
    },
    state: () => (options.enabled() ? standstills.problems() : 'switched off'),
  };
}

/** Trouble of the monitor stands between the severities that wake people and those that do not. */
const ORDER: readonly Notice['severity'][] = ['SEV-1', 'SEV-2', 'monitor', 'SEV-3', 'SEV-4'];

function worstFirst(left: OutboxRow, right: OutboxRow): number {
  return ORDER.indexOf(left.notice.severity) - ORDER.indexOf(right.notice.severity) || left.sequence - right.sequence;
}

function unconfigured(log: Logger): Delivery {
  let said = false;
  const say = (): void => {
    if (!said) log.warn('slack is not configured: messages wait in the outbox until SLACK_BOT_TOKEN is set');
    said = true;
  };
  return {
    wake: () => undefined,
    drain: () => Promise.resolve(say()),
    flush: () => Promise.resolve(say()),
    start() {
      say();
      return { [Symbol.asyncDispose]: () => Promise.resolve() };
    },
    tellUnrecorded: () => Promise.resolve(false),
    state: () => 'not configured',
  };
}
