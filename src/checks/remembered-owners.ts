import type { Finding } from '../domain/finding.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { Owner } from '../domain/object-ref.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import { byName, ensure } from './lookup.ts';
import { controllerOf, type LastKnownOwner } from './owner.ts';
import { inOnePiece } from './slices.ts';

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
  // Hundreds of findings are about pods, of which there are tens of thousands.
  const byKind = new Map<string, ReturnType<typeof namedOf>>();
  for (const { object, owner } of findings) {
    const named = ensure(byKind, object.kind, () => namedOf(snapshot, object.kind));
    const meta = named(object.namespace, object.name)?.meta;
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

/** Of namesakes, which two custom resources of one kind may be, the first. */
function namedOf(snapshot: Snapshot, kind: string) {
  const isKnown = (candidate: string): candidate is KindName => Object.hasOwn(snapshot.objects, candidate);
  const ofKind: readonly { readonly meta: ObjectMeta }[] = isKnown(kind)
    ? snapshot.objects[kind]
    : [...snapshot.custom.values()].flat().filter((object) => object.kind === kind);
  return inOnePiece(byName(ofKind.toReversed()));
}
