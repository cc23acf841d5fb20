import type { CustomResource, CustomResourceName } from '../domain/custom-resource.ts';
import type { Event, Node } from '../domain/kubernetes/cluster.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { EndpointSlice, Service } from '../domain/kubernetes/network.ts';
import type { Pod } from '../domain/kubernetes/pod.ts';
import type { StorageClass } from '../domain/kubernetes/storage.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodTemplate,
  ReplicaSet,
  StatefulSet,
} from '../domain/kubernetes/workload.ts';
import type { Finding } from '../domain/finding.ts';
import type { Owner } from '../domain/object-ref.ts';
import type { Tier } from '../domain/severity.ts';
import { gapFor, type ObjectsByKind, type ReadName, type Snapshot } from '../domain/snapshot.ts';
import { controllerOf, ownershipOf, type KindedMeta, type LastKnownOwner, type Ownership } from './owner.ts';
import { isInScope } from './scope.ts';
import { createServiceIndex } from './service-index.ts';

/** Something that makes pods from a template. */
export interface Workload extends KindedMeta {
  readonly template: PodTemplate;
  /** How many pods it wants; `undefined` for those that run on occasion (Job, CronJob). */
  readonly wanted: number | undefined;
}

/** The tier that the SREs' text gives to the service an object belongs to. */
export type TierOf = (subject: Pick<Finding, 'object' | 'owner' | 'labels' | 'serviceNames'>) => Tier | undefined;

/** A snapshot with the questions that checks ask of it. Each index is built once a cycle, when first asked for, in linear time. */
export interface View {
  readonly nowMs: number;
  /** The API server's, such as `v1.36.3`. */
  readonly clusterVersion: string;
  readonly objects: ObjectsByKind;
  /** Whether all objects of this kind in this namespace ('' = cluster-wide) were read: only then does absence mean anything. */
  isComplete(kind: ReadName, namespace: string): boolean;
  /** Those of one kind; none where it is not served or was not read. */
  customResources(name: CustomResourceName): readonly CustomResource[];
  ownership(kind: string, meta: ObjectMeta): Ownership;
  readonly tierOf: TierOf;
  node(name: string): Node | undefined;
  storageClass(name: string): StorageClass | undefined;
  deployment(namespace: string, name: string): Deployment | undefined;
  statefulSet(namespace: string, name: string): StatefulSet | undefined;
  daemonSet(namespace: string, name: string): DaemonSet | undefined;
  replicaSet(namespace: string, name: string): ReplicaSet | undefined;
  cronJob(namespace: string, name: string): CronJob | undefined;
  /** ReplicaSets controlled by the object with this uid. */
  replicaSetsOf(uid: string): readonly ReplicaSet[];
  /** Jobs controlled by the CronJob with this uid. */
  jobsOf(uid: string): readonly Job[];
  /** Pods whose controller has this uid. */
  podsOf(uid: string): readonly Pod[];
  podsOwnedBy(owner: Owner): readonly Pod[];
  podsOn(nodeName: string): readonly Pod[];
  podsClaiming(namespace: string, claimName: string): readonly Pod[];
  pod(namespace: string, name: string): Pod | undefined;
  podsIn(namespace: string): readonly Pod[];
  /** Everything in the namespace that makes pods from a template, also that which makes none now. */
  workloadsIn(namespace: string): readonly Workload[];
  service(namespace: string, name: string): Service | undefined;
  /** Newest first. */
  eventsAbout(meta: ObjectMeta, kind: string): readonly Event[];
  slicesOf(service: Service): readonly EndpointSlice[];
  servicesSelecting(namespace: string, labels: Readonly<Record<string, string>>): readonly Service[];
  podsSelectedBy(service: Service): readonly Pod[];
  workloadsSelectedBy(service: Service): readonly Workload[];
}

