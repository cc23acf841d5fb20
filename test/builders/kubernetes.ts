import type { Event, Namespace, Node } from '../../src/domain/kubernetes/cluster.ts';
import type {
  APIService,
  CustomResourceDefinition,
  Webhook,
  WebhookConfiguration,
} from '../../src/domain/kubernetes/extension.ts';
import type { Condition, ObjectMeta, OwnerReference } from '../../src/domain/kubernetes/meta.ts';
import type {
  EndpointSlice,
  Ingress,
  IngressClass,
  NetworkPolicy,
  Service,
} from '../../src/domain/kubernetes/network.ts';
import type { Container, ContainerStatus, ContainerTermination, Pod } from '../../src/domain/kubernetes/pod.ts';
import type { LimitRange, ResourceQuota } from '../../src/domain/kubernetes/quota.ts';
import type { HorizontalPodAutoscaler, PodDisruptionBudget } from '../../src/domain/kubernetes/scaling.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../src/domain/kubernetes/storage.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodTemplate,
  ReplicaSet,
  StatefulSet,
} from '../../src/domain/kubernetes/workload.ts';
import { noObjects, type ObjectsByKind, type Snapshot } from '../../src/domain/snapshot.ts';

/** Healthy objects as the reader projects them; a test changes only what it is about. */
export const NOW_MS = Date.UTC(2026, 10, 21, 18);

/** `ago(5)` is five minutes before now. */
export function ago(minutes: number): number {
  return NOW_MS - minutes * 60_000;
}

const LONG_AGO_MS = ago(24 * 60);
/** A year: certificates that are fine. */
const FAR_AHEAD_MS = ago(-365 * 24 * 60);
const TEN_YEARS_MS = 10 * 365 * 86_400_000;

export function aMeta(over: Partial<ObjectMeta> = {}): ObjectMeta {
  const namespace = over.namespace ?? 'payments';
  const name = over.name ?? 'api';
  return {
    namespace,
    name,
    uid: `uid-${namespace}-${name}`,
    resourceVersion: '1',
    generation: 1,
    createdAtMs: LONG_AGO_MS,
    deletedAtMs: undefined,
    labels: {},
    annotations: {},
    finalizers: [],
    owners: [],
    ...over,
  };
}

export function ownedBy(kind: string, meta: ObjectMeta, apiVersion = 'apps/v1'): readonly OwnerReference[] {
  return [{ apiVersion, kind, name: meta.name, uid: meta.uid, controller: true }];
}

export function aCondition(type: string, status: string, over: Partial<Condition> = {}): Condition {
  return { type, status, reason: '', message: '', changedAtMs: LONG_AGO_MS, updatedAtMs: undefined, ...over };
}

export function aContainer(over: Partial<Container> = {}): Container {
  return {
    name: 'api',
    image: 'registry.example/api:1.0',
    restartPolicy: '',
    requests: {},
    limits: {},
    ports: [],
    hasStdin: false,
    hasReadinessProbe: false,
    hasLivenessProbe: false,
    hasStartupProbe: false,
    ...over,
  };
}

export function aStatus(over: Partial<ContainerStatus> = {}): ContainerStatus {
  return {
    name: 'api',
    image: 'registry.example/api:1.0',
    ready: true,
    started: true,
    restartCount: 0,
    waiting: undefined,
    running: { startedAtMs: LONG_AGO_MS },
    terminated: undefined,
    lastTerminated: undefined,
    ...over,
  };
}

export function aTermination(over: Partial<ContainerTermination> = {}): ContainerTermination {
  return {
    exitCode: 1,
    signal: 0,
    reason: 'Error',
    message: '',
    startedAtMs: ago(3),
    finishedAtMs: ago(2),
    ...over,
  };
}

const LABELS = { app: 'api' };

