import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as askServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ControlPlane } from '../control-plane/client.ts';
import type { Fault } from './faults.ts';

/** One request as it left the process under test, and what it got. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: URL;
  /** '' where there was none. */
  readonly authorization: string;
  readonly accept: string;
  /** By the proxy's clock. */
  readonly atMs: number;
  /** Counted from 0, as the connections came. */
  readonly connection: number;
  /** `undefined`: none was sent, or not yet. */
  status: number | undefined;
}

/** What a fault has in its hands. */
export interface Exchange {
  readonly seen: ProxiedRequest;
  readonly response: ServerResponse;
  /** What the API server answers to this request. */
  readonly answer: () => Promise<{
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  }>;
  /** Passes the request on, and the answer back, unchanged. */
  readonly pass: () => Promise<void>;
  /** Ends the connection with a TCP reset. */
  readonly reset: () => void;
}

/** HTTPS between the process under test and a real API server, with the API server's own certificate. */
export interface FaultProxy extends Pick<ControlPlane, 'kubeconfigFile'>, AsyncDisposable {
  /** Everything that arrived, oldest first. */
  readonly seen: readonly ProxiedRequest[];
  /** TCP connections since the start. */
  readonly connections: () => number;
  /** The most requests that were on their way at one moment. */
  readonly mostInFlight: () => number;
  /** Decides request by request from now on; `undefined` = pass on. */
  readonly follow: (script: (seen: ProxiedRequest) => Fault | undefined) => void;
  /** Passes on to another API server of the same cluster from now on. */
  readonly routeTo: (server: Pick<ControlPlane, 'url'>) => void;
  /** TCP resets, also in the middle of an answer. */
  readonly resetConnections: () => void;
  /** Refuses connections, as a server that is gone does. */
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

/** @param now the clock of {@link ProxiedRequest.atMs} */
export async function startFaultProxy(
  server: Pick<ControlPlane, 'connection' | 'url' | 'caPem' | 'kubeconfigFile'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Promise<FaultProxy> {
  const { caFile, keyFile } = server.connection;
  const [cert, key] = await Promise.all([readFile(caFile), readFile(keyFile)]);
  const agent = new Agent({ keepAlive: true, ca: server.caPem });
  const seen: ProxiedRequest[] = [];
  const problems: unknown[] = [];
  /** By the port at the other end, because a TLS socket does not say which TCP socket it stands on. */
  const sockets = new Map<number, { readonly tcp: Socket; readonly connection: number }>();
  let connections = 0;
  let inFlight = 0;
  let mostInFlight = 0;
  let target = new URL(server.url);
  let script: (request: ProxiedRequest) => Fault | undefined = () => undefined;

  const listener = createServer({ cert, key, keepAliveTimeout: 60_000 }, (request, response) => {
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    response.once('close', () => (inFlight -= 1));
    serve(request, response).catch((error: unknown) => problems.push(error));
  });
  listener.on('connection', (tcp: Socket) => {
    const port = tcp.remotePort ?? 0;
    sockets.set(port, { tcp, connection: connections++ });
    tcp.on('error', () => undefined).once('close', () => sockets.delete(port));
  });
  listener.on('tlsClientError', () => undefined); // cut while it shook hands

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = sockets.get(request.socket.remotePort ?? 0);
    const record: ProxiedRequest = {
      method: request.method ?? '',
      url: new URL(request.url ?? '', 'https://api'),
      authorization: request.headers.authorization ?? '',
      accept: request.headers.accept ?? '',
      atMs: now(),
      connection: socket?.connection ?? -1,
      status: undefined,
    };
    seen.push(record);
    response.once('finish', () => (record.status = response.statusCode));
    const reset = (): void => void socket?.tcp.resetAndDestroy();
    const pass = async (): Promise<void> => {
      const answer = await forward(request).catch(() => undefined);
      if (answer === undefined) return reset();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // What breaks off there breaks off here.
      answer.on('error', reset).on('aborted', reset).pipe(response);
      await Promise.race([once(response, 'close'), once(answer, 'close')]);
    };
    const answer = async () => {
      const given = await forward(request);
      return { status: given.statusCode ?? 0, headers: given.headers, body: await buffer(given) };
    };
    const fault = script(record);
    await (fault === undefined ? pass() : fault({ seen: record, response, answer, pass, reset }));
  }

  async function forward(request: IncomingMessage): Promise<IncomingMessage> {
    const { hostname, port } = target;
    const { host: _host, ...headers } = request.headers;
    const onward = askServer({ agent, hostname, port, method: request.method, path: request.url, headers });
    request.pipe(onward);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    return answer;
  }

  const resetConnections = (): void => {
    for (const { tcp } of sockets.values()) tcp.resetAndDestroy();
  };
  const listen = async (port: number): Promise<number> => {
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return (listener.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    resetConnections();
    await closed;
  };
  const port = await listen(0);

  return {
    seen,
    connections: () => connections,
    mostInFlight: () => mostInFlight,
    follow: (next) => {
      script = next;
    },
    routeTo: (next) => {
      target = new URL(next.url);
    },
    resetConnections,
    cut,
    mend: async () => void (await listen(port)),
    kubeconfigFile: async (user) => {
      const file = await server.kubeconfigFile(user);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll(new URL(server.url).origin, `https://127.0.0.1:${port}`));
      return file;
    },
    async [Symbol.asyncDispose]() {
      await cut();
      agent.destroy();
      if (problems.length > 0) throw new AggregateError(problems, 'the fault proxy met what it does not know');
    },
  };
}
