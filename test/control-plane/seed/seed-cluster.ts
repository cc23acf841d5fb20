import pLimit from 'p-limit';
import { aDeployment } from '../builders/deployment.ts';
import type { KubeObject } from '../builders/kube-object.ts';
import { aNamespace } from '../builders/namespace.ts';
import { aNode } from '../builders/node.ts';
import { aService } from '../builders/service.ts';
import type { ControlPlane } from '../client.ts';
import { writeToEtcd } from './etcd-writer.ts';
import { withRealisticSize } from './realistic-size.ts';

/** How large a cluster is to be. Every service has a Deployment, a ReplicaSet and an EndpointSlice. */
export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
  readonly services: number;
  /** How many of the pods are broken: whole workloads, crash loops and failed image pulls in turn. */
  readonly broken: number;
  /** The moment that every time counts back from, in Unix milliseconds. */
  readonly nowMs: number;
}

const NAMESPACES = 50;
/** Services go through the API, which gives them their addresses. */
const SOCKETS = 48;

/** Fills an empty cluster; use a fresh control plane. About 20 seconds for 10,000 pods, 1,000 nodes and 2,000 services. */
export async function seedCluster(server: ControlPlane, size: ClusterSize): Promise<void> {
  const services = [...workloadsOf(size)].map(({ service }) => service);
  await writeToEtcd(server.connection, placesOf(size));
  await writeToEtcd(server.connection, workloadObjects(size));
  const limit = pLimit(SOCKETS);
  await Promise.all(services.map((service) => limit(() => createService(server, service))));
}

/**
 * Breaks or repairs pods of a seeded cluster, which must have been seeded with the same size in everything but `broken`.
 * Every workload is written anew.
 */
export async function reseedWorkloads(server: ControlPlane, size: ClusterSize): Promise<void> {
  await writeToEtcd(server.connection, workloadObjects(size));
}

/** Everything that {@link seedCluster} writes, for whoever needs no server. */
export function* clusterObjects(size: ClusterSize): Generator<KubeObject> {
  yield* placesOf(size);
  for (const { objects, service } of workloadsOf(size)) yield* [...objects.map(withRealisticSize), service];
}

function* placesOf({ nodes, nowMs }: ClusterSize): Generator<KubeObject> {
  for (let index = 0; index < NAMESPACES; index++) yield* aNamespace(namespaceName(index), {}, nowMs).objects();
  for (let index = 0; index < nodes; index++) {
    yield* aNode(nodeName(index)).at(nowMs).objects().map(withRealisticSize);
  }
}

function* workloadObjects(size: ClusterSize): Generator<KubeObject> {
  for (const { objects } of workloadsOf(size)) yield* objects.map(withRealisticSize);
}

interface Workload {
  readonly objects: readonly KubeObject[];
  readonly service: KubeObject;
}

function* workloadsOf({ nodes, pods, services, broken, nowMs }: ClusterSize): Generator<Workload> {
  let brokenLeft = broken;
  for (let index = 0; index < services; index++) {
    // The remainder of the division goes to the first ones.
    const replicas = Math.floor(pods / services) + (index < pods % services ? 1 : 0);
    const namespace = namespaceName(index % NAMESPACES);
    const name = `service-${index}`;
    const nodeNames = Array.from({ length: replicas }, (_, pod) => nodeName((index * replicas + pod) % nodes));
    const healthy = aDeployment(name)
      .in(namespace)
      .at(nowMs)
      .replicas(replicas)
      .on(...nodeNames);
    const brokenHere = Math.min(brokenLeft, replicas);
    brokenLeft -= brokenHere;
    const trouble = { pods: brokenHere };
    const deployment =
      brokenHere === 0 ? healthy : index % 2 === 0 ? healthy.crashLooping(trouble) : healthy.imagePullFailing(trouble);
    const addresses = nodeNames.map((_, pod) => `10.${100 + (index >> 8)}.${index & 255}.${10 + pod}`);
    const service = aService(name).in(namespace).at(nowMs);
    const served =
      brokenHere < replicas ? service.withEndpoints(...addresses) : service.withUnreadyEndpoints(...addresses);
    const [serviceObject, ...slices] = served.objects();
    if (serviceObject === undefined) continue;
    yield { objects: [...deployment.objects(), ...slices], service: serviceObject };
  }
}

async function createService(server: ControlPlane, { metadata, ...service }: KubeObject): Promise<void> {
  const { name, namespace, labels } = metadata;
  await server.adminRequest('POST', `/api/v1/namespaces/${namespace}/services`, {
    ...service,
    metadata: { name, labels },
  });
}

function namespaceName(index: number): string {
  return `team-${index}`;
}

function nodeName(index: number): string {
  return `worker-${index}`;
}
