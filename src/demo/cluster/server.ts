import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson, readBody, sendJson, startLoopbackServer } from '../stand-ins/loopback-server.ts';
import { accessReview } from './access-reviews.ts';
import type { KubernetesObject } from './objects.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { apiVersionOf, discovery, servedKinds, type ServedKind } from './served-kinds.ts';
import { stateAt, type ClusterState } from './state.ts';
import { tableOf, valueAt } from './tables.ts';

export interface SimulatedCluster extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** The text of a kubeconfig (JSON, which is YAML) that leads here. */
  readonly kubeconfig: string;
  /** `METHOD path?query`, in order of arrival. */
  readonly requests: readonly string[];
  /** Requests that an API server would have refused. */
  readonly violations: readonly string[];
}

export interface SimulatedClusterOptions {
  /** The simulated clock, in Unix milliseconds: the whole state is a function of it. */
  readonly now: () => number;
  /** Another cluster than the demo's; for tests. */
  readonly state?: (nowMs: number) => ClusterState;
  /** Served beside the built-in kinds, such as those of cert-manager; for tests. */
  readonly customKinds?: readonly ServedKind[];
}

const TOKEN = 'simulated-cluster';
const MAX_BODY_BYTES = 64 * 1024;

/** A refusal in the API's form. */
interface Failure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Starts a read-only API server whose cluster exists only as data. It speaks JSON over plain HTTP on loopback. */
export async function startSimulatedCluster(options: SimulatedClusterOptions): Promise<SimulatedCluster> {
  const { now, state = stateAt } = options;
  const kinds = [...servedKinds, ...(options.customKinds ?? [])];
  const requests: string[] = [];
  const violations: string[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cluster');
    const method = request.method ?? '';
    requests.push(`${method} ${url.pathname}${url.search}`);
    const body = await readBody(request, MAX_BODY_BYTES);
    const fail = ({ code, reason, message }: Failure): void => {
      violations.push(`${code} ${method} ${url.pathname}: ${message}`);
      const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
      sendJson(response, code, status);
    };

    if (['/readyz', '/livez', '/healthz'].includes(url.pathname)) return sendText(response, 'ok');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      return fail({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    }
    if (method === 'POST') {
      const review = accessReview(url.pathname, parseJson(body ?? ''), kinds);
      if (review !== undefined) return sendJson(response, 201, review);
    }
    if (method !== 'GET') {
      return fail({ code: 403, reason: 'Forbidden', message: 'the simulated cluster can only be read' });
    }
    if (url.pathname === '/version') {
      return sendJson(response, 200, { major: '1', minor: '36', gitVersion: 'v1.36.0', platform: 'linux/amd64' });
    }
    const accept = request.headers.accept ?? '';
    const announced = discovery(url.pathname, accept.includes('as=APIGroupDiscoveryList'), kinds);
    if (announced !== undefined) return sendJson(response, 200, announced, aggregatedType(announced));

    const nowMs = now();
    const result = readResource(url, accept, state(nowMs), nowMs, kinds);
    if ('code' in result) return fail(result);
    return 'text' in result ? sendText(response, result.text) : sendJson(response, 200, result.json);
  }

  const server = await startLoopbackServer(answer, (message) => violations.push(message));
  return {
    url: server.url,
    token: TOKEN,
    kubeconfig: kubeconfigFor(server.url),
    requests,
    violations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

type Result = { readonly json: unknown } | { readonly text: string } | Failure;

function readResource(
  url: URL,
  accept: string,
  state: ClusterState,
  nowMs: number,
  kinds: readonly ServedKind[],
): Result {
  const pattern = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+)(\/log)?)?$/;
  const [, group = '', version = '', namespace, resource = '', name, log] = (pattern.exec(url.pathname) ?? []).map(
    (part) => (part === undefined ? undefined : decodeURIComponent(part)),
  );
  const kind = kinds.find((each) => each.group === group && each.version === version && each.resource === resource);
  // `/api/v1/namespaces/payments` reads as a namespace followed by nothing.
  const missing: Failure = {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  };
  if (kind === undefined || (namespace !== undefined && !kind.namespaced)) return missing;
  const all = state.objects.filter(
    (object) =>
      object.kind === kind.kind &&
      object.apiVersion === apiVersionOf(kind) &&
      (namespace === undefined || object.metadata.namespace === namespace),
  );
  if (name === undefined) return list(kind, all, url.searchParams, accept, nowMs);
  if (kind.namespaced && namespace === undefined) return missing;

  const object = all.find((each) => each.metadata.name === name);
  if (object === undefined) {
    const plural = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
    return { code: 404, reason: 'NotFound', message: `${plural} "${name}" not found` };
  }
  if (log !== undefined) return kind.kind === 'Pod' ? podLog(object, state, url.searchParams) : missing;
  return { json: accept.includes('as=Table') ? tableOf(kind.kind, [object], nowMs) : object };
}

function list(
  kind: ServedKind,
  all: readonly KubernetesObject[],
  query: URLSearchParams,
  accept: string,
  nowMs: number,
): Result {
  const bad = (message: string): Failure => ({ code: 400, reason: 'BadRequest', message });
  if (['1', 'true'].includes(query.get('watch') ?? '')) return bad('the simulated cluster cannot be watched');
  const byField = fieldSelector(query.get('fieldSelector') ?? '', kind.kind);
  if (typeof byField === 'string') return bad(byField);
  const byLabel = labelSelector(query.get('labelSelector') ?? '');
  if (typeof byLabel === 'string') return bad(byLabel);
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) return bad(`limit: Invalid value: ${query.get('limit') ?? ''}`);
  const start = offsetOf(query.get('continue') ?? '');
  if (start === undefined) return bad('continue key is not valid: malformed value');

  const matching = all.filter((object) => byField(object) && byLabel(object));
  const end = limit === 0 ? matching.length : start + limit;
  const remaining = matching.length - end;
  const metadata = {
    resourceVersion: String(Math.floor(nowMs / 1000)),
    ...(remaining > 0
      ? { continue: Buffer.from(`from:${end}`).toString('base64url'), remainingItemCount: remaining }
      : {}),
  };
  const items = matching.slice(start, end);
  if (accept.includes('as=Table')) return { json: { ...tableOf(kind.kind, items, nowMs), metadata } };
  return {
    json: {
      kind: `${kind.kind}List`,
      apiVersion: apiVersionOf(kind),
      metadata,
      // The items of a typed list do not repeat what they are.
      items: items.map(({ apiVersion: _version, kind: _kind, ...item }) => item),
    },
  };
}