export function createView(
  snapshot: Snapshot,
  {
    nowMs,
    lastKnownOwner,
    tierOf = () => undefined,
  }: { readonly nowMs: number; readonly lastKnownOwner: LastKnownOwner; readonly tierOf?: TierOf },
): View {
  const { objects } = snapshot;
  const nodes = lazy(() => byName(objects.Node));
  const storageClasses = lazy(() => byName(objects.StorageClass));
  const deployments = lazy(() => byName(objects.Deployment));
  const statefulSets = lazy(() => byName(objects.StatefulSet));
  const daemonSets = lazy(() => byName(objects.DaemonSet));
  const replicaSets = lazy(() => byName(objects.ReplicaSet));
  const cronJobs = lazy(() => byName(objects.CronJob));
  const pods = lazy(() => byName(objects.Pod));
  const servicesByName = lazy(() => byName(objects.Service));
  const replicaSetsByController = lazy(() => grouped(objects.ReplicaSet, (set) => [controllerUid(set.meta)]));
  const jobsByController = lazy(() => grouped(objects.Job, (job) => [controllerUid(job.meta)]));
  const podsByController = lazy(() => grouped(objects.Pod, (pod) => [controllerUid(pod.meta)]));
  const podsByOwner = lazy(() => grouped(objects.Pod, (pod) => [ownerKey(ownership('Pod', pod.meta).top)]));
  const podsByNode = lazy(() => grouped(objects.Pod, (pod) => [pod.nodeName]));
  const podsByNamespace = lazy(() => grouped(objects.Pod, (pod) => [pod.meta.namespace]));
  const workloads = lazy(() => workloadsIn(objects));
  const workloadsByNamespace = lazy(() => grouped(workloads(), ({ meta }) => [meta.namespace]));
  const podsByClaim = lazy(() =>
    grouped(objects.Pod, (pod) => pod.claimNames.map((claim) => nameKey(pod.meta.namespace, claim))),
  );
  const events = lazy(() => {
    const newestFirst = objects.Event.toSorted((left, right) => right.lastAtMs - left.lastAtMs);
    return grouped(newestFirst, ({ involved }) => [`${involved.kind} ${nameKey(involved.namespace, involved.name)}`]);
  });
  // Most objects have no event: this says so without the price of a key.
  const namesWithEvents = lazy(() => new Set(objects.Event.map(({ involved }) => involved.name)));
  const slices = lazy(() =>
    grouped(objects.EndpointSlice, (slice) => [nameKey(slice.meta.namespace, slice.serviceName)]),
  );
  const services = lazy(() => createServiceIndex(objects.Service));
  const podsByService = lazy(() =>
    grouped(objects.Pod, (pod) => services()(pod.meta.namespace, pod.meta.labels).map(keyOf)),
  );
  const workloadsByService = lazy(() =>
    grouped(workloads(), ({ meta, template }) => services()(meta.namespace, template.labels).map(keyOf)),
  );
  const owners = lazy(() => ownersIn(snapshot));
  const ownerships = new Map<ObjectMeta, Ownership>();

  function ownership(kind: string, meta: ObjectMeta): Ownership {
    const known = ownerships.get(meta);
    if (known !== undefined) return known;
    const indexed = meta.owners.length === 0 ? undefined : owners().byUid.get(meta.uid);
    const found = ownershipOf(
      indexed?.meta === meta ? indexed : { kind, meta },
      (reference, namespace) => {
        const { byUid, byKindAndName } = owners();
        if (reference.uid !== '') return byUid.get(reference.uid);
        return byKindAndName.get(`${reference.kind} ${nameKey(namespace, reference.name)}`);
      },
      lastKnownOwner,
    );
    ownerships.set(meta, found);
    return found;
  }

  return {
    nowMs,
    clusterVersion: snapshot.cluster.version,
    objects,
    isComplete: (kind, namespace) =>
      (kind !== 'Pod' || (snapshot.podNamespaces?.has(namespace) ?? true)) &&
      snapshot.read.includes(kind) &&
      isInScope(namespace, snapshot) &&
      gapFor(snapshot, kind, namespace === '' ? undefined : namespace) === undefined,
    customResources: (name) => snapshot.custom.get(name) ?? [],
    ownership,
    tierOf,
    node: (name) => nodes().get(nameKey('', name)),
    storageClass: (name) => storageClasses().get(nameKey('', name)),
    deployment: (namespace, name) => deployments().get(nameKey(namespace, name)),
    statefulSet: (namespace, name) => statefulSets().get(nameKey(namespace, name)),
    daemonSet: (namespace, name) => daemonSets().get(nameKey(namespace, name)),
    replicaSet: (namespace, name) => replicaSets().get(nameKey(namespace, name)),
    cronJob: (namespace, name) => cronJobs().get(nameKey(namespace, name)),
    replicaSetsOf: (uid) => replicaSetsByController().get(uid) ?? [],
    jobsOf: (uid) => jobsByController().get(uid) ?? [],
    podsOf: (uid) => podsByController().get(uid) ?? [],
    podsOwnedBy: (owner) => podsByOwner().get(ownerKey(owner)) ?? [],
    podsOn: (nodeName) => podsByNode().get(nodeName) ?? [],
    podsClaiming: (namespace, claimName) => podsByClaim().get(nameKey(namespace, claimName)) ?? [],
    service: (namespace, name) => servicesByName().get(nameKey(namespace, name)),
    pod: (namespace, name) => pods().get(nameKey(namespace, name)),
    podsIn: (namespace) => podsByNamespace().get(namespace) ?? [],
    workloadsIn: (namespace) => workloadsByNamespace().get(namespace) ?? [],
    eventsAbout: (meta, kind) => {
      if (!namesWithEvents().has(meta.name)) return [];
      return (
        events().get(`${kind} ${nameKey(meta.namespace, meta.name)}`) ?? eventsAboutNode(events(), meta, kind)
      ).filter(({ involved }) => isSameObject(involved.uid, meta));
    },
    slicesOf: (service) => slices().get(keyOf(service)) ?? [],
    servicesSelecting: (namespace, labels) => services()(namespace, labels),
    podsSelectedBy: (service) => podsByService().get(keyOf(service)) ?? [],
    workloadsSelectedBy: (service) => workloadsByService().get(keyOf(service)) ?? [],
  };
}

