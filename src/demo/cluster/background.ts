import { anObject, aService, type ClusterPart, type KubernetesObject } from './objects.ts';
import type { ContainerPlan, PodState } from './pods.ts';
import { iso, moments } from './timeline.ts';
import { aCronJob } from './cron-jobs.ts';
import { aDaemonSet } from './daemon-sets.ts';
import { aDeployment } from './deployments.ts';
import { aStatefulSet } from './stateful-sets.ts';

const DAY_MS = 86_400_000;
const RUNNING: PodState = { is: 'running', sinceMs: moments.longAgo };

/** What stays healthy all the time: nodes, namespaces and the other tenants. */
export function background(nowMs: number): ClusterPart {
  const objects = [
    ...['node-a', 'node-b'].map((name) => aNode(name, nowMs)),
    ...namespaces(),
    standardClass(),
    ...served('kube-system', 'coredns', 2, image('coredns', '1.13.1', 53)),
    ...aDaemonSet('kube-system', 'kube-proxy', image('kube-proxy', '1.36.0')),
    ...served('payments', 'ledger', 2, image('ledger', '5.2.0', 9000)),
    ...served('web', 'search', 2, image('search', '1.18.3', 7000)),
    ...served('monitoring', 'prometheus', 1, image('prometheus', '3.8.0', 9090)),
    ...aStatefulSet({
      namespace: 'databases',
      name: 'orders-db',
      container: image('postgres', '18.1', 5432),
      pods: [RUNNING],
      createdAtMs: moments.longAgo,
      storageClass: 'standard',
      storage: '100Gi',
      claimPhase: 'Bound',
    }),
    ...aCronJob({
      namespace: 'databases',
      name: 'orders-archive',
      schedule: '30 1 * * *',
      container: image('archiver', '4.1.0'),
      runsAtMs: [lastRun(nowMs) - 2 * DAY_MS, lastRun(nowMs) - DAY_MS, lastRun(nowMs)],
    }),
  ];
  return { objects };
}

function image(name: string, tag: string, port?: number): ContainerPlan {
  return {
    name,
    image: `registry.example.com/${name}:${tag}`,
    memoryLimit: '512Mi',
    ...(port === undefined ? {} : { port }),
  };
}

/** The last 01:30 UTC at least five minutes ago. */
function lastRun(nowMs: number): number {
  const offsetMs = 90 * 60_000;
  return Math.floor((nowMs - offsetMs - 300_000) / DAY_MS) * DAY_MS + offsetMs;
}

function served(
  namespace: string,
  name: string,
  replicas: number,
  container: ContainerPlan,
): readonly KubernetesObject[] {
  const workload = aDeployment({
    namespace,
    name,
    replicas,
    revisions: [
      {
        number: 1,
        hash: '66d5f7b8c',
        container,
        createdAtMs: moments.longAgo,
        pods: Array.from({ length: replicas }, () => RUNNING),
      },
    ],
  });
  const pods = workload.filter((object) => object.kind === 'Pod');
  return [
    ...workload,
    ...aService({ namespace, name, port: container.port ?? 80, createdAtMs: moments.longAgo }, pods),
  ];
}

function aNode(name: string, nowMs: number): KubernetesObject {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' };
  const amounts = { cpu: '8', memory: '32768000Ki', pods: '110' };
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: reason,
    lastTransitionTime: iso(moments.longAgo),
    lastHeartbeatTime: iso(nowMs - 10_000),
  });
  return anObject(
    'v1',
    'Node',
    { name, createdAtMs: moments.longAgo, labels },
    {
      spec: {},
      status: {
        capacity: amounts,
        allocatable: amounts,
        nodeInfo: { kubeletVersion: 'v1.36.0', architecture: 'amd64', osImage: 'Debian GNU/Linux 13' },
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
          condition('Ready', 'True', 'KubeletReady'),
        ],
      },
    },
  );
}

function namespaces(): readonly KubernetesObject[] {
  const production = ['payments', 'web', 'databases', 'analytics', 'monitoring'];
  return ['kube-system', 'default', ...production].map((name) =>
    anObject(
      'v1',
      'Namespace',
      {
        name,
        createdAtMs: moments.longAgo,
        labels: {
          'kubernetes.io/metadata.name': name,
          ...(production.includes(name) ? { environment: 'production' } : {}),
        },
      },
      { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
    ),
  );
}

function standardClass(): KubernetesObject {
  return anObject(
    'storage.k8s.io/v1',
    'StorageClass',
    {
      name: 'standard',
      createdAtMs: moments.longAgo,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    { provisioner: 'ebs.csi.example.com', reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer' },
  );
}