function offsetOf(token: string): number | undefined {
  if (token === '') return 0;
  const text = Buffer.from(token, 'base64url').toString();
  return /^from:\d+$/.test(text) ? Number(text.slice('from:'.length)) : undefined;
}

function podLog(pod: KubernetesObject, state: ClusterState, query: URLSearchParams): Result {
  const { name, namespace = '' } = pod.metadata;
  const container = valueAt(pod, 'spec.containers.name');
  const asked = query.get('container');
  const bad = (message: string): Failure => ({ code: 400, reason: 'BadRequest', message });
  if (asked !== null && asked !== container) return bad(`container ${asked} is not valid for pod ${name}`);
  const logs = state.logs[`${namespace}/${name}`];
  const waiting = valueAt(pod, 'status.containerStatuses.state.waiting.reason');
  const previous = ['1', 'true'].includes(query.get('previous') ?? '');
  if (previous && logs?.previous === undefined) {
    return bad(`previous terminated container "${String(container)}" in pod "${name}" not found`);
  }
  if (!previous && logs === undefined && waiting !== undefined) {
    return bad(
      `container "${String(container)}" in pod "${name}" is waiting to start: trying and failing to pull image`,
    );
  }
  const lines = (previous ? logs?.previous : logs?.current) ?? [];
  const tail = query.get('tailLines');
  const shown = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  return { text: shown.map((line) => `${line}\n`).join('') };
}

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) });
  response.end(text);
}

function aggregatedType(body: Readonly<Record<string, unknown>>): Record<string, string> {
  return body['kind'] === 'APIGroupDiscoveryList'
    ? { 'content-type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' }
    : {};
}

function kubeconfigFor(url: string): string {
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'simulated',
      clusters: [{ name: 'simulated', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'simulated', user: { token: TOKEN } }],
      contexts: [{ name: 'simulated', context: { cluster: 'simulated', user: 'simulated' } }],
    },
    undefined,
    2,
  );
}
