import { eventObject } from '../../../control-plane/builders/event.ts';
import type { Builder, KubeObject } from '../../../control-plane/builders/kube-object.ts';
import { kubeObject, type PlainObject } from '../../../control-plane/builders/plain.ts';
import { aPod, type PodBuilder } from '../../../control-plane/builders/pod.ts';
import type { Given } from '../case.ts';

const HELD =
  '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

export function aStorageClass(name: string, over: Readonly<Record<string, unknown>> = {}): PlainObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'ebs.csi.example.com',
    volumeBindingMode: 'Immediate',
    ...over,
  };
}

/** Pending, unless its status says otherwise. */
export function aPlainClaim(
  { namespace }: Given,
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  {
    status = { phase: 'Pending' },
    ...metadata
  }: Partial<PlainObject['metadata']> & { readonly status?: Readonly<Record<string, unknown>> } = {},
): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...metadata, name, namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } }, ...spec },
    status,
  };
}

export function aPlainVolume(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  status: Readonly<Record<string, unknown>> = { phase: 'Available' },
  metadata: Partial<PlainObject['metadata']> = {},
): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { ...metadata, name },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      csi: { driver: 'ebs.csi.example.com', volumeHandle: `vol-${name}` },
      ...spec,
    },
    status,
  };
}

/** What the volume controller, a provisioner or the kubelet says again and again. */
export function told(
  { nowMs }: Pick<Given, 'nowMs'>,
  about: PlainObject | KubeObject,
  reason: string,
  message: string,
  over: {
    readonly type?: 'Normal' | 'Warning';
    readonly firstMinutes?: number;
    readonly lastMinutes?: number;
    readonly count?: number;
  } = {},
): Builder {
  const { firstMinutes = 30, lastMinutes = 1, type = 'Warning', count = 12 } = over;
  const object = 'uid' in about.metadata ? (about as KubeObject) : kubeObject(about);
  const minuteMs = 60_000;
  const event = eventObject({
    about: object,
    reason,
    message,
    type,
    count,
    firstAtMs: nowMs - firstMinutes * minuteMs,
    lastAtMs: nowMs - lastMinutes * minuteMs,
  });
  const nothing: Builder = { objects: () => [], healthy: () => nothing };
  return { objects: () => [event], healthy: () => nothing };
}

/** A pod that the scheduler holds back until its claim is bound. */
export function aHeldPod({ namespace, nowMs }: Given, name: string, claim: string, message = HELD): PodBuilder {
  return aPod(name)
    .in(namespace)
    .at(nowMs)
    .mounting(claim)
    .unschedulable({ message, sinceMs: 40 * 60_000 });
}

/** A pod on its node whose container waits for volumes. */
export function aPreparingPod(
  { namespace, ago }: Given,
  name: string,
  {
    claim,
    sinceMinutes = 30,
    isMounted = false,
  }: { readonly claim?: string; readonly sinceMinutes?: number; readonly isMounted?: boolean } = {},
): PlainObject {
  const since = { lastTransitionTime: ago(sinceMinutes) };
  const waits = { reason: 'ContainersNotReady', message: 'containers with unready status: [app]', ...since };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      nodeName: 'worker-1',
      containers: [{ name: 'app', image: 'registry.example.com/app:1' }],
      ...(claim !== undefined && { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] }),
    },
    status: {
      phase: 'Pending',
      startTime: ago(sinceMinutes),
      conditions: [
        { type: 'PodScheduled', status: 'True', ...since },
        { type: 'PodReadyToStartContainers', status: isMounted ? 'True' : 'False', ...since },
        { type: 'Initialized', status: 'True', ...since },
        { type: 'Ready', status: 'False', ...waits },
        { type: 'ContainersReady', status: 'False', ...waits },
      ],
      containerStatuses: [
        {
          name: 'app',
          image: 'registry.example.com/app:1',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: 'ContainerCreating' } },
        },
      ],
    },
  };
}
