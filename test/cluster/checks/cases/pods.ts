import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import { kubeObject } from '../../../control-plane/builders/plain.ts';
import { eventObject } from '../../../control-plane/builders/event.ts';
import type { Builder } from '../../../control-plane/builders/kube-object.ts';
import type { Given } from '../case.ts';

/** A status of one container, as a kubelet writes it; `spec` are the fields of its container. */
export interface ContainerPlan {
  readonly name?: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly lastState?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface PodPlan {
  readonly name?: string;
  readonly owner?: { readonly apiVersion: string; readonly kind: string; readonly name: string } | undefined;
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly restartPolicy?: string;
  /** '' for a pod without a place. */
  readonly nodeName?: string;
  readonly finalizers?: readonly string[];
  readonly deleted?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  /** Minutes ago it was placed on its node; 40 unless told. */
  readonly placed?: number;
  /** Minutes ago it became ready, or unready; as long ago as it was placed unless told. */
  readonly since?: number;
  readonly ready?: boolean;
  readonly containers?: readonly ContainerPlan[];
  readonly initContainers?: readonly ContainerPlan[];
  readonly conditions?: readonly Readonly<Record<string, unknown>>[];
}

/** What a Deployment's ReplicaSet is called in these cases. */
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-6b8d4f7c9' };
const HASH = '6b8d4f7c9';

/** A Deployment `api` that was rolled out long ago, with its ReplicaSet; its pods are the case's own. */
export function anOwner({ namespace, ago }: Given, wanted = 1, ready = 0, since = 30): readonly PlainObject[] {
  const labels = { app: 'api' };
  const template = {
    metadata: { labels: { ...labels, 'pod-template-hash': HASH } },
    spec: { containers: [{ name: 'app', image: 'registry.example.com/api:1.0.0' }] },
  };
  const isAvailable = ready >= wanted - Math.floor(wanted / 4);
  const counts = { replicas: wanted, ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }) };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace, labels },
      spec: { replicas: wanted, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
      status: {
        ...counts,
        observedGeneration: 1,
        updatedReplicas: wanted,
        conditions: [
          {
            ...(isAvailable ? condition('Available', 'True', ago(2_000)) : condition('Available', 'False', ago(since))),
            lastUpdateTime: ago(since),
          },
          {
            ...condition('Progressing', 'True', ago(2_000), 'NewReplicaSetAvailable', 'it has progressed'),
            lastUpdateTime: ago(2_000),
          },
        ],
      },
    },
    {
      ...REPLICA_SET,
      metadata: {
        name: REPLICA_SET.name,
        namespace,
        labels: { ...labels, 'pod-template-hash': HASH },
        annotations: { 'deployment.kubernetes.io/revision': '1' },
        owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      },
      spec: {
        replicas: wanted,
        selector: { matchLabels: { ...labels, 'pod-template-hash': HASH } },
        template,
      },
      status: { ...counts, observedGeneration: 1 },
    },
  ];
}

