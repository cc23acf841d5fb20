import type { Finding } from '../domain/finding.ts';
import type { Owner } from '../domain/object-ref.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import { controllerOf, type LastKnownOwner } from './owner.ts';

export interface RememberedOwner {
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly owner: Owner;
}

/**
 * What to remember for a cycle that cannot read it: whose problem the controllers of broken objects are.
 *
 * Without it the same crash would have another identity, and so another message, once ReplicaSets or Jobs cannot be listed.
 */
export function ownersToRemember(snapshot: Snapshot, findings: readonly Finding[]): readonly RememberedOwner[] {
  const remembered = new Map<string, RememberedOwner>();
  for (const { object, owner } of findings) {
    const meta = metaOf(snapshot, object.kind, object.namespace, object.name);
    const reference = meta === undefined ? undefined : controllerOf(meta);
    if (reference === undefined || (reference.kind === owner.kind && reference.name === owner.name)) continue;
    const controller = { kind: reference.kind, namespace: object.namespace, name: reference.name };
    remembered.set(`${controller.kind} ${controller.namespace}/${controller.name}`, { object: controller, owner });
  }
  return [...remembered.values()];
}

/** @param known by `kind/namespace/name` */
export function lastKnownOwnerIn(known: ReadonlyMap<string, Owner>): LastKnownOwner {
  return ({ kind, namespace, name }) => known.get(`${kind}/${namespace}/${name}`);
}

function metaOf(snapshot: Snapshot, kind: string, namespace: string, name: string) {
  const isKnown = (candidate: string): candidate is KindName => Object.hasOwn(snapshot.objects, candidate);
  const ofKind = isKnown(kind)
    ? snapshot.objects[kind]
    : [...snapshot.custom.values()].flat().filter((object) => object.kind === kind);
  return ofKind.find(({ meta }) => meta.name === name && meta.namespace === namespace)?.meta;
}
