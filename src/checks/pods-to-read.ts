import type { Node } from '../domain/kubernetes/cluster.ts';
import type { ServiceTarget } from '../domain/kubernetes/extension.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../domain/kubernetes/workload.ts';
import { gapFor, type KindName, type Snapshot } from '../domain/snapshot.ts';
import { controllerOf } from './owner.ts';
import { condition } from './pod-state.ts';

/** A snapshot whose pods are not read yet. */
type WithoutPods = Pick<Snapshot, 'objects' | 'gaps' | 'read'>;

/** Namespaces in which something may be told of pods; `all` where that cannot be narrowed down. */
export type PodsToRead = ReadonlySet<string> | 'all';

/** What the narrowing rests on: without one of them, nobody can tell where all is well. */
const WITNESSES: readonly KindName[] = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'Service',
  'EndpointSlice',
  'PersistentVolumeClaim',
  'Node',
  'Event',
];

const RECENT_MS = 15 * 60_000;

/**
 * Where a patrol has to look at pods: wherever an incident is open, a Job runs or failed, a claim waits, a warning event is fresh, or pods have nobody
 * who would say that they are well; and everywhere, as soon as a workload, a Service or a node elsewhere is not whole.
 *
 * Pods are most of what there is to read, and where every workload says that it is whole they only say it again.
 *
 * @param loose namespaces that had pods without such a workload when all pods were last read; `undefined` = they never were
 * @param open namespaces that have open incidents; '' among them stands for the cluster
 */
export function podsToRead(
  snapshot: WithoutPods,
  {
    nowMs,
    loose,
    open,
  }: { readonly nowMs: number; readonly loose: ReadonlySet<string> | undefined; readonly open: ReadonlySet<string> },
): PodsToRead {
  const { objects } = snapshot;
  if (loose === undefined || open.has('') || !objects.Node.every(isNodeWhole)) return 'all';
  const gaps = WITNESSES.map((kind) => (snapshot.read.includes(kind) ? gapFor(snapshot, kind) : 'not read'));
  if (gaps.some((gap) => gap !== undefined)) return 'all';
  const sick = namespacesOf([
    ...objects.Deployment.filter((deployment) => !isDeploymentWhole(deployment)),
    ...objects.ReplicaSet.filter((set) => !isReplicaSetWhole(set)),
    ...objects.StatefulSet.filter((set) => !isStatefulSetWhole(set)),
    ...objects.DaemonSet.filter((set) => !isDaemonSetWhole(set)),
    ...servicesWithoutEndpoints(objects),
  ]);
  // New trouble is judged with all that there is to know, so that a node or a volume is found to be the cause of it.
  if (sick.some((namespace) => !open.has(namespace)) || !hasCalledServices(objects)) return 'all';
  const busy = namespacesOf([
    ...objects.Job.filter(({ conditions }) => condition(conditions, 'Complete')?.status !== 'True'),
    ...objects.PersistentVolumeClaim.filter(({ phase, conditions }) => phase !== 'Bound' || conditions.length > 0),
  ]);
  const leaving = objects.Namespace.filter(({ phase }) => phase === 'Terminating').map(({ meta }) => meta.name);
  const warned = objects.Event.filter(({ type, lastAtMs }) => type === 'Warning' && nowMs - lastAtMs < RECENT_MS).map(
    ({ involved }) => involved.namespace,
  );
  return new Set([...loose, ...open, ...busy, ...leaving, ...warned].filter((namespace) => namespace !== ''));
}

const SPEAKING_OWNERS = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** Namespaces with pods of which no workload's status speaks: bare and static ones, those of Jobs and of other people's controllers. */
export function namespacesOfLoosePods(objects: Snapshot['objects']): ReadonlySet<string> {
  const namespaces = new Set<string>();
  for (const { meta } of objects.Pod) {
    if (!SPEAKING_OWNERS.includes(controllerOf(meta)?.kind ?? '')) namespaces.add(meta.namespace);
  }
  return namespaces;
}

const NODE_TROUBLE = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

function isNodeWhole({ conditions }: Node): boolean {
  return (
    condition(conditions, 'Ready')?.status === 'True' &&
    !conditions.some(({ type, status }) => NODE_TROUBLE.includes(type) && status !== 'False')
  );
}

function isDeploymentWhole({
  replicas,
  readyReplicas,
  updatedReplicas,
  statusReplicas,
  ...deployment
}: Deployment): boolean {
  return isSeen(deployment) && [readyReplicas, updatedReplicas, statusReplicas].every((count) => count === replicas);
}

function isReplicaSetWhole({ replicas, statusReplicas, readyReplicas, ...set }: ReplicaSet): boolean {
  return isSeen(set) && statusReplicas === replicas && readyReplicas === replicas;
}

function isStatefulSetWhole({
  replicas,
  readyReplicas,
  updatedReplicas,
  statusReplicas,
  ...set
}: StatefulSet): boolean {
  return isSeen(set) && [readyReplicas, updatedReplicas, statusReplicas].every((count) => count === replicas);
}

function isDaemonSetWhole(set: DaemonSet): boolean {
  const { desiredNumberScheduled: wanted, numberReady, updatedNumberScheduled, numberMisscheduled } = set;
  return isSeen(set) && numberReady === wanted && updatedNumberScheduled === wanted && numberMisscheduled === 0;
}

function isSeen({
  meta,
  observedGeneration,
}: {
  readonly meta: ObjectMeta;
  readonly observedGeneration: number;
}): boolean {
  return observedGeneration >= meta.generation && meta.deletedAtMs === undefined;
}

/** Also those whose endpoints lack one of its ports, which happens where no pod knows the port's name. */
function servicesWithoutEndpoints({
  Service,
  EndpointSlice,
}: Snapshot['objects']): readonly (typeof Service)[number][] {
  const ports = new Map<string, number>();
  for (const { meta, serviceName, endpoints, ports: served } of EndpointSlice) {
    if (!endpoints.some(({ ready }) => ready !== false)) continue;
    const key = `${meta.namespace}/${serviceName}`;
    ports.set(key, Math.max(ports.get(key) ?? 0, served.length));
  }
  return Service.filter(
    ({ meta, selector, type, ports: wanted }) =>
      type !== 'ExternalName' &&
      Object.keys(selector).length > 0 &&
      (ports.get(`${meta.namespace}/${meta.name}`) ?? -1) < wanted.length,
  );
}

/** Whether every Service that the API server calls for admission and conversion is there. */
function hasCalledServices(objects: Snapshot['objects']): boolean {
  const called = [
    ...[...objects.ValidatingWebhookConfiguration, ...objects.MutatingWebhookConfiguration].flatMap(({ webhooks }) =>
      webhooks.map(({ service }) => service),
    ),
    ...objects.CustomResourceDefinition.map(({ conversionService }) => conversionService),
  ].filter((target): target is ServiceTarget => target !== undefined);
  if (called.length === 0) return true;
  const present = new Set(objects.Service.map(({ meta }) => `${meta.namespace}/${meta.name}`));
  return called.every(({ namespace, name }) => present.has(`${namespace}/${name}`));
}

function namespacesOf(objects: readonly { readonly meta: ObjectMeta }[]): readonly string[] {
  return [...new Set(objects.map(({ meta }) => meta.namespace))];
}