export function aPod(over: Partial<Omit<Pod, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {}): Pod {
  return {
    nodeName: 'worker-1',
    serviceAccountName: 'default',
    restartPolicy: 'Always',
    priorityClassName: '',
    schedulerName: 'default-scheduler',
    schedulingGates: [],
    nodeSelector: {},
    claimNames: [],
    requests: {},
    limits: {},
    initContainers: [],
    containers: [aContainer()],
    phase: 'Running',
    reason: '',
    message: '',
    startedAtMs: LONG_AGO_MS,
    conditions: [
      aCondition('PodScheduled', 'True'),
      aCondition('ContainersReady', 'True'),
      aCondition('Ready', 'True'),
    ],
    initContainerStatuses: [],
    containerStatuses: [aStatus()],
    ...over,
    meta: aMeta({ name: 'api-5d4f-x1', labels: LABELS, ...over.meta }),
  };
}

/** A pod whose one container is in trouble, not ready for an hour. */
export function aSickPod(
  status: Partial<ContainerStatus>,
  over: Parameters<typeof aPod>[0] & { readonly unreadySinceMs?: number } = {},
): Pod {
  const { unreadySinceMs = ago(60), ...pod } = over;
  return aPod({
    containerStatuses: [aStatus({ ready: false, running: undefined, ...status })],
    conditions: [
      aCondition('PodScheduled', 'True'),
      aCondition('ContainersReady', 'False', { changedAtMs: unreadySinceMs }),
      aCondition('Ready', 'False', { changedAtMs: unreadySinceMs, reason: 'ContainersNotReady' }),
    ],
    ...pod,
  });
}

export function aTemplate(over: Partial<PodTemplate> = {}): PodTemplate {
  return { labels: LABELS, containers: [aContainer()], claimNames: [], ...over };
}

const SELECTOR = { matchLabels: LABELS, matchExpressions: [] };

export function aDeployment(
  over: Partial<Omit<Deployment, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): Deployment {
  return {
    replicas: 1,
    paused: false,
    strategy: 'RollingUpdate',
    progressDeadlineSeconds: 600,
    selector: SELECTOR,
    template: aTemplate(),
    observedGeneration: 1,
    statusReplicas: over.replicas ?? 1,
    updatedReplicas: over.replicas ?? 1,
    readyReplicas: over.replicas ?? 1,
    availableReplicas: over.replicas ?? 1,
    unavailableReplicas: 0,
    conditions: [
      aCondition('Available', 'True'),
      aCondition('Progressing', 'True', { reason: 'NewReplicaSetAvailable', updatedAtMs: LONG_AGO_MS }),
    ],
    ...over,
    meta: aMeta({ uid: 'uid-deployment', ...over.meta }),
  };
}

export function aReplicaSet(
  over: Partial<Omit<ReplicaSet, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): ReplicaSet {
  return {
    replicas: 1,
    selector: SELECTOR,
    template: aTemplate(),
    observedGeneration: 1,
    statusReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    conditions: [],
    ...over,
    meta: aMeta({ name: 'api-5d4f', uid: 'uid-replicaset', ...over.meta }),
  };
}

export function aStatefulSet(
  over: Partial<Omit<StatefulSet, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): StatefulSet {
  return {
    replicas: 1,
    serviceName: 'db',
    podManagementPolicy: 'OrderedReady',
    ordinalStart: 0,
    selector: SELECTOR,
    template: aTemplate(),
    volumeClaimTemplateNames: [],
    observedGeneration: 1,
    statusReplicas: 1,
    readyReplicas: over.replicas ?? 1,
    availableReplicas: 1,
    updatedReplicas: 1,
    currentRevision: 'db-1',
    updateRevision: 'db-1',
    conditions: [],
    ...over,
    meta: aMeta({ name: 'db', uid: 'uid-statefulset', ...over.meta }),
  };
}

