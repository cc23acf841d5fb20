import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { messageOf } from '../errors.ts';
import { createByteStore } from './byte-store.ts';
import type { Credentials, TlsOptions } from './credentials.ts';
import { createTurns } from './turns.ts';

/** One HTTP answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** '' where there is none. */
  readonly contentType: string;
  /** Owns its bytes; empty when somebody received them. */
  readonly body: Buffer<ArrayBuffer>;
  /** `true` when the body is longer than was wanted. */
  readonly cut: boolean;
}

/** No answer. Only `no-connection` says anything about the next request. */
export interface Trouble {
  readonly kind: 'timeout' | 'no-connection' | 'broken-connection' | 'untrusted';
  readonly message: string;
}

export interface TransportLimits {
  /** To a connection. */
  readonly connectMs: number;
  /** Of silence: before the headers, and between two pieces of a body. */
  readonly idleMs: number;
  /** For an answer, and again for each 16 MiB of it. */
  readonly deadlineMs: number;
}

/** @param contentType of the answer. @returns what takes its body, piece by piece; a piece is good until it returns `false` for the last wanted one */
export type Receive = (contentType: string) => (piece: Buffer) => boolean;

export interface Transport extends AsyncDisposable {
  /**
   * One GET, tried once. There is no other method here, so nothing in the cluster can be changed through it.
   *
   * @param path with query, starting with a slash
   * @throws the signal's reason, when the caller gave up
   */
  get(request: {
    readonly path: string;
    readonly accept: string;
    readonly credentials: Credentials;
    /** Of a body that is kept. */
    readonly maxBytes: number;
    /** Takes the body of a success piece by piece instead of keeping it, as long as it returns `true`. Asked once for each answer. */
    readonly receive?: Receive | undefined;
    readonly limits: TransportLimits;
    readonly signal: AbortSignal;
  }): Promise<Answer | Trouble>;
}

/** One request at a time on each: five in flight, whoever asks. The API server's flow control is per account, and more would only queue there. */
const MAX_SOCKETS = 5;

const BYTES_PER_DEADLINE = 16 * 1024 * 1024;

/** Longer than the pause between two pages, shorter than what load balancers cut. */
const KEEP_ALIVE_MS = 30_000;

const TIMEOUT_CODES = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const NO_CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Speaks HTTP/1.1 with one API server over at most five kept connections, made anew when CA or client certificate change.
 *
 * Compressed lists are not asked for: on the same machine they measured slower, and the server pays for them.
 */
export function createTransport(server: string, proxyUrl: string | undefined): Transport {
  const { origin, pathname } = new URL(server);
  const prefix = pathname.replace(/\/+$/, '');
  let current: { readonly key: string; readonly dispatcher: Dispatcher } | undefined;
  const retired = new Set<Promise<void>>();
  const took = createTurns();

  function dispatcherFor(tls: TlsOptions, connectMs: number): Dispatcher {
    const key = keyOf(tls, connectMs);
    if (current?.key === key) return current.dispatcher;
    if (current !== undefined) {
      // Requests that are under way on the older connections may end.
      const closing = current.dispatcher.close().finally(() => retired.delete(closing));
      retired.add(closing);
    }
    current = { key, dispatcher: makeDispatcher(tls, connectMs, proxyUrl) };
    return current.dispatcher;
  }

  return {
    async get({ path, accept, credentials, maxBytes, receive, limits, signal }) {
      signal.throwIfAborted();
      const deadline = createDeadline(limits.deadlineMs);
      try {
        const response = await dispatcherFor(credentials.tls, limits.connectMs).request({
          origin,
          path: prefix + path,
          method: 'GET',
          headers: { ...credentials.headers, accept, 'user-agent': 'k8s-monitor' },
          headersTimeout: limits.idleMs,
          bodyTimeout: limits.idleMs,
          signal: AbortSignal.any([signal, deadline.signal]),
        });
        const { 'retry-after': retryAfter, 'content-type': contentType = '' } = response.headers;
        const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
        const store = createByteStore();
        const take = (isSuccess && receive?.(String(contentType))) || ((piece) => store.add(piece, maxBytes));
        const { cut } = await readBody(
          response.body,
          (piece) => {
            deadline.arrived(piece.length);
            return take(piece);
          },
          took,
        );
        return {
          status: response.statusCode,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
          contentType: String(contentType),
          body: store.take(),
          cut,
        };
      } catch (error) {
        signal.throwIfAborted();
        return troubleOf(error, deadline.signal.aborted, limits);
      } finally {
        deadline.end();
      }
    },
    async [Symbol.asyncDispose]() {
      await current?.dispatcher.destroy();
      await Promise.allSettled(retired);
    },
  };
}

/** By events, because a list comes in tens of thousands of pieces and each turn of an async loop costs more than the piece. */
function readBody(
  body: Readable,
  take: (piece: Buffer) => boolean,
  took: (bytes: number, body: Readable) => void,
): Promise<{ readonly cut: boolean }> {
  return new Promise((resolve, reject) => {
    body.on('data', (piece: Buffer) => {
      if (take(piece)) {
        took(piece.length, body);
        return;
      }
      resolve({ cut: true });
      // Nobody reads the rest: the response and its connection end here.
      body.destroy();
    });
    body.once('end', () => resolve({ cut: false }));
    body.on('error', reject);
  });
}

/** A time limit for so much of an answer, and again for so much more of it. */
function createDeadline(durationMs: number): {
  readonly signal: AbortSignal;
  readonly arrived: (bytes: number) => void;
  readonly end: () => void;
} {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), durationMs);
  let bytes = 0;
  return {
    signal: controller.signal,
    arrived(more) {
      bytes += more;
      if (bytes < BYTES_PER_DEADLINE) return;
      bytes = 0;
      timer.refresh();
    },
    end: () => clearTimeout(timer),
  };
}

function makeDispatcher(tls: TlsOptions, connectMs: number, proxyUrl: string | undefined): Dispatcher {
  const secured = {
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.servername !== undefined && { servername: tls.servername }),
  };
  const shared = { connections: MAX_SOCKETS, allowH2: false, keepAliveTimeout: KEEP_ALIVE_MS };
  return proxyUrl === undefined
    ? new Agent({ ...shared, connect: { ...secured, timeout: connectMs } })
    : new ProxyAgent({ ...shared, uri: proxyUrl, requestTls: { ...secured, timeout: connectMs } });
}

function keyOf(tls: TlsOptions, connectMs: number): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key]) hash.update(part ?? '').update('\0');
  return `${hash.digest('hex')} ${tls.servername ?? ''} ${tls.rejectUnauthorized} ${connectMs}`;
}

function troubleOf(error: unknown, late: boolean, limits: TransportLimits): Trouble {
  const code = codeOf(error);
  if (late) return { kind: 'timeout', message: `no complete answer within ${limits.deadlineMs / 1000} s` };
  if (TIMEOUT_CODES.has(code))
    return { kind: 'timeout', message: `the API server fell silent for ${limits.idleMs / 1000} s` };
  const message = code === '' ? messageOf(error) : `${messageOf(error)} (${code})`;
  if (NO_CONNECTION_CODES.has(code)) return { kind: 'no-connection', message };
  return { kind: /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code) ? 'untrusted' : 'broken-connection', message };
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
