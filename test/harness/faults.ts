import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Exchange } from './fault-proxy.ts';

/** Stands in the place of the API server's answer, or breaks it on its way. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

/** Refuses as the API server does, with a `Status`. */
export function refusal(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  const message = code === 403 ? 'it is forbidden: User "reader" cannot list resource' : `${code} by script`;
  return ({ response }) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }));
  };
}

export const silence: Fault = ({ response }) => untilClosed(response);

/** Half of the real answer, and a reset. */
export const resetMidBody: Fault = async ({ response, answer, reset }) => {
  const { status, headers, body } = await answer();
  response.writeHead(status, { 'content-type': headers['content-type'], 'content-length': body.length });
  response.write(body.subarray(0, body.length / 2), reset);
  await untilClosed(response);
};

/** Half of the real answer, as a whole HTTP message. */
export const truncated: Fault = async ({ response, answer }) => {
  const { status, headers, body } = await answer();
  response.writeHead(status, { 'content-type': headers['content-type'] });
  response.end(body.subarray(0, body.length / 2));
};

export const empty: Fault = async ({ response, answer }) => {
  const { headers } = await answer();
  response.writeHead(200, { 'content-type': headers['content-type'] });
  response.end();
};

/** What a captive portal or a login page sends. */
export const html: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<!doctype html><title>Sign in</title><p>Please sign in.');
};

export const resetAtOnce: Fault = ({ reset }) => reset();

/** The real answer, byte by byte: never silent for long, and never done. */
export function drip(everyMs = 1_000): Fault {
  return async ({ response, answer }) => {
    const { status, headers, body } = await answer();
    response.writeHead(status, { 'content-type': headers['content-type'], 'content-length': body.length });
    for (const byte of body) {
      if (response.destroyed) return;
      response.write(Uint8Array.of(byte));
      await wait(everyMs);
    }
  };
}

/** The real answer, later. */
export function latency(ms: number): Fault {
  return async ({ pass }) => {
    await wait(ms);
    await pass();
  };
}

async function untilClosed(response: Exchange['response']): Promise<void> {
  if (!response.destroyed) await once(response, 'close');
}