export function aDaemonSet(
  over: Partial<Omit<DaemonSet, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): DaemonSet {
  const desired = over.desiredNumberScheduled ?? 2;
  return {
    selector: SELECTOR,
    template: aTemplate(),
    observedGeneration: 1,
    desiredNumberScheduled: desired,
    currentNumberScheduled: desired,
    numberReady: desired,
    numberAvailable: desired,
    numberUnavailable: 0,
    updatedNumberScheduled: desired,
    numberMisscheduled: 0,
    conditions: [],
    ...over,
    meta: aMeta({ name: 'agent', uid: 'uid-daemonset', ...over.meta }),
  };
}

export function aJob(over: Partial<Omit<Job, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {}): Job {
  return {
    suspend: false,
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    activeDeadlineSeconds: undefined,
    template: aTemplate({ labels: { job: 'import' } }),
    active: 0,
    succeeded: 1,
    failed: 0,
    startedAtMs: ago(30),
    completedAtMs: ago(20),
    conditions: [aCondition('Complete', 'True', { changedAtMs: ago(20) })],
    ...over,
    meta: aMeta({ name: 'import', uid: 'uid-job', ...over.meta }),
  };
}

export function aCronJob(over: Partial<Omit<CronJob, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {}): CronJob {
  return {
    schedule: '0 * * * *',
    timeZone: '',
    suspend: false,
    concurrencyPolicy: 'Allow',
    startingDeadlineSeconds: undefined,
    template: aTemplate({ labels: { job: 'import' } }),
    activeJobNames: [],
    lastScheduleAtMs: ago(30),
    lastSuccessAtMs: undefined,
    ...over,
    meta: aMeta({ name: 'import', uid: 'uid-cronjob', ...over.meta }),
  };
}

export function aNode(over: Partial<Omit<Node, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {}): Node {
  return {
    unschedulable: false,
    taints: [],
    capacity: {},
    allocatable: {},
    kubeletVersion: 'v1.36.3',
    architecture: 'amd64',
    conditions: [
      aCondition('Ready', 'True'),
      aCondition('MemoryPressure', 'False'),
      aCondition('DiskPressure', 'False'),
    ],
    ...over,
    meta: aMeta({ namespace: '', name: 'worker-1', uid: 'uid-node', ...over.meta }),
  };
}

export function aNamespace(
  over: Partial<Omit<Namespace, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): Namespace {
  return {
    phase: 'Active',
    conditions: [],
    ...over,
    meta: aMeta({ namespace: '', name: 'payments', uid: 'uid-namespace', ...over.meta }),
  };
}

export function aService(over: Partial<Omit<Service, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {}): Service {
  return {
    type: 'ClusterIP',
    clusterIP: '10.0.0.1',
    externalName: '',
    selector: LABELS,
    publishNotReadyAddresses: false,
    loadBalancerClass: '',
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: '8080' }],
    loadBalancerAddresses: [],
    ...over,
    meta: aMeta({ name: 'api', uid: 'uid-service', ...over.meta }),
  };
}

export function aSlice(ready: readonly (boolean | undefined)[], over: Partial<ObjectMeta> = {}): EndpointSlice {
  return {
    meta: aMeta({ name: 'api-abc', uid: 'uid-slice', ...over }),
    serviceName: 'api',
    endpoints: ready.map((isReady, index) => ({
      addresses: [`10.1.0.${String(index + 1)}`],
      ready: isReady,
      targetKind: 'Pod',
      targetName: 'api-5d4f-x1',
      nodeName: 'worker-1',
    })),
    ports: [{ name: 'http', port: 8080 }],
  };
}

export function aClaim(
  over: Partial<Omit<PersistentVolumeClaim, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): PersistentVolumeClaim {
  return {
    storageClassName: 'fast',
    volumeName: 'pv-1',
    accessModes: ['ReadWriteOnce'],
    requestedStorage: '10Gi',
    phase: 'Bound',
    conditions: [],
    ...over,
    meta: aMeta({ name: 'data', uid: 'uid-claim', ...over.meta }),
  };
}

export function aStorageClass(
  over: Partial<Omit<StorageClass, 'meta'>> & { readonly name?: string } = {},
): StorageClass {
  const { name = 'fast', ...rest } = over;
  return {
    meta: aMeta({ namespace: '', name, uid: `uid-class-${name}` }),
    provisioner: 'csi.example',
    volumeBindingMode: 'Immediate',
    isDefault: false,
    ...rest,
  };
}