/** A pod of the Deployment `api` unless it has another owner or (`owner: undefined`) none. */
export function aKubeletPod(given: Given, plan: PodPlan = {}): PlainObject {
  const {
    name = 'api-6b8d4f7c9-x2x4z',
    nodeName = 'worker-1',
    phase = 'Running',
    placed = 40,
    since = placed,
    containers = [{}],
    initContainers = [],
    ready = false,
  } = plan;
  const owner = 'owner' in plan ? plan.owner : REPLICA_SET;
  const { namespace, ago } = given;
  const unready = containers.map((container) => container.name ?? 'app').join(' ');
  const readiness = (type: string) =>
    ready
      ? condition(type, 'True', ago(since))
      : condition(type, 'False', ago(since), 'ContainersNotReady', `containers with unready status: [${unready}]`);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: plan.labels ?? (owner === REPLICA_SET ? { app: 'api', 'pod-template-hash': HASH } : {}),
      ...(plan.annotations !== undefined && { annotations: plan.annotations }),
      ...(owner !== undefined && { owner }),
      ...(plan.finalizers !== undefined && { finalizers: plan.finalizers }),
      ...(plan.deleted === true && { deletionTimestamp: given.ago(60) }),
    },
    spec: {
      ...(nodeName !== '' && { nodeName }),
      restartPolicy: plan.restartPolicy ?? 'Always',
      ...(initContainers.length > 0 && { initContainers: initContainers.map(specOf) }),
      containers: containers.map(specOf),
      ...plan.spec,
    },
    status: {
      phase,
      ...(plan.reason !== undefined && { reason: plan.reason }),
      ...(plan.message !== undefined && { message: plan.message }),
      ...(nodeName !== '' && { startTime: ago(placed) }),
      conditions: plan.conditions ?? [
        condition('PodScheduled', 'True', ago(placed)),
        condition('Initialized', initContainers.length > 0 && phase === 'Pending' ? 'False' : 'True', ago(placed)),
        readiness('ContainersReady'),
        readiness('Ready'),
      ],
      ...(nodeName !== '' && {
        ...(initContainers.length > 0 && { initContainerStatuses: initContainers.map(statusOf) }),
        containerStatuses: containers.map(statusOf),
      }),
      ...plan.status,
    },
  };
}

export function condition(
  type: string,
  status: string,
  lastTransitionTime: string,
  reason = '',
  message = '',
): Readonly<Record<string, unknown>> {
  return {
    type,
    status,
    lastTransitionTime,
    ...(reason !== '' && { reason }),
    ...(message !== '' && { message }),
  };
}

export function waiting(reason: string, message = ''): Pick<ContainerPlan, 'state'> {
  return { state: { waiting: { reason, ...(message !== '' && { message }) } } };
}

export function running(startedAt: string): Pick<ContainerPlan, 'state' | 'started'> {
  return { state: { running: { startedAt } }, started: true };
}

export function ended(
  exitCode: number,
  startedAt: string,
  finishedAt: string,
  reason = exitCode === 0 ? 'Completed' : 'Error',
  message = '',
): { readonly terminated: Readonly<Record<string, unknown>> } {
  return { terminated: { exitCode, reason, startedAt, finishedAt, ...(message !== '' && { message }) } };
}

/** A container that the kubelet holds back after it died like this. */
export function heldBack(
  given: Given,
  exitCode: number,
  { restarts = 7, ago = 3, reason = exitCode === 0 ? 'Completed' : 'Error', message = '' } = {},
): ContainerPlan {
  return {
    restartCount: restarts,
    ...waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container=app pod=api-6b8d4f7c9-x2x4z'),
    lastState: ended(exitCode, given.ago(ago + 0.1), given.ago(ago), reason, message),
  };
}

/** An event about a pod of the case; the last one a minute ago unless told. */
export function podEvent(
  given: Given,
  pod: PlainObject,
  reason: string,
  message: string,
  { first = 30, last = 1, type = 'Warning', count = 12 }: EventTimes = {},
): Builder {
  const event = eventObject({
    about: kubeObject(pod),
    reason,
    message,
    type,
    count,
    firstAtMs: given.nowMs - first * 60_000,
    lastAtMs: given.nowMs - last * 60_000,
    source: 'kubelet',
  });
  const nothing: Builder = { objects: () => [], healthy: () => nothing };
  return { objects: () => [event], healthy: () => nothing };
}

interface EventTimes {
  readonly first?: number;
  readonly last?: number;
  readonly type?: 'Normal' | 'Warning';
  readonly count?: number;
}

function specOf({ name = 'app', image = 'registry.example.com/api:1.0.0', spec = {} }: ContainerPlan): object {
  return { name, image, ...spec };
}

function statusOf(plan: ContainerPlan): object {
  const { name = 'app', image = 'registry.example.com/api:1.0.0', ready = false, restartCount = 0 } = plan;
  return {
    name,
    image,
    imageID: '',
    ready,
    restartCount,
    started: plan.started ?? false,
    ...(plan.state !== undefined && { state: plan.state }),
    ...(plan.lastState !== undefined && { lastState: plan.lastState }),
  };
}
