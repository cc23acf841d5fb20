import * as z from 'zod';
import { isReady, type KubernetesObject } from './objects.ts';

type Column = readonly [name: string, cell: (object: KubernetesObject, nowMs: number) => string | number];

const fields = z.record(z.string(), z.unknown());

/** The value at a path such as `status.phase`; a list is entered at its first item. */
export function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    const inside = Array.isArray(value) ? value[0] : value;
    return fields.safeParse(inside).data?.[key];
  }, object);
}

const textAt =
  (path: string, otherwise = '<none>'): Column[1] =>
  (object) => {
    const value = valueAt(object, path);
    return typeof value === 'string' || typeof value === 'number' ? value : otherwise;
  };

const AGE: Column = ['Age', (object, nowMs) => ageOf(Date.parse(object.metadata.creationTimestamp), nowMs)];
const NAME: Column = ['Name', (object) => object.metadata.name];
const COUNTED = (ready: string, wanted: string): Column => [
  'Ready',
  (object) => `${textAt(ready, '0')(object, 0)}/${textAt(wanted, '0')(object, 0)}`,
];

/** The middle columns of `kubectl get` for the kinds that have objects; every kind has name and age. */
const columnsByKind: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    ['Ready', (pod) => `${isReady(pod) ? 1 : 0}/1`],
    ['Status', podStatus],
    ['Restarts', textAt('status.containerStatuses.restartCount', '0')],
    ['Node', textAt('spec.nodeName')],
  ],
  Deployment: [
    COUNTED('status.readyReplicas', 'spec.replicas'),
    ['Up-to-date', textAt('status.updatedReplicas', '0')],
    ['Available', textAt('status.availableReplicas', '0')],
    ['Images', textAt('spec.template.spec.containers.image')],
  ],
  ReplicaSet: [
    ['Desired', textAt('spec.replicas', '0')],
    ['Ready', textAt('status.readyReplicas', '0')],
    ['Images', textAt('spec.template.spec.containers.image')],
  ],
  StatefulSet: [COUNTED('status.readyReplicas', 'spec.replicas')],
  DaemonSet: [COUNTED('status.numberReady', 'status.desiredNumberScheduled')],
  Job: [COUNTED('status.succeeded', 'spec.completions')],
  CronJob: [
    ['Schedule', textAt('spec.schedule')],
    ['Last Schedule', textAt('status.lastScheduleTime')],
  ],
  Node: [
    ['Status', (node) => (isReady(node) ? 'Ready' : 'NotReady')],
    ['Version', textAt('status.nodeInfo.kubeletVersion')],
  ],
  Namespace: [['Status', textAt('status.phase')]],
  PersistentVolumeClaim: [
    ['Status', textAt('status.phase')],
    ['Volume', textAt('spec.volumeName', '')],
    ['StorageClass', textAt('spec.storageClassName')],
  ],
  StorageClass: [['Provisioner', textAt('provisioner')]],
  Service: [
    ['Type', textAt('spec.type')],
    ['Cluster-IP', textAt('spec.clusterIP')],
    ['Port(s)', textAt('spec.ports.port')],
  ],
  Event: [
    ['Type', textAt('type')],
    ['Reason', textAt('reason')],
    [
      'Object',
      (event) =>
        `${String(textAt('involvedObject.kind')(event, 0)).toLowerCase()}/${textAt('involvedObject.name')(event, 0)}`,
    ],
    ['Message', textAt('message')],
  ],
};

/** A `meta.k8s.io/v1` Table, as the server prints it for `kubectl get`. */
export function tableOf(kind: string, objects: readonly KubernetesObject[], nowMs: number): Record<string, unknown> {
  const columns = [NAME, ...(columnsByKind[kind] ?? []), AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    columnDefinitions: columns.map(([name]) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(([, cell]) => cell(object, nowMs)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

function podStatus(pod: KubernetesObject): string {
  const reason =
    valueAt(pod, 'status.containerStatuses.state.waiting.reason') ??
    valueAt(pod, 'status.containerStatuses.state.terminated.reason') ??
    valueAt(pod, 'status.phase');
  return typeof reason === 'string' ? reason : 'Unknown';
}

function ageOf(createdAtMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - createdAtMs) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
