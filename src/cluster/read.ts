import { backoffMs, retryAfterMs } from '../domain/wait.ts';
import { messageOf, MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { failureOfStatus, type ReadFailure } from './failure.ts';
import type { Answer, Receive, Transport, TransportLimits, Trouble } from './transport.ts';

/** How patient and how polite reads are; asked for at each request, so that a change counts at once. */
export interface ReadSettings extends TransportLimits {
  /** Tries of one request, the first included. */
  readonly maxAttempts: number;
  /** The first wait is a random part of this; each next one of twice as much. */
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Objects in one page of a list. */
  readonly pageSize: number;
  /** Of a page in JSON, or of one object in protobuf: what has to be held at once. */
  readonly maxPageBytes: number;
}

export const defaultReadSettings: ReadSettings = {
  connectMs: 3_000,
  idleMs: 10_000,
  deadlineMs: 30_000,
  maxAttempts: 3,
  initialBackoffMs: 100,
  maxBackoffMs: 5_000,
  pageSize: 500,
  maxPageBytes: 64 * 1024 * 1024,
};

/** One request as it went, for metrics. */
export interface RequestSeen {
  readonly kind: string;
  /** HTTP status, or why there was none. */
  readonly status: number | Trouble['kind'];
  readonly durationMs: number;
}

export interface ReadRequest {
  /** For metrics and logs. */
  readonly kind: string;
  /** Without query, starting with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly accept: string;
  readonly maxBytes: number;
  /** Fewer tries than the settings allow, for what is worth no waiting. */
  readonly maxAttempts?: number;
  /** Takes the body of a success piece by piece; asked anew for each try. */
  readonly receive?: Receive;
}

/** A success, or a failure that no more trying will cure now. */
export type ReadResult = { readonly answer: Answer } | { readonly failure: ReadFailure };

/** @throws the signal's reason, and nothing else that is not a bug */
export type Read = (request: ReadRequest, signal: AbortSignal) => Promise<ReadResult>;

export interface ReadParts {
  readonly transport: Transport;
  readonly credentials: CredentialSource;
  readonly settings: () => ReadSettings;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly onRequest: (seen: RequestSeen) => void;
  readonly log: Logger;
}

/** A server that wants to be left alone for longer is left alone, and the read is a failure now. */
const MAX_WAIT_MS = 30_000;

/** A new token may be refused for a moment, until every API server has the time or the key. */
const TOKEN_PAUSE_MS = 1_000;
const MAX_TOKEN_READS = 2;

const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504]);

/**
 * Builds the one function through which everything is read from the API server: it keeps the server's `Retry-After`,
 * waits with full jitter, reads the token again when it is refused, and does not repeat what timed out.
 */
export function createRead(parts: ReadParts): Read {
  /** Until when a path is left alone, because the server said so; it holds for the next snapshot too. */
  const notBeforeMs = new Map<string, number>();

  return async (request, signal) => {
    let tokenReads = 0;
    for (let attempt = 1; ;) {
      const waited = await keepDistance(request.path, signal);
      if (waited !== undefined) return { failure: waited };
      const settings = parts.settings();
      const used = await credentialsOf(parts.credentials);
      if ('failure' in used) return used;
      const outcome = await tryOnce(request, used.credentials, settings, signal);
      const last = attempt >= (request.maxAttempts ?? settings.maxAttempts);

      if (!('status' in outcome)) {
        const repeatable = outcome.kind === 'no-connection' || outcome.kind === 'broken-connection';
        if (last || !repeatable) return { failure: failureOfTrouble(outcome) };
      } else {
        if (outcome.status >= 200 && outcome.status < 300) return { answer: outcome };
        noteRetryAfter(request.path, outcome);
        const failure = failureOfStatus(outcome.status, outcome.body);
        if (outcome.status === 401 && tokenReads < MAX_TOKEN_READS) {
          tokenReads += 1;
          parts.log.debug('credentials refused, reading them again', { kind: request.kind, attempt: tokenReads });
          parts.credentials.refuse(used.credentials);
          await parts.sleep(TOKEN_PAUSE_MS, signal);
          continue;
        }
        if (last || !RETRIED_STATUSES.has(outcome.status)) return { failure };
      }
      await parts.sleep(
        backoffMs(attempt, { firstMs: settings.initialBackoffMs, longestMs: settings.maxBackoffMs }, parts.random),
        signal,
      );
      attempt += 1;
    }
  };

  async function tryOnce(
    request: ReadRequest,
    credentials: Credentials,
    settings: ReadSettings,
    signal: AbortSignal,
  ): Promise<Answer | Trouble> {
    const startedAtMs = parts.now();
    const outcome = await parts.transport.get({
      path: request.path + queryOf(request.query),
      accept: request.accept,
      credentials,
      maxBytes: request.maxBytes,
      receive: request.receive,
      limits: settings,
      signal,
    });
    parts.onRequest({
      kind: request.kind,
      status: 'status' in outcome ? outcome.status : outcome.kind,
      durationMs: parts.now() - startedAtMs,
    });
    return outcome;
  }

  /** Waits as long as the server asked for; a failure when that is too long to wait for. */
  async function keepDistance(path: string, signal: AbortSignal): Promise<ReadFailure | undefined> {
    const remainingMs = (notBeforeMs.get(path) ?? 0) - parts.now();
    if (remainingMs <= 0) {
      notBeforeMs.delete(path);
      return undefined;
    }
    if (remainingMs <= MAX_WAIT_MS) {
      await parts.sleep(remainingMs, signal);
      return undefined;
    }
    const seconds = Math.ceil(remainingMs / 1000);
    return {
      cause: 'refused',
      status: undefined,
      what: `the API server asked to be left alone for another ${seconds} s`,
      noConnection: false,
    };
  }

  function noteRetryAfter(path: string, answer: Answer): void {
    const waitMs = retryAfterMs(answer.retryAfter, parts.now()) ?? 0;
    if (waitMs > 0) notBeforeMs.set(path, parts.now() + waitMs);
  }
}

async function credentialsOf(
  source: CredentialSource,
): Promise<{ readonly credentials: Credentials } | { readonly failure: ReadFailure }> {
  try {
    return { credentials: await source.current() };
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    return { failure: { cause: 'unauthorized', status: undefined, what: messageOf(error), noConnection: false } };
  }
}

function failureOfTrouble(trouble: Trouble): ReadFailure {
  const { kind, message } = trouble;
  const failure = (cause: ReadFailure['cause'], what: string): ReadFailure => ({
    cause,
    status: undefined,
    what,
    noConnection: kind === 'no-connection' || kind === 'untrusted',
  });
  switch (kind) {
    case 'timeout':
      return failure('timeout', message);
    case 'no-connection':
      return failure('unreachable', `the API server cannot be reached: ${message}`);
    case 'untrusted':
      return failure('unreachable', `the API server's certificate is not trusted: ${message}`);
    case 'broken-connection':
      return failure('unreachable', `the connection broke while the API server answered: ${message}`);
  }
}

function queryOf(query: ReadRequest['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()}`;
}
