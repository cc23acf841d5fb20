import type { ClusterQueries, ServedKind } from '../domain/cluster-queries.ts';
import type { Logger } from '../log.ts';
import { parseJson } from './decode.ts';
import { createFindKind } from './discovery.ts';
import { errorOf, type Asked } from './failure.ts';
import { checkName, checkNamespace, refuseSecrets, withoutPrivateParts } from './forbidden-kinds.ts';
import { resourcePath } from './kinds.ts';
import { isRaw, type Raw } from './projection/fields.ts';
import type { Read, ReadRequest, ReadSettings } from './read.ts';
import { TABLE_ACCEPT, tableOf } from './table.ts';

const JSON_ACCEPT = 'application/json';

/** Small, so that a list that is cut at `maxBytes` has not fetched much more than that. */
const LIST_PAGE = 250;

/** Objects are at most about 1.5 MiB in etcd. */
const MAX_OBJECT_BYTES = 8 * 1024 * 1024;

/** Live questions through the same reader as snapshots; see {@link ClusterQueries} for what they promise. */
export function createQueries(parts: {
  readonly read: Read;
  readonly settings: () => ReadSettings;
  readonly now: () => number;
  readonly readableConfigMaps: () => readonly string[];
  readonly log: Logger;
}): ClusterQueries {
  const findKind = createFindKind(parts);

  async function ask(asked: Asked, request: ReadRequest, signal: AbortSignal): Promise<Buffer> {
    const result = await parts.read(request, signal);
    if ('failure' in result) throw errorOf(asked, result.failure);
    if (!result.answer.cut) return result.answer.body;
    const what = `the answer is larger than ${request.maxBytes} bytes`;
    throw errorOf(asked, { cause: 'truncated', status: undefined, what, noConnection: false });
  }

  async function askJson(asked: Asked, request: ReadRequest, signal: AbortSignal): Promise<Raw> {
    const body = parseJson(await ask(asked, request, signal));
    if (isRaw(body)) return body;
    const what = 'the answer is not a JSON object';
    throw errorOf(asked, { cause: 'malformed', status: undefined, what, noConnection: false });
  }

  return {
    async findKind(name, signal) {
      const kind = await findKind(name, signal);
      if (kind !== undefined) refuseSecrets(kind);
      return kind;
    },

    async get(kind, namespace, name, signal) {
      const path = pathOf(kind, namespace, name);
      const asked = askedOf('get', kind, namespace);
      const request = { kind: kind.kind, path, accept: JSON_ACCEPT, maxBytes: MAX_OBJECT_BYTES };
      return withoutPrivateParts(kind, await askJson(asked, request, signal), parts.readableConfigMaps());
    },

    async list(kind, options, signal) {
      const path = pathOf(kind, options.namespace);
      const asked = askedOf('list', kind, options.namespace);
      const items: Raw[] = [];
      let bytes = 0;
      let token = '';
      do {
        const query = {
          limit: LIST_PAGE,
          continue: token,
          labelSelector: options.labelSelector,
          fieldSelector: options.fieldSelector,
        };
        const request = { kind: kind.kind, path, query, accept: JSON_ACCEPT, maxBytes: parts.settings().maxPageBytes };
        const page = await askJson(asked, request, signal);
        for (const item of rawsOf(page['items'])) {
          const clean = withoutPrivateParts(kind, typed(kind, item), parts.readableConfigMaps());
          bytes += Buffer.byteLength(JSON.stringify(clean));
          if (bytes > options.maxBytes) return { items, truncated: true };
          items.push(clean);
        }
        const next = continueTokenOf(page);
        // A server that sends the same page again and again must not hold an agent.
        if (next === token) break;
        token = next;
      } while (token !== '');
      return { items, truncated: false };
    },

    async table(kind, options, signal) {
      const path = pathOf(kind, options.namespace, options.name);
      const single = options.name !== undefined;
      const asked = askedOf(single ? 'get' : 'list', kind, options.namespace);
      const selection = {
        limit: options.maxRows,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
      };
      const request = {
        kind: kind.kind,
        path,
        ...(!single && { query: selection }),
        accept: TABLE_ACCEPT,
        maxBytes: parts.settings().maxPageBytes,
      };
      const body = await askJson(asked, request, signal);
      return tableOf(body, {
        withNamespaces: kind.namespaced && options.namespace === '',
        maxRows: options.maxRows,
        more: continueTokenOf(body) !== '',
      });
    },

    async logs(pod, options, signal) {
      const kind = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
      if (pod.container !== undefined) checkName(pod.container);
      const asked: Asked = { verb: 'get', resource: 'pods/log', group: '', namespace: pod.namespace };
      const request = {
        kind: 'PodLog',
        path: `${pathOf(kind, pod.namespace, pod.name)}/log`,
        query: {
          container: pod.container,
          previous: options.previous ? 'true' : undefined,
          tailLines: options.tailLines,
          sinceSeconds: options.sinceSeconds,
          limitBytes: options.maxBytes,
        },
        accept: '*/*',
        // A kubelet behind a proxy may not keep to `limitBytes`.
        maxBytes: options.maxBytes,
        ...(options.tries !== undefined && { maxAttempts: options.tries }),
      };
      const result = await parts.read(request, signal);
      if ('failure' in result) throw errorOf(asked, result.failure);
      return result.answer.body.toString('utf8');
    },
  };
}

/** The only place where a caller's words become a URL. */
function pathOf(kind: ServedKind, namespace: string, name?: string): string {
  refuseSecrets(kind);
  if (namespace !== '') checkNamespace(namespace);
  if (name !== undefined) checkName(name);
  const path = resourcePath(kind, kind.namespaced && namespace !== '' ? namespace : undefined);
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

function askedOf(verb: Asked['verb'], kind: ServedKind, namespace: string): Asked {
  const scoped = kind.namespaced && namespace !== '';
  return { verb, resource: kind.resource, group: kind.group, namespace: scoped ? namespace : undefined };
}

/** Items of built-in lists do not say what they are. */
function typed(kind: ServedKind, item: Raw): Raw {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return { apiVersion, kind: kind.kind, ...item };
}

function rawsOf(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

function continueTokenOf(body: Raw): string {
  const token = isRaw(body['metadata']) ? body['metadata']['continue'] : undefined;
  return typeof token === 'string' ? token : '';
}
