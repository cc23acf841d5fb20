import { Agent, request } from 'undici';
import type { KubeObject } from '../builders/kube-object.ts';
import type { Connection } from '../servers/connection.ts';

/** etcd's limit of operations in one transaction. */
const BATCH = 128;

/** Where an API server keeps a kind, below its prefix. */
const PLACES: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Node: 'minions',
  Pod: 'pods',
  Event: 'events',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  EndpointSlice: 'endpointslices',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
  CronJob: 'cronjobs',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Ingress: 'ingress',
  IngressClass: 'ingressclasses',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  PersistentVolume: 'persistentvolumes',
  StorageClass: 'storageclasses',
};

/**
 * Puts objects where the API server keeps them, statuses and creation times included: several times as fast as
 * creating them and then writing their statuses. Nobody validates them, so they must be of a shape that the server has accepted before.
 * Services are not for here: the server must give them their addresses.
 *
 * @param sockets how many transactions may be on their way at once
 */
export async function writeToEtcd(
  connection: Connection,
  objects: Iterable<KubeObject>,
  { sockets = 48 }: { sockets?: number } = {},
): Promise<void> {
  const agent = new Agent({ connections: sockets });
  const batches = batchesOf(objects);
  const worker = async (): Promise<void> => {
    for (const batch of batches) await writeBatch(connection, agent, batch);
  };
  try {
    await Promise.all(Array.from({ length: sockets }, worker));
  } finally {
    await agent.destroy();
  }
}

/** One generator, many takers: each batch goes to one of them. */
function* batchesOf(objects: Iterable<KubeObject>): Generator<KubeObject[]> {
  let batch: KubeObject[] = [];
  for (const object of objects) {
    batch.push(object);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function writeBatch(connection: Connection, agent: Agent, batch: readonly KubeObject[]): Promise<void> {
  const puts = batch.map((object) => ({
    requestPut: { key: base64(`${connection.etcdPrefix}/${placeOf(object)}`), value: base64(JSON.stringify(object)) },
  }));
  const { statusCode, body } = await request(`${connection.etcdUrl}/v3/kv/txn`, {
    dispatcher: agent,
    method: 'POST',
    body: JSON.stringify({ success: puts }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`etcd refused ${batch.length} objects: ${text}`);
}

function placeOf({ kind, metadata }: KubeObject): string {
  const place = PLACES[kind];
  if (place === undefined) throw new Error(`seed/etcd-writer.ts does not know where ${kind} is kept`);
  return [place, metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
