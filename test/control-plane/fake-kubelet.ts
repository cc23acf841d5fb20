import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Connection } from './servers/connection.ts';

export interface ContainerLogs {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the container that ran before this one: `kubectl logs --previous`. */
  readonly previous?: boolean;
}

/** An HTTPS server that answers the API server's questions for logs, as a kubelet does. */
export interface FakeKubelet extends AsyncDisposable {
  /** For a node's `status.daemonEndpoints.kubeletEndpoint.Port`; its address is 127.0.0.1. */
  readonly port: number;
  /** The paths with queries that were asked for, oldest first. */
  readonly asked: readonly string[];
  setLogs(of: ContainerLogs, text: string): void;
  /** From now on takes questions and answers none, as one on a node that is short of everything. */
  hang(): void;
}

/** Certificate and key are the API server's own: it accepts any from a kubelet. */
export async function startFakeKubelet(connection: Connection): Promise<FakeKubelet> {
  const logs = new Map<string, string>();
  const asked: string[] = [];
  let hangs = false;
  const [cert, key] = await Promise.all([readFile(connection.caFile), readFile(connection.keyFile)]);
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url ?? '');
    if (hangs) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://kubelet');
    const [, area, namespace = '', pod = '', container = ''] = pathname.split('/');
    if (area !== 'containerLogs') return refuse(response, 404, '404 page not found');
    const previous = searchParams.get('previous') === 'true';
    const text = logs.get(keyOf({ namespace, pod, container, previous }));
    if (text !== undefined) return void response.end(tail(text, searchParams.get('tailLines')));
    refuse(
      response,
      400,
      previous
        ? `previous terminated container "${container}" in pod "${pod}" not found`
        : `container "${container}" in pod "${pod}" is waiting to start: ContainerCreating`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    hang: () => {
      hangs = true;
    },
    setLogs: (of, text) => void logs.set(keyOf(of), text),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

function tail(text: string, lines: string | null): string {
  if (lines === null) return text;
  const all = text.split('\n');
  const kept = Number(lines) + (text.endsWith('\n') ? 1 : 0);
  return all.slice(Math.max(0, all.length - kept)).join('\n');
}

function keyOf({ namespace, pod, container, previous = false }: ContainerLogs): string {
  return JSON.stringify([namespace, pod, container, previous]);
}
