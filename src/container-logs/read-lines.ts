import { logSource, type ContainerRun } from '../domain/container-run.ts';
import { messageOf, MonitorError } from '../errors.ts';
import type { Redact } from '../redact.ts';
import { decisiveLine } from './decisive-line.ts';

/** @throws {MonitorError} as live questions to the API server do; the signal's reason */
export type ReadLog = (run: ContainerRun, signal: AbortSignal) => Promise<string>;

export interface LogLimits {
  /** Requests, whatever becomes of them. */
  readonly maxRequests: number;
  readonly atOnce: number;
  /** For one log. */
  readonly eachMs: number;
  /** For all of them together: what is not there by then is done without. */
  readonly totalMs: number;
}

export interface LinesRead {
  /** By {@link logSource} of the run that was wanted. `run` is the one that the line is of. */
  readonly lines: ReadonlyMap<string, { readonly run: ContainerRun; readonly line: string }>;
  readonly requests: number;
  /** Why a log has no line, redacted, for the report. */
  readonly notes: readonly string[];
}

/**
 * Asks for the logs of these runs, the most important first, and takes the decisive line out of each.
 *
 * Never throws and never takes longer than `totalMs`: a message to people waits for it. The first log is asked for alone, so that an account
 * without the permission asks once.
 */
export async function readLines(
  runs: readonly ContainerRun[],
  parts: { readonly readLog: ReadLog; readonly redact: Redact; readonly limits: LogLimits },
): Promise<LinesRead> {
  const { readLog, redact, limits } = parts;
  const lines = new Map<string, { readonly run: ContainerRun; readonly line: string }>();
  const notes: string[] = [];
  const waiting = [...runs];
  const total = new AbortController();
  let requests = 0;
  let over = false;
  let forbidden = false;

  const ask = async (run: ContainerRun): Promise<string> => {
    requests += 1;
    const each = AbortSignal.timeout(limits.eachMs);
    const text = await readLog(run, AbortSignal.any([total.signal, each]));
    // The whole log, because a credential may be recognised by the lines around it.
    return redact(text);
  };

  /** @returns whether there was one to read */
  const readNext = async (): Promise<boolean> => {
    const run = over || forbidden || requests >= limits.maxRequests ? undefined : waiting.shift();
    if (run === undefined) return false;
    const found = await lineOf(run);
    if (over) return false;
    if ('line' in found) lines.set(logSource(run), found);
    else notes.push(found.note);
    return true;
  };

  const lineOf = async (
    run: ContainerRun,
  ): Promise<{ readonly run: ContainerRun; readonly line: string } | { readonly note: string }> => {
    try {
      return withLine(run, await ask(run));
    } catch (error) {
      if (error instanceof MonitorError && error.code === 'CLUSTER_FORBIDDEN') forbidden = true;
      if (!isOtherRun(error) || over || requests >= limits.maxRequests) return { note: noteOf(run, error) };
    }
    // It was restarted since the snapshot, or its log was cleared away: the other run is the nearest there is.
    const other = { ...run, previous: !run.previous };
    try {
      return withLine(other, await ask(other));
    } catch (error) {
      return { note: noteOf(other, error) };
    }
  };

  /** What JSON had escaped is readable only now, so it passes the redactor once more. */
  const withLine = (run: ContainerRun, log: string) => {
    const line = decisiveLine(log);
    if (line === undefined) return { note: `${logSource(run)}: ${log === '' ? 'it is empty' : 'it holds no text'}` };
    return { run, line: redact(line) };
  };

  const noteOf = (run: ContainerRun, error: unknown): string => {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    const why = isLate ? `no answer within ${limits.eachMs / 1_000} s` : messageOf(error);
    return redact(`${logSource(run)}: ${why}`);
  };

  const readAll = async (): Promise<void> => {
    await readNext();
    await Promise.all(
      Array.from({ length: limits.atOnce }, async () => {
        while (await readNext());
      }),
    );
  };

  await within(limits.totalMs, readAll());
  over = true;
  total.abort(new DOMException('the time for logs is over', 'TimeoutError'));
  const unread = runs.length - lines.size - notes.length;
  if (unread > 0 && !forbidden) notes.push(`${unread} more logs were not read: ${whyNot()}`);
  return { lines, requests, notes };

  function whyNot(): string {
    return requests >= limits.maxRequests
      ? `${limits.maxRequests} requests are all that a cycle makes`
      : `${limits.totalMs / 1_000} s were over`;
  }
}

/** The kubelet has no log of this run (400). */
function isOtherRun(error: unknown): boolean {
  return error instanceof MonitorError && error.code === 'CLUSTER_REFUSED' && !error.retryable;
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
