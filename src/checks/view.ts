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
import { createEventIndex } from './event-index.ts';
import { byName, ensure, grouped, groupedByEach } from './lookup.ts';
import { createOwnerIndex } from './owner-index.ts';
import { controllerOf, type KindedMeta, type LastKnownOwner, type Ownership } from './owner.ts';
import { isAtRest } from './pod-state.ts';
import { isInScope } from './scope.ts';
import { createServiceIndex } from './service-index.ts';
import { eachInSlices, lazy, type InSlices } from './slices.ts';

/** Something that makes pods from a template. */
export interface Workload extends KindedMeta {
  readonly template: PodTemplate;
  /** How many pods it wants; `undefined` for those that run on occasion (Job, CronJob). */
  readonly wanted: number | undefined;
}

/** The tier that the SREs' text gives to the service an object belongs to. */
export type TierOf = (subject: Pick<Finding, 'object' | 'owner' | 'labels' | 'serviceNames'>) => Tier | undefined;

/**
 * A snapshot with the questions that checks ask of it. Each index is built once a cycle, in linear time: when first asked for, in one piece, or before, by
 * `prepare`.
 */
export interface View {
  /** Builds in slices what nearly every cycle asks for. */
  prepare(): InSlices<void>;
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
  /** All but those at rest: what is wrong with a pod of itself is wrong with one of these. In the order of the snapshot. */
  readonly restlessPods: readonly Pod[];
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
  const replicaSetsByController = lazy(() => grouped(objects.ReplicaSet, controllerUid));
  const jobsByController = lazy(() => grouped(objects.Job, controllerUid));
  const podsByController = lazy(() => grouped(objects.Pod, controllerUid));
  const restlessPods = lazy(function* () {
    const found: Pod[] = [];
    yield* eachInSlices(objects.Pod, (pod) => {
      if (!isAtRest(pod)) found.push(pod);
    });
    return found;
  });
  const podsByOwner = lazy(function* () {
    const byKey = new Map<string, Pod[]>();
    // Pods of one controller share one ownership, so that its key is made once.
    const byOwnership = new Map<Ownership, Pod[]>();
    yield* eachInSlices(objects.Pod, (pod) => {
      const found = ownerships()('Pod', pod.meta);
      const group = ensure(byOwnership, found, () => ensure(byKey, ownerKey(found.top), () => []));
      group.push(pod);
    });
    return byKey;
  });
  const podsByNode = lazy(() => grouped(objects.Pod, ({ nodeName }) => nodeName));
  const podsByNamespace = lazy(() => grouped(objects.Pod, ({ meta }) => meta.namespace));
  const workloads = lazy(() => workloadsIn(objects));
  const workloadsByNamespace = lazy(() => grouped(workloads(), ({ meta }) => meta.namespace));
  const podsByClaim = lazy(() =>
    groupedByEach(objects.Pod, (pod) => pod.claimNames.map((claim) => nameKey(pod.meta.namespace, claim))),
  );
  const eventsAbout = lazy(() => createEventIndex(objects.Event));
  const slices = lazy(() =>
    grouped(objects.EndpointSlice, (slice) => nameKey(slice.meta.namespace, slice.serviceName)),
  );
  const services = lazy(() => createServiceIndex(objects.Service));
  const podsByService = lazy(() => groupedByEach(objects.Pod, ({ meta }) => services()(meta.namespace, meta.labels)));
  const workloadsByService = lazy(() =>
    groupedByEach(workloads(), ({ meta, template }) => services()(meta.namespace, template.labels)),
  );
  const ownerships = lazy(() => createOwnerIndex(snapshot, lastKnownOwner));

  return {
    *prepare() {
      for (const index of [restlessPods, services, podsByService, podsByNode, slices]) yield* index.inSlices();
      if (restlessPods().length === 0) return;
      for (const index of [ownerships, podsByOwner, eventsAbout]) yield* index.inSlices();
    },
    nowMs,
    clusterVersion: snapshot.cluster.version,
    objects,
    isComplete: (kind, namespace) =>
      (kind !== 'Pod' || (snapshot.podNamespaces?.has(namespace) ?? true)) &&
      snapshot.read.includes(kind) &&
      isInScope(namespace, snapshot) &&
      gapFor(snapshot, kind, namespace === '' ? undefined : namespace) === undefined,
    customResources: (name) => snapshot.custom.get(name) ?? [],
    ownership: (kind, meta) => ownerships()(kind, meta),
    tierOf,
    node: (name) => nodes()('', name),
    storageClass: (name) => storageClasses()('', name),
    deployment: (namespace, name) => deployments()(namespace, name),
    statefulSet: (namespace, name) => statefulSets()(namespace, name),
    daemonSet: (namespace, name) => daemonSets()(namespace, name),
    replicaSet: (namespace, name) => replicaSets()(namespace, name),
    cronJob: (namespace, name) => cronJobs()(namespace, name),
    replicaSetsOf: (uid) => replicaSetsByController().get(uid) ?? [],
    jobsOf: (uid) => jobsByController().get(uid) ?? [],
    podsOf: (uid) => podsByController().get(uid) ?? [],
    podsOwnedBy: (owner) => podsByOwner().get(ownerKey(owner)) ?? [],
    podsOn: (nodeName) => podsByNode().get(nodeName) ?? [],
    podsClaiming: (namespace, claimName) => podsByClaim().get(nameKey(namespace, claimName)) ?? [],
    service: (namespace, name) => servicesByName()(namespace, name),
    pod: (namespace, name) => pods()(namespace, name),
    get restlessPods() {
      return restlessPods();
    },
    podsIn: (namespace) => podsByNamespace().get(namespace) ?? [],
    workloadsIn: (namespace) => workloadsByNamespace().get(namespace) ?? [],
    eventsAbout: (meta, kind) => eventsAbout()(meta, kind),
    slicesOf: (service) => slices().get(keyOf(service)) ?? [],
    servicesSelecting: (namespace, labels) => services()(namespace, labels),
    podsSelectedBy: (service) => podsByService().get(service) ?? [],
    workloadsSelectedBy: (service) => workloadsByService().get(service) ?? [],
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

function controllerUid({ meta }: { readonly meta: ObjectMeta }): string {
  return controllerOf(meta)?.uid ?? '';
}

function* workloadsIn(objects: ObjectsByKind): InSlices<readonly Workload[]> {
  const found: Workload[] = [];
  yield* eachInSlices(objects.Deployment, ({ meta, template, replicas }) => {
    found.push({ kind: 'Deployment', meta, template, wanted: replicas });
  });
  yield* eachInSlices(objects.StatefulSet, ({ meta, template, replicas }) => {
    found.push({ kind: 'StatefulSet', meta, template, wanted: replicas });
  });
  yield* eachInSlices(objects.DaemonSet, ({ meta, template, desiredNumberScheduled }) => {
    found.push({ kind: 'DaemonSet', meta, template, wanted: desiredNumberScheduled });
  });
  yield* eachInSlices(objects.ReplicaSet, ({ meta, template, replicas }) => {
    // A Deployment speaks for its ReplicaSets, of which all but one are scaled to zero.
    if (controllerOf(meta)?.kind !== 'Deployment') found.push({ kind: 'ReplicaSet', meta, template, wanted: replicas });
  });
  yield* eachInSlices(objects.Job, ({ meta, template }) => {
    found.push({ kind: 'Job', meta, template, wanted: undefined });
  });
  yield* eachInSlices(objects.CronJob, ({ meta, template }) => {
    found.push({ kind: 'CronJob', meta, template, wanted: undefined });
  });
  return found;
}
