import type { Event } from '../domain/kubernetes/cluster.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import { grouped } from './lookup.ts';
import { eachInSlices, type InSlices } from './slices.ts';

/** @returns events about an object, newest first */
export type EventsAbout = (meta: ObjectMeta, kind: string) => readonly Event[];

export function* createEventIndex(events: readonly Event[]): InSlices<EventsAbout> {
  const byObject = new Map<string, readonly Event[]>();
  const groups = yield* grouped(events, ({ involved }) => keyOf(involved.kind, involved.namespace, involved.name));
  yield* eachInSlices([...groups], ([key, group]) => {
    byObject.set(key, group.length === 1 ? group : group.toSorted((left, right) => right.lastAtMs - left.lastAtMs));
  });
  // Most objects have no event: this says so without the price of a key.
  const names = new Set(events.map(({ involved }) => involved.name));

  return (meta, kind) => {
    const { namespace, name } = meta;
    if (!names.has(name)) return [];
    // Events about cluster-wide objects live in `default`, and some writers name it as the object's namespace.
    const ofDefault = () => (namespace === '' ? byObject.get(keyOf(kind, 'default', name)) : undefined);
    const found = byObject.get(keyOf(kind, namespace, name)) ?? ofDefault() ?? [];
    return found.filter(({ involved }) => isSameObject(involved.uid, meta));
  };
}

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** A deleted namesake's events do not count. The kubelet names a node by its name and a static pod by its manifest's hash instead of the uid. */
function isSameObject(involvedUid: string, meta: ObjectMeta): boolean {
  return (
    involvedUid === '' ||
    involvedUid === meta.uid ||
    involvedUid === meta.name ||
    involvedUid === meta.annotations['kubernetes.io/config.mirror']
  );
}
