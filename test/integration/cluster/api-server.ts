import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KindName } from '../../../src/domain/snapshot.ts';
import { snapshotKinds } from '../../../src/cluster/kinds.ts';
import { sendJson, startLoopbackServer, untilClosed } from '../../../src/demo/stand-ins/loopback-server.ts';

/** One request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  readonly accept: string;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly socket: number;
}

/** Writes an answer in the place of the usual one; `undefined` lets the usual one stand. */
export type Fault = (arrived: Arrived, response: ServerResponse) => Promise<void> | void | undefined;

export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  readonly arrived: Arrived[];
  /** Requests for this kind's lists. */
  listsOf(kind: KindName): readonly Arrived[];
  /** Sockets that carried a request. */
  sockets(): number;
}

/** The unhappy answers of an API server, or of what stands before it. */
export const faults = {
  status:
    (code: number, message = `${code} by script`, headers: Record<string, string> = {}): Fault =>
    (_arrived, response) =>
      sendJson(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message }, headers),
  silence: (async (_arrived, response) => untilClosed(response)) satisfies Fault,
  headersThenSilence: (async (_arrived, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"kind":');
    await untilClosed(response);
  }) satisfies Fault,
  resetMidBody: ((_arrived, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"kind":"', () => response.destroy());
  }) satisfies Fault,
  body:
    (text: string, contentType = 'application/json'): Fault =>
    (_arrived, response) => {
      response.writeHead(200, { 'content-type': contentType });
      response.end(text);
    },
} as const;

/**
 * A small API server for lists: every kind of the snapshot's table, pages, and a fault for whatever the script says.
 *
 * @param objects by kind; the other kinds are empty lists
 * @param faultFor decides, request by request; `undefined` = answer as usual
 */
export async function startApiServer(options: {
  readonly objects?: Partial<Record<KindName, readonly object[]>>;
  readonly faultFor?: (arrived: Arrived) => Fault | undefined;
  /** What it says it is; one that streams lists unless told. */
  readonly version?: string;
}): Promise<ApiServer> {
  const { objects = {}, faultFor = () => undefined } = options;
  const arrived: Arrived[] = [];
  const sockets = new Map<object, number>();
  const problems: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    if (!sockets.has(request.socket)) sockets.set(request.socket, sockets.size);
    const seen: Arrived = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      authorization: request.headers.authorization ?? '',
      accept: request.headers.accept ?? '',
      atMs: Date.now(),
      socket: sockets.get(request.socket) ?? -1,
    };
    arrived.push(seen);
    const fault = faultFor(seen);
    if (fault !== undefined) return fault(seen, response);
    if (seen.path === '/version') return sendJson(response, 200, { gitVersion: options.version ?? 'v1.99.0' });
    if (seen.path === '/api/v1/namespaces/kube-system') {
      return sendJson(response, 200, { kind: 'Namespace', metadata: { name: 'kube-system', uid: 'cluster-uid' } });
    }
    const kind = kindAt(seen.path);
    if (kind === undefined) return faults.status(404)(seen, response);
    sendList(response, kind.name, inNamespace(objects[kind.name] ?? [], kind.namespace), seen.query);
  };

  const server = await startLoopbackServer(answer, (message) => problems.push(message));
  return {
    url: server.url,
    arrived,
    listsOf: (kind) => arrived.filter((request) => kindAt(request.path)?.name === kind),
    sockets: () => sockets.size,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      if (problems.length > 0) throw new Error(problems.join('\n'));
    },
  };
}

/** Which list a path is for. */
export function kindAt(path: string): { readonly name: KindName; readonly namespace: string | undefined } | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, ...rest] = parts;
  const [group, , ...place] = root === 'api' ? ['', ...rest] : rest;
  const namespaced = place[0] === 'namespaces' && place.length === 3;
  if (!namespaced && place.length !== 1) return undefined;
  const resource = namespaced ? place[2] : place[0];
  const row = Object.values(snapshotKinds).find(
    (candidate) => candidate.group === group && candidate.resource === resource,
  );
  return row && { name: row.kind, namespace: namespaced ? place[1] : undefined };
}

function inNamespace(objects: readonly object[], namespace: string | undefined): readonly object[] {
  if (namespace === undefined) return objects;
  return objects.filter((object) => JSON.stringify(object).includes(`"namespace":"${namespace}"`));
}

function sendList(response: ServerResponse, kind: string, items: readonly object[], query: URLSearchParams): void {
  const start = Number(query.get('continue') ?? 0);
  const end = start + Number(query.get('limit') ?? items.length);
  sendJson(response, 200, {
    kind: `${kind}List`,
    apiVersion: 'v1',
    metadata: { resourceVersion: '1', ...(end < items.length && { continue: String(end) }) },
    items: items.slice(start, end),
  });
}