/** One text for one owner, for maps and comparisons. */
export function ownerKey({ kind, namespace, name }: Owner): string {
  return `${kind} ${nameKey(namespace, name)}`;
}

function nameKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function keyOf({ meta }: { readonly meta: ObjectMeta }): string {
  return nameKey(meta.namespace, meta.name);
}

function controllerUid(meta: ObjectMeta): string {
  return controllerOf(meta)?.uid ?? '';
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

/** Events about cluster-wide objects live in `default`, and some writers name it as the object's namespace. */
function eventsAboutNode(
  events: ReadonlyMap<string, readonly Event[]>,
  meta: ObjectMeta,
  kind: string,
): readonly Event[] {
  return meta.namespace === '' ? (events.get(`${kind} ${nameKey('default', meta.name)}`) ?? []) : [];
}

function lazy<T>(build: () => T): () => T {
  let built: { readonly value: T } | undefined;
  return () => (built ??= { value: build() }).value;
}

function byName<T extends { readonly meta: ObjectMeta }>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

/** An object with the key '' belongs to no group. */
function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      if (key === '') continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}

const OWNING_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

function ownersIn({ objects, custom }: Snapshot) {
  const byUid = new Map<string, KindedMeta>();
  const byKindAndName = new Map<string, KindedMeta>();
  for (const kind of OWNING_KINDS) {
    for (const { meta } of objects[kind]) {
      byUid.set(meta.uid, { kind, meta });
      byKindAndName.set(`${kind} ${keyOf({ meta })}`, { kind, meta });
    }
  }
  for (const { kind, meta } of [...custom.values()].flat()) byUid.set(meta.uid, { kind, meta, isCustom: true });
  return { byUid, byKindAndName };
}

function workloadsIn(objects: ObjectsByKind): readonly Workload[] {
  return [
    ...objects.Deployment.map(({ meta, template, replicas }) => ({
      kind: 'Deployment',
      meta,
      template,
      wanted: replicas,
    })),
    ...objects.StatefulSet.map(({ meta, template, replicas }) => ({
      kind: 'StatefulSet',
      meta,
      template,
      wanted: replicas,
    })),
    ...objects.DaemonSet.map(({ meta, template, desiredNumberScheduled }) => ({
      kind: 'DaemonSet',
      meta,
      template,
      wanted: desiredNumberScheduled,
    })),
    // A Deployment speaks for its ReplicaSets, of which all but one are scaled to zero.
    ...objects.ReplicaSet.filter(({ meta }) => controllerOf(meta)?.kind !== 'Deployment').map(
      ({ meta, template, replicas }) => ({ kind: 'ReplicaSet', meta, template, wanted: replicas }),
    ),
    ...objects.Job.map(({ meta, template }) => ({ kind: 'Job', meta, template, wanted: undefined })),
    ...objects.CronJob.map(({ meta, template }) => ({ kind: 'CronJob', meta, template, wanted: undefined })),
  ];
}
