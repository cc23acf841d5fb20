import pLimit from 'p-limit';
import { aDeployment } from '../../control-plane/builders/deployment.ts';
import { aJob } from '../../control-plane/builders/job.ts';
import { condition, metadataOf, timeOf, type KubeObject } from '../../control-plane/builders/kube-object.ts';
import { aNamespace } from '../../control-plane/builders/namespace.ts';
import { aNode } from '../../control-plane/builders/node.ts';
import { podObjects, podSpec } from '../../control-plane/builders/pod-objects.ts';
import { collectionPath } from '../../control-plane/builders/resource-paths.ts';
import { aService } from '../../control-plane/builders/service.ts';
import { aStatefulSet } from '../../control-plane/builders/stateful-set.ts';
import type { ControlPlane } from '../../control-plane/client.ts';
import { writeToEtcd } from '../../control-plane/seed/etcd-writer.ts';

/** 300 workloads, all of them well. */
export const HEALTHY = { deployments: 150, statefulSets: 50, daemonSets: 10, jobs: 45, cronJobs: 45 };
export const NODES = 30;
const NAMESPACES = 20;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SOCKETS = 24;

/** Everything was made a month before `nowMs`, past the API, in shapes that it has accepted before; Services get their addresses from it. */
export async function seedHealthyCluster(server: ControlPlane, nowMs: number): Promise<void> {
  const objects = [...clusterWide(nowMs), ...workloads(nowMs)];
  await writeToEtcd(
    server.connection,
    objects.filter(({ kind }) => kind !== 'Service'),
  );
  await createServices(
    server,
    objects.filter(({ kind }) => kind === 'Service'),
  );
}

/** Only the API gives a Service its addresses. */
export async function createServices(server: ControlPlane, services: readonly KubeObject[]): Promise<void> {
  const limit = pLimit(SOCKETS);
  await Promise.all(
    services.map((service) =>
      limit(() => {
        const { name, namespace, labels } = service.metadata;
        const content = { ...service, metadata: { name, namespace, labels } };
        return server.adminRequest('POST', collectionPath(service), content);
      }),
    ),
  );
}

export function namespaceName(index: number): string {
  return `team-${String(index % NAMESPACES)}`;
}

export function nodeName(index: number): string {
  return `worker-${String(1 + (index % NODES))}`;
}

function clusterWide(nowMs: number): readonly KubeObject[] {
  const of = (kind: string, name: string) =>
    metadataOf({ kind, name, namespace: '', createdAtMs: nowMs - 30 * DAY_MS });
  return [
    ...numbers(NAMESPACES).flatMap((index) => aNamespace(namespaceName(index), {}, nowMs - 30 * DAY_MS).objects()),
    ...numbers(NODES).flatMap((index) => aNode(nodeName(index)).at(nowMs).objects()),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: of('StorageClass', 'standard'),
      provisioner: 'disk.csi.example.com',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: of('IngressClass', 'public'),
      spec: { controller: 'example.com/ingress' },
    },
  ];
}

function workloads(nowMs: number): readonly KubeObject[] {
  return [
    ...numbers(HEALTHY.deployments).flatMap((index) => deployment(index, nowMs)),
    ...numbers(HEALTHY.statefulSets).flatMap((index) => statefulSet(index, nowMs)),
    ...numbers(HEALTHY.daemonSets).flatMap((index) =>
      daemonSet(`agent-${String(index)}`, namespaceName(index), numbers(NODES).map(nodeName), nowMs),
    ),
    ...numbers(HEALTHY.jobs).flatMap((index) =>
      aJob(`import-${String(index)}`)
        .in(namespaceName(index))
        .at(nowMs)
        .objects(),
    ),
    ...numbers(HEALTHY.cronJobs).map((index) => cronJob(`sync-${String(index)}`, namespaceName(index), nowMs)),
  ];
}

/** Three replicas behind a Service; every third scales itself, every fourth has a budget, every fifth an Ingress. */
function deployment(index: number, nowMs: number): readonly KubeObject[] {
  const name = `api-${String(index)}`;
  const namespace = namespaceName(index);
  const made = { name, namespace, createdAtMs: nowMs - 30 * DAY_MS };
  return [
    ...aDeployment(name)
      .in(namespace)
      .at(nowMs)
      .aged(30 * DAY_MS)
      .replicas(3)
      .on(nodeName(index), nodeName(index + 7), nodeName(index + 13))
      .objects(),
    ...aService(name).in(namespace).at(nowMs).objects(),
    ...(index % 3 === 0 ? [autoscaler(made, nowMs)] : []),
    ...(index % 4 === 0 ? [budget(made, nowMs)] : []),
    ...(index % 5 === 0 ? [ingress(made)] : []),
  ];
}

interface Made {
  readonly name: string;
  readonly namespace: string;
  readonly createdAtMs: number;
}

