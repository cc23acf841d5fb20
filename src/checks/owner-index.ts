import type { ObjectMeta, OwnerReference } from '../domain/kubernetes/meta.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { byName } from './lookup.ts';
import { controllerOf, ownershipOf, type KindedMeta, type LastKnownOwner, type Ownership } from './owner.ts';
import { eachInSlices, lazy, type InSlices } from './slices.ts';

const OWNING_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

type NamedOwner = (namespace: string, name: string) => KindedMeta | undefined;

/** Whose any object of the snapshot is. */
export function* createOwnerIndex(
  { objects, custom }: Snapshot,
  lastKnownOwner: LastKnownOwner,
): InSlices<(kind: string, meta: ObjectMeta) => Ownership> {
  const byUid = new Map<string, KindedMeta>();
  const byKind = new Map<string, () => NamedOwner>();
  for (const kind of OWNING_KINDS) {
    const ofKind = objects[kind].map(({ meta }): KindedMeta => ({ kind, meta }));
    yield* eachInSlices(ofKind, (owner) => void byUid.set(owner.meta.uid, owner));
    byKind.set(
      kind,
      lazy(() => byName(ofKind)),
    );
  }
  for (const ofKind of custom.values()) {
    yield* eachInSlices(ofKind, ({ kind, meta }) => void byUid.set(meta.uid, { kind, meta, isCustom: true }));
  }
  const known = new Map<ObjectMeta, Ownership>();

  function find({ kind, name, uid }: OwnerReference, namespace: string): KindedMeta | undefined {
    // The API always gives a uid.
    return uid === '' ? byKind.get(kind)?.()(namespace, name) : byUid.get(uid);
  }

  function follow(kind: string, meta: ObjectMeta): Ownership {
    const before = known.get(meta);
    if (before !== undefined) return before;
    const indexed = meta.owners.length === 0 ? undefined : byUid.get(meta.uid);
    const found = ownershipOf(indexed?.meta === meta ? indexed : { kind, meta }, find, lastKnownOwner);
    known.set(meta, found);
    return found;
  }

  return (kind, meta) => {
    // What a workload of ours belongs to, all its pods belong to: that is followed once.
    const reference = kind === 'Pod' ? controllerOf(meta) : undefined;
    const workload = reference && reference.kind !== 'Node' ? find(reference, meta.namespace) : undefined;
    return workload === undefined || workload.isCustom === true || workload.meta.namespace === ''
      ? follow(kind, meta)
      : follow(workload.kind, workload.meta);
  };
}
