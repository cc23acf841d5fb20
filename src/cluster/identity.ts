import type { Gap, Snapshot } from '../domain/snapshot.ts';
import { parseJson } from './decode.ts';
import { gapOf } from './failure.ts';
import { isRaw } from './projection/fields.ts';
import type { Read, ReadResult } from './read.ts';

/** Which cluster this is. */
export interface ClusterIdentity {
  /** `id` '' = not known, now or ever before; `version` '' likewise. */
  readonly cluster: Snapshot['cluster'];
  /** Why the id could not be read now and is not known from before. */
  readonly gap: Gap | undefined;
}

const SYSTEM_NAMESPACE = 'kube-system';
const SMALL = 65_536;

/**
 * Asks for the UID of `kube-system` (a cluster's identity for as long as it lives) and the server's version.
 * What was once read is kept for when the server is away.
 *
 * @param configured the operator's `cluster_id`, which is believed without asking; the display name is the operator's too
 */
export function createIdentify(
  read: Read,
  configured: () => { readonly id: string | undefined; readonly name: string },
): (signal: AbortSignal) => Promise<ClusterIdentity> {
  const known = { id: '', version: '' };
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}`;
  return async (signal) => {
    const operator = configured();
    const ask = (kind: string, at: string) =>
      read({ kind, path: at, accept: 'application/json', maxBytes: SMALL }, signal);
    const [version, namespace] = await Promise.all([
      ask('Version', '/version'),
      operator.id === undefined ? ask('Namespace', path) : undefined,
    ]);
    known.version = textIn(version, (body) => body['gitVersion']) ?? known.version;
    if (operator.id !== undefined) known.id = operator.id;
    if (namespace !== undefined) {
      known.id =
        textIn(namespace, (body) => (isRaw(body['metadata']) ? body['metadata']['uid'] : undefined)) ?? known.id;
    }
    return {
      cluster: { id: known.id, name: operator.name, version: known.version },
      gap: known.id === '' ? unknownCluster(namespace) : undefined,
    };
  };
}

function unknownCluster(result: ReadResult | undefined): Gap {
  const asked = { verb: 'get', resource: 'namespaces', group: '', namespace: undefined } as const;
  const gap: Gap =
    result !== undefined && 'failure' in result
      ? gapOf('Cluster', asked, result.failure)
      : { resource: 'Cluster', cause: 'malformed', detail: `${SYSTEM_NAMESPACE} has no UID` };
  return { ...gap, detail: `the cluster's identity is unknown: ${gap.detail}; or set cluster_id in config.yaml` };
}

function textIn(result: ReadResult, pick: (body: Readonly<Record<string, unknown>>) => unknown): string | undefined {
  if ('failure' in result) return undefined;
  const body = parseJson(result.answer.body);
  const picked = isRaw(body) ? pick(body) : undefined;
  return typeof picked === 'string' && picked !== '' ? picked : undefined;
}
