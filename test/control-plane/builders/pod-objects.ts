import { containerState } from './container-state.ts';
import { eventObject } from './event.ts';
import { condition, metadataOf, timeOf, type KubeObject } from './kube-object.ts';
import type { Trouble } from './trouble.ts';

/** One pod to be: what a workload stamps, and how it does. */
export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly image: string;
  readonly nodeName: string;
  readonly owner?: KubeObject;
  readonly trouble: Trouble;
  readonly nowMs: number;
  readonly createdAtMs: number;
  /** When the trouble began. */
  readonly onsetAtMs: number;
}

/** The name of the one container of every built pod. */
export const CONTAINER_NAME = 'app';

/** What a pod's template says: one container `app` with probes, requests and limits. */
export function podSpec(given: {
  readonly image: string;
  readonly memoryLimit: string;
  readonly claimNames?: readonly string[];
}): Record<string, unknown> {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  const volumes = (given.claimNames ?? []).map((claimName, index) => ({
    name: `volume-${index}`,
    persistentVolumeClaim: { claimName },
  }));
  return {
    containers: [
      {
        name: CONTAINER_NAME,
        image: given.image,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: given.memoryLimit } },
        readinessProbe: probe,
        livenessProbe: probe,
        ...(volumes.length > 0 && {
          volumeMounts: volumes.map(({ name }) => ({ name, mountPath: `/data/${name}` })),
        }),
      },
    ],
    ...(volumes.length > 0 && { volumes }),
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 30,
  };
}

/** The pod, and the events that its trouble leaves behind. */
export function podObjects(plan: PodPlan): KubeObject[] {
  const isPlaced = plan.trouble.kind !== 'unschedulable';
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf({ kind: 'Pod', ...plan }),
    spec: { ...plan.spec, ...(isPlaced && { nodeName: plan.nodeName }) },
    status: podStatus(plan),
  };
  const told = tellingEvent(plan);
  if (told === undefined) return [pod];
  const times = { firstAtMs: plan.onsetAtMs, lastAtMs: plan.nowMs };
  return [pod, eventObject({ about: pod, type: 'Warning', count: 12, ...times, ...told })];
}

function podStatus({ trouble, ...plan }: PodPlan): Record<string, unknown> {
  const startedAtMs = plan.createdAtMs + 2_000;
  if (trouble.kind === 'unschedulable') {
    const unplaced = condition('PodScheduled', 'False', plan.onsetAtMs, 'Unschedulable', trouble.message);
    return { phase: 'Pending', qosClass: 'Burstable', conditions: [unplaced] };
  }
  const isReady = trouble.kind === 'none' || trouble.kind === 'restarting';
  const neverRan = trouble.kind === 'image-pull' || trouble.kind === 'config-error';
  const readiness = (type: string): Record<string, unknown> =>
    isReady
      ? condition(type, 'True', startedAtMs)
      : condition(
          type,
          'False',
          plan.onsetAtMs,
          'ContainersNotReady',
          `containers with unready status: [${CONTAINER_NAME}]`,
        );
  return {
    phase: neverRan ? 'Pending' : 'Running',
    qosClass: 'Burstable',
    startTime: timeOf(plan.createdAtMs),
    hostIP: '127.0.0.1',
    podIP: '10.244.0.10',
    podIPs: [{ ip: '10.244.0.10' }],
    conditions: [
      condition('PodScheduled', 'True', plan.createdAtMs),
      condition('Initialized', 'True', plan.createdAtMs),
      readiness('ContainersReady'),
      readiness('Ready'),
    ],
    containerStatuses: [
      {
        name: CONTAINER_NAME,
        image: plan.image,
        imageID: neverRan ? '' : `${plan.image}@sha256:${'0'.repeat(64)}`,
        ...(!neverRan && { containerID: `containerd://${'0'.repeat(64)}` }),
        ...containerState(trouble, plan.image, `${plan.name}_${plan.namespace}`, { ...plan, startedAtMs }),
      },
    ],
  };
}

function tellingEvent({ trouble, ...plan }: PodPlan): { reason: string; message: string; source: string } | undefined {
  switch (trouble.kind) {
    case 'none':
    case 'restarting':
      return undefined;
    case 'crash-loop': {
      const message = `Back-off restarting failed container ${CONTAINER_NAME} in pod ${plan.name}_${plan.namespace}`;
      return { reason: 'BackOff', source: 'kubelet', message };
    }
    case 'image-pull': {
      const message = trouble.message ?? `Failed to pull image "${plan.image}": not found`;
      return { reason: 'Failed', source: 'kubelet', message };
    }
    case 'config-error':
      return { reason: 'Failed', source: 'kubelet', message: `Error: ${trouble.message}` };
    case 'unschedulable':
      return { reason: 'FailedScheduling', source: 'default-scheduler', message: trouble.message };
    case 'probe-failing':
      return { reason: 'Unhealthy', source: 'kubelet', message: trouble.message };
  }
}
