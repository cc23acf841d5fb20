import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { Given } from '../case.ts';

type Fields = Readonly<Record<string, unknown>>;
type Owner = NonNullable<PlainObject['metadata']['owner']>;

const IMAGE = 'registry.example.com/api:1.0.0';

/** A condition as a controller writes it, so many minutes before the judgement. */
export function since(
  { ago }: Given,
  type: string,
  status: 'True' | 'False' | 'Unknown',
  minutes: number,
  reason = '',
  message = '',
): Record<string, unknown> {
  return { type, status, reason, message, lastTransitionTime: ago(minutes) };
}

/** One container `app` with the label of its workload. */
export function templateFor(name: string, spec: Fields = {}): Record<string, unknown> {
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: IMAGE }], ...spec } };
}

type AppKind = 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet';

/** Something of apps/v1 that makes pods. Its status says what the case says; `observedGeneration` is the server's. */
export function aWorkload(
  kind: AppKind,
  { namespace }: Given,
  name: string,
  {
    spec = {},
    status = {},
    ...metadata
  }: { readonly spec?: Fields; readonly status?: Fields } & Partial<PlainObject['metadata']>,
): PlainObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { ...metadata, name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: templateFor(name),
      ...(kind === 'StatefulSet' && { serviceName: '' }),
      ...spec,
    },
    status: {
      observedGeneration: 1,
      ...(kind === 'StatefulSet' && {
        availableReplicas: 0,
        currentRevision: `${name}-1`,
        updateRevision: `${name}-1`,
      }),
      ...(kind === 'DaemonSet' && { numberMisscheduled: 0 }),
      ...status,
    },
  };
}

export function ownerOf({ apiVersion, kind, metadata }: PlainObject): Owner {
  return { apiVersion, kind, name: metadata.name };
}

/** A pod that runs; ready since it was made, or not ready since so many minutes. */
export function aMember(
  given: Given,
  owner: PlainObject,
  name: string,
  {
    node = 'worker-1',
    unreadyMinutes,
    labels = { app: owner.metadata.name },
    requests = {},
    spec = {},
    ...metadata
  }: {
    readonly node?: string;
    readonly unreadyMinutes?: number;
    readonly requests?: Fields;
    readonly spec?: Fields;
  } & Partial<PlainObject['metadata']> = {},
): PlainObject {
  const isReady = unreadyMinutes === undefined;
  const readiness = (type: string): Record<string, unknown> =>
    isReady
      ? since(given, type, 'True', 59)
      : since(given, type, 'False', unreadyMinutes, 'ContainersNotReady', 'containers with unready status: [app]');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, namespace: given.namespace, labels, owner: ownerOf(owner) },
    spec: { nodeName: node, containers: [{ name: 'app', image: IMAGE, resources: { requests } }], ...spec },
    status: {
      phase: 'Running',
      startTime: given.ago(60),
      conditions: [
        since(given, 'PodScheduled', 'True', 60),
        since(given, 'Initialized', 'True', 60),
        readiness('ContainersReady'),
        readiness('Ready'),
      ],
      containerStatuses: [
        {
          name: 'app',
          image: IMAGE,
          imageID: `${IMAGE}@sha256:${'0'.repeat(64)}`,
          ready: isReady,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: given.ago(60) } },
        },
      ],
    },
  };
}

/** A node that is ready, with more or other conditions. */
export function aPlainNode(
  given: Given,
  name: string,
  {
    conditions = [],
    spec = {},
    status = {},
    labels = {},
    ...metadata
  }: {
    readonly conditions?: readonly Fields[];
    readonly spec?: Fields;
    readonly status?: Fields;
  } & Partial<PlainObject['metadata']> = {},
): PlainObject {
  const types = new Set(conditions.map(({ type }) => type));
  const usual = [
    since(
      given,
      'MemoryPressure',
      'False',
      600,
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ),
    since(given, 'DiskPressure', 'False', 600, 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    since(given, 'PIDPressure', 'False', 600, 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    since(given, 'Ready', 'True', 600, 'KubeletReady', 'kubelet is posting ready status'),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...metadata, name: given.named(name), labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints: [], ...spec },
    status: {
      allocatable: { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '94477937300' },
      capacity: { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '102Gi' },
      nodeInfo: nodeInfo(name),
      ...status,
      conditions: [...usual.filter(({ type }) => !types.has(type)), ...conditions],
    },
  };
}

export function nodeInfo(name: string, kubeletVersion = 'v1.36.3'): Record<string, string> {
  return {
    machineID: name,
    systemUUID: name,
    bootID: name,
    architecture: 'amd64',
    operatingSystem: 'linux',
    osImage: 'Debian GNU/Linux 13',
    kernelVersion: '6.12.0',
    containerRuntimeVersion: 'containerd://2.1.0',
    kubeletVersion,
    kubeProxyVersion: '',
  };
}