function autoscaler(made: Made, nowMs: number): KubeObject {
  const kind = 'HorizontalPodAutoscaler';
  const since = nowMs - DAY_MS;
  return {
    apiVersion: 'autoscaling/v2',
    kind,
    metadata: metadataOf({ kind, ...made }),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: made.name },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
    status: {
      currentReplicas: 3,
      desiredReplicas: 3,
      currentMetrics: null,
      conditions: [
        condition('AbleToScale', 'True', since, 'ReadyForNewScale', 'recommended size matches current size'),
        condition('ScalingActive', 'True', since, 'ValidMetricFound', 'the HPA was able to compute the replica count'),
        condition('ScalingLimited', 'False', since, 'DesiredWithinRange', 'the desired count is acceptable'),
      ],
    },
  };
}

function budget(made: Made, nowMs: number): KubeObject {
  const kind = 'PodDisruptionBudget';
  return {
    apiVersion: 'policy/v1',
    kind,
    metadata: metadataOf({ kind, ...made }),
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: made.name } } },
    status: {
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
      conditions: [condition('DisruptionAllowed', 'True', nowMs - DAY_MS, 'SufficientPods')],
    },
  };
}

function ingress(made: Made): KubeObject {
  const backend = { service: { name: made.name, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadataOf({ kind: 'Ingress', ...made }),
    spec: {
      ingressClassName: 'public',
      rules: [{ host: `${made.name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.10' }] } },
  };
}

/** Two members with a volume, behind a Service. */
function statefulSet(index: number, nowMs: number): readonly KubeObject[] {
  const name = `db-${String(index)}`;
  const namespace = namespaceName(index);
  const volumeName = `pvc-${name}`;
  const of = (kind: string, object: string, place: string) =>
    metadataOf({ kind, name: object, namespace: place, createdAtMs: nowMs - 30 * DAY_MS });
  const claim = of('PersistentVolumeClaim', `data-${name}`, namespace);
  const spec = { accessModes: ['ReadWriteMany'], storageClassName: 'standard', volumeMode: 'Filesystem' };
  return [
    ...aStatefulSet(name)
      .in(namespace)
      .at(nowMs)
      .aged(30 * DAY_MS)
      .replicas(2)
      .mounting(claim.name)
      .on(nodeName(index), nodeName(index + 5))
      .objects(),
    ...aService(name).in(namespace).at(nowMs).objects(),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: claim,
      spec: { ...spec, resources: { requests: { storage: '10Gi' } }, volumeName },
      status: { phase: 'Bound', accessModes: spec.accessModes, capacity: { storage: '10Gi' } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: of('PersistentVolume', volumeName, ''),
      spec: {
        ...spec,
        capacity: { storage: '10Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claim.name, uid: claim.uid },
        csi: { driver: 'disk.csi.example.com', volumeHandle: volumeName },
      },
      status: { phase: 'Bound' },
    },
  ];
}

/** A pod on each of these nodes; on the lost ones it is not ready since they fell silent. */
export function daemonSet(
  name: string,
  namespace: string,
  nodeNames: readonly string[],
  nowMs: number,
  lost: { readonly nodeNames: readonly string[]; readonly sinceMs: number } = { nodeNames: [], sinceMs: 0 },
): readonly KubeObject[] {
  const image = `registry.example.com/${name}:1.0.0`;
  const createdAtMs = nowMs - 30 * DAY_MS;
  const spec = podSpec({ image, memoryLimit: '256Mi' });
  const labels = { app: name };
  const wanted = nodeNames.length;
  const ready = wanted - lost.nodeNames.length;
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadataOf({ kind: 'DaemonSet', name, namespace, createdAtMs }),
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
      updateStrategy: { type: 'RollingUpdate' },
    },
    status: {
      observedGeneration: 1,
      currentNumberScheduled: wanted,
      desiredNumberScheduled: wanted,
      updatedNumberScheduled: wanted,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      ...(ready < wanted && { numberUnavailable: wanted - ready }),
    },
  };
  const pods = nodeNames.flatMap((node) =>
    podObjects({
      name: `${name}-${node}`,
      namespace,
      labels,
      spec,
      image,
      nodeName: node,
      owner: set,
      trouble: lost.nodeNames.includes(node) ? { kind: 'probe-failing', message: '' } : { kind: 'none' },
      nowMs,
      createdAtMs,
      onsetAtMs: nowMs - lost.sinceMs,
    }),
  );
  return [set, ...pods.filter(({ kind }) => kind === 'Pod')];
}

/** Runs every hour, and did at the last full one. */
function cronJob(name: string, namespace: string, nowMs: number): KubeObject {
  const lastMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const image = `registry.example.com/${name}:1.0.0`;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadataOf({ kind: 'CronJob', name, namespace, createdAtMs: nowMs - 30 * DAY_MS }),
    spec: {
      schedule: '0 * * * *',
      concurrencyPolicy: 'Forbid',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        spec: {
          template: {
            metadata: { labels: { app: name } },
            spec: { ...podSpec({ image, memoryLimit: '256Mi' }), restartPolicy: 'Never' },
          },
        },
      },
    },
    status: { lastScheduleTime: timeOf(lastMs), lastSuccessfulTime: timeOf(lastMs + 30_000) },
  };
}

export function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
