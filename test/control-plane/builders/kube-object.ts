import { createHash } from 'node:crypto';

/** A Kubernetes object as the API server would show it: raw API JSON. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly [field: string]: unknown;
}

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly [field: string]: unknown;
}

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
  readonly blockOwnerDeletion: boolean;
}

/** What every builder gives: objects with statuses, owners before what they own. */
export interface Builder {
  objects(): readonly KubeObject[];
  /** The same things without any trouble. */
  healthy(): Builder;
}

/** Only the API server chooses uids; until then an object has one made of its name, so that references meet. */
function uidOf(kind: string, namespace: string, name: string): string {
  const hex = createHash('sha256').update(`${kind}/${namespace}/${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Five to ten characters as Kubernetes appends them to names, always the same for the same seed. */
export function suffixOf(seed: string, length: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const bytes = createHash('sha256').update(seed).digest();
  return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** The form of `metav1.Time`: whole seconds. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The API leaves counts of zero out. */
export function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

export function metadataOf(given: {
  readonly kind: string;
  readonly name: string;
  /** '' for cluster-wide objects. */
  readonly namespace: string;
  readonly createdAtMs: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: KubeObject;
}): KubeMetadata {
  return {
    name: given.name,
    ...(given.namespace !== '' && { namespace: given.namespace }),
    uid: uidOf(given.kind, given.namespace, given.name),
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: timeOf(given.createdAtMs),
    labels: given.labels ?? {},
    annotations: given.annotations ?? {},
    ...(given.owner !== undefined && { ownerReferences: [referenceTo(given.owner)] }),
  };
}

function referenceTo(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** A status condition; `sinceMs` before `nowMs` it became what it is. */
export function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  changedAtMs: number,
  reason = '',
  message = '',
): Record<string, unknown> {
  return {
    type,
    status,
    lastTransitionTime: timeOf(changedAtMs),
    ...(reason !== '' && { reason }),
    ...(message !== '' && { message }),
  };
}
