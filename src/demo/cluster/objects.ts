import { createHash } from 'node:crypto';
import { iso } from './timeline.ts';

/** An object in the API's JSON. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What one part of the cluster looks like at an instant. */
export interface ClusterPart {
  readonly objects: readonly KubernetesObject[];
  /** By `namespace/pod`; lines in their order. */
  readonly logs?: Readonly<Record<string, PodLogs>>;
}

export interface PodLogs {
  readonly current: readonly string[];
  /** Of the container's last run. */
  readonly previous?: readonly string[];
}

interface Identity {
  readonly namespace?: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: KubernetesObject;
  readonly generation?: number;
}

/** An object with complete metadata; its uid follows from kind, namespace and name. */
export function anObject(
  apiVersion: string,
  kind: string,
  { namespace, name, createdAtMs, labels = {}, annotations, owner, generation = 1 }: Identity,
  fields: Readonly<Record<string, unknown>> = {},
): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: uidOf(kind, namespace ?? '', name),
      generation,
      creationTimestamp: iso(createdAtMs),
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: owner.apiVersion,
                kind: owner.kind,
                name: owner.metadata.name,
                uid: owner.metadata.uid,
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          }),
    },
    ...fields,
  };
}

function uidOf(kind: string, namespace: string, name: string): string {
  const hex = createHash('sha1').update(`${kind}/${namespace}/${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

interface Happening {
  readonly about: KubernetesObject;
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
  readonly type?: 'Normal' | 'Warning';
}

export function anEvent({
  about,
  reason,
  message,
  component,
  firstAtMs,
  lastAtMs,
  count,
  type = 'Warning',
}: Happening): KubernetesObject {
  const { name, namespace = 'default', uid } = about.metadata;
  const suffix = createHash('sha1').update(`${uid}${reason}`).digest('hex').slice(0, 16);
  return anObject(
    'v1',
    'Event',
    { namespace, name: `${name}.${suffix}`, createdAtMs: firstAtMs },
    {
      type,
      reason,
      message,
      count,
      firstTimestamp: iso(firstAtMs),
      lastTimestamp: iso(lastAtMs),
      source: { component },
      reportingComponent: component,
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, namespace, name, uid },
    },
  );
}

/** A ClusterIP Service with the EndpointSlice that follows from its pods. */
export function aService(
  { namespace, name, port, createdAtMs }: { namespace: string; name: string; port: number; createdAtMs: number },
  pods: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const service = anObject(
    'v1',
    'Service',
    { namespace, name, createdAtMs, labels: { app: name } },
    {
      spec: {
        type: 'ClusterIP',
        clusterIP: `10.96.${name.length}.${port % 250}`,
        selector: { app: name },
        ports: [{ name: 'http', port, protocol: 'TCP', targetPort: port }],
      },
      status: { loadBalancer: {} },
    },
  );
  const slice = anObject(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { namespace, name: `${name}-x2k9p`, createdAtMs, labels: { 'kubernetes.io/service-name': name }, owner: service },
    {
      addressType: 'IPv4',
      ports: [{ name: 'http', port, protocol: 'TCP' }],
      endpoints: pods.filter(isScheduled).map((pod, index) => ({
        addresses: [`10.244.1.${index + 10}`],
        conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
        nodeName: 'node-a',
        targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: pod.metadata.uid },
      })),
    },
  );
  return [service, slice];
}

function conditionIs(pod: KubernetesObject, type: string): boolean {
  return JSON.stringify(pod['status']).includes(`"type":"${type}","status":"True"`);
}

export const isReady = (pod: KubernetesObject): boolean => conditionIs(pod, 'Ready');
const isScheduled = (pod: KubernetesObject): boolean => conditionIs(pod, 'PodScheduled');