/** Bound to `aClaim()`. */
export function aVolume(
  over: Partial<Omit<PersistentVolume, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): PersistentVolume {
  return {
    storageClassName: 'fast',
    accessModes: ['ReadWriteOnce'],
    phase: 'Bound',
    reason: '',
    message: '',
    reclaimPolicy: 'Delete',
    capacityStorage: '10Gi',
    claim: { namespace: 'payments', name: 'data', uid: 'uid-claim' },
    phaseChangedAtMs: LONG_AGO_MS,
    ...over,
    meta: aMeta({ namespace: '', name: 'pv-1', uid: 'uid-volume', ...over.meta }),
  };
}

export function aQuota(
  over: Partial<Omit<ResourceQuota, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): ResourceQuota {
  return {
    hard: { pods: '20', 'requests.cpu': '10', 'requests.memory': '20Gi' },
    used: { pods: '4', 'requests.cpu': '2', 'requests.memory': '4Gi' },
    ...over,
    meta: aMeta({ name: 'team', uid: 'uid-quota', ...over.meta }),
  };
}

export function aLimitRange(
  over: Partial<Omit<LimitRange, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): LimitRange {
  return {
    limits: [{ type: 'Container', min: {}, max: { cpu: '2', memory: '4Gi' } }],
    ...over,
    meta: aMeta({ name: 'limits', uid: 'uid-limit-range', ...over.meta }),
  };
}

/** Scales `aDeployment()`. */
export function anAutoscaler(
  over: Partial<Omit<HorizontalPodAutoscaler, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): HorizontalPodAutoscaler {
  return {
    target: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
    minReplicas: 1,
    maxReplicas: 5,
    currentReplicas: 2,
    desiredReplicas: 2,
    lastScaledAtMs: LONG_AGO_MS,
    conditions: [
      aCondition('AbleToScale', 'True', { reason: 'ReadyForNewScale' }),
      aCondition('ScalingActive', 'True', { reason: 'ValidMetricFound' }),
      aCondition('ScalingLimited', 'False', { reason: 'DesiredWithinRange' }),
    ],
    ...over,
    meta: aMeta({ name: 'api', uid: 'uid-autoscaler', ...over.meta }),
  };
}

/** Over `aPod()` and one more. */
export function aBudget(
  over: Partial<Omit<PodDisruptionBudget, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): PodDisruptionBudget {
  return {
    minAvailable: '1',
    maxUnavailable: undefined,
    selector: SELECTOR,
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 2,
    desiredHealthy: 1,
    expectedPods: 2,
    conditions: [aCondition('DisruptionAllowed', 'True', { reason: 'SufficientPods' })],
    ...over,
    meta: aMeta({ name: 'api', uid: 'uid-budget', ...over.meta }),
  };
}

/** A route to `aService()`. */
export function anIngress(
  over: Partial<Omit<Ingress, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): Ingress {
  return {
    className: 'public',
    defaultBackend: undefined,
    rules: [{ host: 'api.example.com', paths: [{ path: '/', backend: { serviceName: 'api', servicePort: '80' } }] }],
    tlsSecretNames: [],
    loadBalancerAddresses: ['192.0.2.1'],
    ...over,
    meta: aMeta({ name: 'api', uid: 'uid-ingress', ...over.meta }),
  };
}

export function anIngressClass(
  over: Partial<Omit<IngressClass, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): IngressClass {
  return {
    controller: 'example.com/ingress',
    isDefault: false,
    ...over,
    meta: aMeta({ namespace: '', name: 'public', uid: 'uid-ingress-class', ...over.meta }),
  };
}

/** Selects `aPod()`. */
export function aNetworkPolicy(
  over: Partial<Omit<NetworkPolicy, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): NetworkPolicy {
  return {
    podSelector: SELECTOR,
    policyTypes: ['Ingress'],
    ...over,
    meta: aMeta({ name: 'api', uid: 'uid-policy', ...over.meta }),
  };
}

