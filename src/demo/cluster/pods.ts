import { anObject, type KubernetesObject } from './objects.ts';
import { iso } from './timeline.ts';

/** How a pod is. */
export type PodState =
  | { readonly is: 'running'; readonly sinceMs: number }
  /** Stops again and again; waits for its next start. */
  | {
      readonly is: 'crashing';
      readonly sinceMs: number;
      readonly restarts: number;
      readonly lastStopMs: number;
      readonly reason: 'OOMKilled' | 'Error';
      readonly exitCode: number;
    }
  | { readonly is: 'image-missing'; readonly sinceMs: number; readonly message: string }
  | { readonly is: 'unschedulable'; readonly sinceMs: number; readonly message: string }
  | { readonly is: 'completed'; readonly startedAtMs: number; readonly finishedAtMs: number };

/** The one container of a simulated workload. */
export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly memoryLimit: string;
  readonly port?: number;
  readonly claim?: string;
}

/** A pod template's spec. */
export function podSpec(
  container: ContainerPlan,
  restartPolicy: 'Always' | 'Never' = 'Always',
): Record<string, unknown> {
  return {
    restartPolicy,
    serviceAccountName: 'default',
    containers: [
      {
        name: container.name,
        image: container.image,
        imagePullPolicy: 'IfNotPresent',
        resources: {
          requests: { cpu: '100m', memory: container.memoryLimit },
          limits: { memory: container.memoryLimit },
        },
        ...(container.port === undefined
          ? {}
          : {
              ports: [{ name: 'http', containerPort: container.port, protocol: 'TCP' }],
              readinessProbe: { tcpSocket: { port: container.port }, periodSeconds: 10 },
            }),
      },
    ],
    ...(container.claim === undefined
      ? {}
      : { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: container.claim } }] }),
  };
}

interface PodPlan {
  readonly owner: KubernetesObject;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: ContainerPlan;
  readonly node: string;
  readonly createdAtMs: number;
  readonly state: PodState;
}

export function aPod({ owner, name, labels, container, node, createdAtMs, state }: PodPlan): KubernetesObject {
  const namespace = owner.metadata.namespace ?? 'default';
  const scheduled = state.is !== 'unschedulable';
  return anObject(
    'v1',
    'Pod',
    { namespace, name, createdAtMs, labels, owner },
    {
      spec: {
        ...podSpec(container, state.is === 'completed' ? 'Never' : 'Always'),
        ...(scheduled ? { nodeName: node } : {}),
      },
      status: {
        phase: phaseOf(state),
        ...(scheduled ? { startTime: iso(createdAtMs), hostIP: '192.168.0.10', podIP: '10.244.1.10' } : {}),
        conditions: conditionsOf(state, createdAtMs, container.name),
        ...(scheduled ? { containerStatuses: [statusOf(state, container)] } : {}),
      },
    },
  );
}

function phaseOf(state: PodState): string {
  if (state.is === 'completed') return 'Succeeded';
  return state.is === 'unschedulable' || state.is === 'image-missing' ? 'Pending' : 'Running';
}

function conditionsOf(state: PodState, createdAtMs: number, container: string): Record<string, unknown>[] {
  const created = iso(createdAtMs);
  if (state.is === 'unschedulable') {
    return [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: state.message,
        lastTransitionTime: iso(state.sinceMs),
      },
    ];
  }
  const ready = state.is === 'running';
  const since = iso(state.is === 'completed' ? state.finishedAtMs : state.sinceMs);
  const why = ready
    ? {}
    : state.is === 'completed'
      ? { reason: 'PodCompleted' }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${container}]` };
  return [
    { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since, ...why },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', lastTransitionTime: since, ...why },
    { type: 'Initialized', status: 'True', lastTransitionTime: created },
    { type: 'PodScheduled', status: 'True', lastTransitionTime: created },
  ];
}

function statusOf(state: PodState, { name, image }: ContainerPlan): Record<string, unknown> {
  const base = { name, image, imageID: state.is === 'image-missing' ? '' : `${image}@sha256:0f0e` };
  switch (state.is) {
    case 'running':
      return {
        ...base,
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: iso(state.sinceMs) } },
        lastState: {},
      };
    case 'crashing':
      return {
        ...base,
        ready: false,
        started: false,
        restartCount: state.restarts,
        state: {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off 5m0s restarting failed container=${name}`,
          },
        },
        lastState: {
          terminated: {
            exitCode: state.exitCode,
            reason: state.reason,
            startedAt: iso(state.lastStopMs - 25_000),
            finishedAt: iso(state.lastStopMs),
          },
        },
      };
    case 'image-missing':
      return {
        ...base,
        ready: false,
        started: false,
        restartCount: 0,
        state: { waiting: { reason: 'ImagePullBackOff', message: state.message } },
        lastState: {},
      };
    case 'completed':
      return {
        ...base,
        ready: false,
        started: false,
        restartCount: 0,
        state: {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            startedAt: iso(state.startedAtMs),
            finishedAt: iso(state.finishedAtMs),
          },
        },
        lastState: {},
      };
    case 'unschedulable':
      return base;
  }
}

export const NODES = ['node-a', 'node-b'] as const;
export const nodeFor = (index: number): string => NODES[index % NODES.length] ?? NODES[0];

/** The random-looking end of a pod's name. */
export function podSuffix(index: number): string {
  return ['b7xkq', 'd2m9w', 'h5tzr', 'k8v4n'][index] ?? `p${index}xyz`;
}
