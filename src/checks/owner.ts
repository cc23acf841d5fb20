import type { ObjectMeta, OwnerReference } from '../domain/kubernetes/meta.ts';
import type { ObjectRef, Owner } from '../domain/object-ref.ts';

/** The last top owner that is known for an object which cannot be read now; the database remembers it. */
export type LastKnownOwner = (object: ObjectRef) => Owner | undefined;

export interface KindedMeta {
  readonly kind: string;
  readonly meta: ObjectMeta;
  readonly isCustom?: boolean;
}

export interface Ownership {
  /** Whose problem it is. */
  readonly top: Owner;
  /**
   * The topmost object on the way up that could be read; the object itself when none of its owners could. Of an object of ours
   * that a custom resource owns, the topmost of ours: replicas are counted there.
   */
  readonly nearest: KindedMeta;
}

/** Longer chains do not exist; a longer one is a cycle. */
const MAX_DEPTH = 8;

/** The object's controller, or its first owner where none claims control. */
export function controllerOf(meta: ObjectMeta): OwnerReference | undefined {
  return meta.owners.find((owner) => owner.controller) ?? meta.owners[0];
}

/**
 * Follows owner references upwards.
 *
 * An owner that is not in the snapshot is, in this order: the last owner known; for ReplicaSet NAME-HASH of an object
 * labelled `pod-template-hash: HASH` the Deployment NAME; the owner reference as it stands. A Node owns nothing: static pods own themselves.
 */
export function ownershipOf(
  object: KindedMeta,
  find: (reference: OwnerReference, namespace: string) => KindedMeta | undefined,
  lastKnownOwner: LastKnownOwner,
): Ownership {
  let nearest = object;
  let above = object;
  let { namespace } = object.meta;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const reference = controllerOf(above.meta);
    if (reference === undefined || reference.kind === 'Node') break;
    const owner = find(reference, above.meta.namespace);
    if (owner === undefined) {
      return { top: unreadOwner(reference, { labels: above.meta.labels, namespace }, lastKnownOwner), nearest };
    }
    above = owner;
    // As it would be named if it could not be read: identities must not depend on that.
    if (owner.meta.namespace !== '') ({ namespace } = owner.meta);
    if (owner.isCustom !== true || nearest.isCustom === true) nearest = owner;
  }
  return { top: { kind: above.kind, namespace, name: above.meta.name }, nearest };
}

function unreadOwner(
  reference: OwnerReference,
  owned: Pick<ObjectMeta, 'labels' | 'namespace'>,
  lastKnownOwner: LastKnownOwner,
): Owner {
  const { apiVersion, kind, name } = reference;
  const { namespace } = owned;
  const known = lastKnownOwner({ apiVersion, kind, namespace, name });
  if (known !== undefined) return known;
  const suffix = `-${owned.labels['pod-template-hash'] ?? ''}`;
  if (kind === 'ReplicaSet' && suffix.length > 1 && name.endsWith(suffix) && name.length > suffix.length) {
    return { kind: 'Deployment', namespace, name: name.slice(0, -suffix.length) };
  }
  return { kind, namespace, name };
}