/** Behind the Service `webhook` in the namespace `policy`. */
export function aWebhook(over: Partial<Webhook> = {}): Webhook {
  return {
    name: 'pods.policy.example.com',
    failurePolicy: 'Fail',
    service: { namespace: 'policy', name: 'webhook', port: 443 },
    caExpiresAtMs: FAR_AHEAD_MS,
    caLifetimeMs: TEN_YEARS_MS,
    namespaceSelector: { matchLabels: {}, matchExpressions: [] },
    rules: [{ operations: ['CREATE'], apiGroups: [''], resources: ['pods'] }],
    ...over,
  };
}

export function aWebhookConfiguration(
  over: Partial<Omit<WebhookConfiguration, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): WebhookConfiguration {
  return {
    webhooks: [aWebhook()],
    ...over,
    meta: aMeta({ namespace: '', name: 'policy', uid: 'uid-webhooks', ...over.meta }),
  };
}

/** Behind the Service `metrics-server` in `kube-system`. */
export function anApiService(
  over: Partial<Omit<APIService, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): APIService {
  return {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    service: { namespace: 'kube-system', name: 'metrics-server', port: 443 },
    insecureSkipTLSVerify: false,
    caExpiresAtMs: FAR_AHEAD_MS,
    caLifetimeMs: TEN_YEARS_MS,
    conditions: [aCondition('Available', 'True', { reason: 'Passed' })],
    ...over,
    meta: aMeta({ namespace: '', name: 'v1beta1.metrics.k8s.io', uid: 'uid-api-service', ...over.meta }),
  };
}

export function aCustomResourceDefinition(
  over: Partial<Omit<CustomResourceDefinition, 'meta'>> & { readonly meta?: Partial<ObjectMeta> } = {},
): CustomResourceDefinition {
  return {
    group: 'example.com',
    kind: 'Widget',
    resource: 'widgets',
    namespaced: true,
    servedVersions: ['v1'],
    storedVersions: ['v1'],
    conversionService: undefined,
    conversionCaExpiresAtMs: undefined,
    conversionCaLifetimeMs: undefined,
    conditions: [
      aCondition('NamesAccepted', 'True', { reason: 'NoConflicts' }),
      aCondition('Established', 'True', { reason: 'InitialNamesAccepted' }),
    ],
    ...over,
    meta: aMeta({ namespace: '', name: 'widgets.example.com', uid: 'uid-definition', ...over.meta }),
  };
}

export function anEvent(
  about: { readonly kind: string; readonly meta: ObjectMeta },
  over: Partial<Omit<Event, 'meta' | 'involved'>> & { readonly fieldPath?: string },
): Event {
  const { fieldPath = '', ...rest } = over;
  const { kind, meta } = about;
  return {
    meta: aMeta({ name: `${meta.name}.${over.reason ?? 'event'}` }),
    type: 'Warning',
    reason: 'Failed',
    message: '',
    count: 1,
    firstAtMs: ago(30),
    lastAtMs: ago(1),
    source: 'kubelet',
    involved: { apiVersion: 'v1', kind, namespace: meta.namespace, name: meta.name, uid: meta.uid, fieldPath },
    ...rest,
  };
}

/** A cluster with nothing in it. */
export const NO_OBJECTS: ObjectsByKind = noObjects();

const ALL_KINDS = Object.keys(NO_OBJECTS) as (keyof ObjectsByKind)[];

export function aSnapshot(objects: Partial<ObjectsByKind> = {}, over: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAtMs: NOW_MS,
    cluster: { id: 'cluster-1', name: 'test', version: 'v1.36.3' },
    objects: { ...NO_OBJECTS, ...objects },
    custom: new Map(),
    gaps: [],
    read: ALL_KINDS,
    includedNamespaces: undefined,
    excludedNamespaces: [],
    ...over,
  };
}
