import { anObject, isReady, type KubernetesObject } from './objects.ts';
import { aPod, podSpec, type ContainerPlan, type PodState } from './pods.ts';
import { iso, moments } from './timeline.ts';

const NODES = ['node-a', 'node-b'] as const;
const nodeFor = (index: number): string => NODES[index % NODES.length] ?? NODES[0];

/** One rollout of a Deployment: its ReplicaSet and the states of its pods. */
export interface Revision {
  readonly number: number;
  /** The pod-template-hash. */
  readonly hash: string;
  readonly container: ContainerPlan;
  readonly createdAtMs: number;
  readonly pods: readonly PodState[];
  /** When its present pods were made; its own creation by default. */
  readonly podsCreatedAtMs?: number;
}

export interface DeploymentPlan {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** Oldest first; the last one is the template now in force. */
  readonly revisions: readonly Revision[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Since when too few replicas are available; `undefined` while enough are. */
  readonly unavailableSinceMs?: number;
  /** Since when the rollout has been given up. */
  readonly stuckSinceMs?: number;
}

/** A Deployment with its ReplicaSets and pods; the first object is the Deployment. */
export function aDeployment(plan: DeploymentPlan): readonly KubernetesObject[] {
  const { namespace, name, replicas, revisions } = plan;
  const labels = { app: name, 'app.kubernetes.io/name': name };
  const current = revisions.at(-1);
  if (current === undefined) throw new Error(`${name} needs a revision`);
  const identity = anObject('apps/v1', 'Deployment', { namespace, name, createdAtMs: moments.longAgo });
  const replicaSets = revisions.map((revision) => {
    const setLabels = { ...labels, 'pod-template-hash': revision.hash };
    const owned = {
      namespace,
      name: `${name}-${revision.hash}`,
      createdAtMs: revision.createdAtMs,
      labels: setLabels,
      owner: identity,
    };
    const annotations = { 'deployment.kubernetes.io/revision': String(revision.number) };
    const bare = anObject('apps/v1', 'ReplicaSet', owned);
    const pods = revision.pods.map((state, index) =>
      aPod({
        owner: bare,
        name: `${name}-${revision.hash}-${podSuffix(index)}`,
        labels: setLabels,
        container: revision.container,
        node: nodeFor(index),
        createdAtMs: revision.podsCreatedAtMs ?? revision.createdAtMs,
        state,
      }),
    );
    const ready = pods.filter(isReady).length;
    const replicaSet = anObject(
      'apps/v1',
      'ReplicaSet',
      { ...owned, annotations },
      {
        spec: {
          replicas: pods.length,
          selector: { matchLabels: setLabels },
          template: { metadata: { labels: setLabels }, spec: podSpec(revision.container) },
        },
        status: { replicas: pods.length, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
      },
    );
    return { replicaSet, pods };
  });
  const pods = replicaSets.flatMap((each) => each.pods);
  const ready = pods.filter(isReady).length;
  const generation = current.number;
  const deployment = anObject(
    'apps/v1',
    'Deployment',
    {
      namespace,
      name,
      createdAtMs: moments.longAgo,
      generation,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': String(current.number), ...plan.annotations },
    },
    {
      spec: {
        replicas,
        progressDeadlineSeconds: 600,
        revisionHistoryLimit: 10,
        selector: { matchLabels: { app: name } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        template: { metadata: { labels }, spec: podSpec(current.container) },
      },
      status: {
        observedGeneration: generation,
        replicas: pods.length,
        updatedReplicas: current.pods.length,
        readyReplicas: ready,
        availableReplicas: ready,
        unavailableReplicas: Math.max(0, replicas - ready),
        conditions: [availableCondition(plan.unavailableSinceMs), progressingCondition(plan, current)],
      },
    },
  );
  return [deployment, ...replicaSets.map((each) => each.replicaSet), ...pods];
}

function availableCondition(unavailableSinceMs: number | undefined): Record<string, unknown> {
  const at = iso(unavailableSinceMs ?? moments.longAgo);
  return unavailableSinceMs === undefined
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
        lastTransitionTime: at,
        lastUpdateTime: at,
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
        lastTransitionTime: at,
        lastUpdateTime: at,
      };
}

function progressingCondition(plan: DeploymentPlan, current: Revision): Record<string, unknown> {
  const set = `${plan.name}-${current.hash}`;
  const at = iso(plan.stuckSinceMs ?? current.createdAtMs);
  if (plan.stuckSinceMs !== undefined) {
    return {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${set}" has timed out progressing.`,
      lastTransitionTime: at,
      lastUpdateTime: at,
    };
  }
  return {
    type: 'Progressing',
    status: 'True',
    reason: 'NewReplicaSetAvailable',
    message: `ReplicaSet "${set}" has successfully progressed.`,
    lastTransitionTime: at,
    lastUpdateTime: at,
  };
}

interface StatefulSetPlan {
  readonly namespace: string;
  readonly name: string;
  readonly container: ContainerPlan;
  readonly pods: readonly PodState[];
  readonly createdAtMs: number;
  readonly storageClass: string;
  readonly storage: string;
  /** `Pending` until a volume is there. */
  readonly claimPhase: 'Bound' | 'Pending';
}

/** A StatefulSet with its pods and claims; the first object is the StatefulSet. */
export function aStatefulSet(plan: StatefulSetPlan): readonly KubernetesObject[] {
  const { namespace, name, container, createdAtMs } = plan;
  const labels = { app: name, 'app.kubernetes.io/name': name };
  const owner = anObject('apps/v1', 'StatefulSet', { namespace, name, createdAtMs });
  const claims = plan.pods.map((_, index) => `data-${name}-${index}`);
  const pods = plan.pods.map((state, index) =>
    aPod({
      owner,
      name: `${name}-${index}`,
      labels: {
        ...labels,
        'statefulset.kubernetes.io/pod-name': `${name}-${index}`,
        'controller-revision-hash': `${name}-1`,
      },
      container: { ...container, claim: claims[index] ?? '' },
      node: nodeFor(index),
      createdAtMs,
      state,
    }),
  );
  const ready = pods.filter(isReady).length;
  const set = anObject(
    'apps/v1',
    'StatefulSet',
    { namespace, name, createdAtMs, labels },
    {
      spec: {
        replicas: plan.pods.length,
        serviceName: name,
        podManagementPolicy: 'OrderedReady',
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels }, spec: podSpec(container) },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec(plan) }],
      },
      status: {
        observedGeneration: 1,
        replicas: plan.pods.length,
        readyReplicas: ready,
        availableReplicas: ready,
        updatedReplicas: plan.pods.length,
        currentRevision: `${name}-1`,
        updateRevision: `${name}-1`,
      },
    },
  );
  const bound = plan.claimPhase === 'Bound';
  const claimObjects = claims.map((claim) =>
    anObject(
      'v1',
      'PersistentVolumeClaim',
      { namespace, name: claim, createdAtMs, labels },
      {
        spec: { ...claimSpec(plan), ...(bound ? { volumeName: `pv-${claim}` } : {}) },
        status: { phase: plan.claimPhase, ...(bound ? { capacity: { storage: plan.storage } } : {}) },
      },
    ),
  );
  return [set, ...pods, ...claimObjects];
}

function claimSpec({ storageClass, storage }: StatefulSetPlan): Record<string, unknown> {
  return { accessModes: ['ReadWriteOnce'], storageClassName: storageClass, resources: { requests: { storage } } };
}

/** A DaemonSet with one running pod on each node. */
export function aDaemonSet(namespace: string, name: string, container: ContainerPlan): readonly KubernetesObject[] {
  const labels = { app: name };
  const state: PodState = { is: 'running', sinceMs: moments.longAgo };
  const counts = {
    desiredNumberScheduled: NODES.length,
    currentNumberScheduled: NODES.length,
    updatedNumberScheduled: NODES.length,
    numberReady: NODES.length,
    numberAvailable: NODES.length,
    numberMisscheduled: 0,
    observedGeneration: 1,
  };
  const set = anObject(
    'apps/v1',
    'DaemonSet',
    { namespace, name, createdAtMs: moments.longAgo, labels },
    {
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(container) } },
      status: counts,
    },
  );
  const pods = NODES.map((node, index) =>
    aPod({
      owner: set,
      name: `${name}-${podSuffix(index)}`,
      labels,
      container,
      node,
      createdAtMs: moments.longAgo,
      state,
    }),
  );
  return [set, ...pods];
}

interface CronJobPlan {
  readonly namespace: string;
  readonly name: string;
  readonly schedule: string;
  readonly container: ContainerPlan;
  /** Starts of its runs, oldest first; each took four minutes and succeeded. */
  readonly runsAtMs: readonly number[];
}

export function aCronJob({ namespace, name, schedule, container, runsAtMs }: CronJobPlan): readonly KubernetesObject[] {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec(container, 'Never') };
  const last = runsAtMs.at(-1) ?? moments.longAgo;
  const cronJob = anObject(
    'batch/v1',
    'CronJob',
    { namespace, name, createdAtMs: moments.longAgo, labels },
    {
      spec: {
        schedule,
        timeZone: 'Etc/UTC',
        suspend: false,
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { template } },
      },
      status: { lastScheduleTime: iso(last), lastSuccessfulTime: iso(last + FOUR_MINUTES_MS) },
    },
  );
  const jobs = runsAtMs.flatMap((startedAtMs) => {
    const finishedAtMs = startedAtMs + FOUR_MINUTES_MS;
    const job = anObject(
      'batch/v1',
      'Job',
      {
        namespace,
        name: `${name}-${Math.floor(startedAtMs / 60_000)}`,
        createdAtMs: startedAtMs,
        labels,
        owner: cronJob,
      },
      {
        spec: { completions: 1, parallelism: 1, backoffLimit: 3, suspend: false, template },
        status: {
          startTime: iso(startedAtMs),
          completionTime: iso(finishedAtMs),
          succeeded: 1,
          conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: iso(finishedAtMs) }],
        },
      },
    );
    const pod = aPod({
      owner: job,
      name: `${job.metadata.name}-${podSuffix(0)}`,
      labels: { ...labels, 'batch.kubernetes.io/job-name': job.metadata.name },
      container,
      node: nodeFor(1),
      createdAtMs: startedAtMs,
      state: { is: 'completed', startedAtMs, finishedAtMs },
    });
    return [job, pod];
  });
  return [cronJob, ...jobs];
}

const FOUR_MINUTES_MS = 240_000;

function podSuffix(index: number): string {
  return ['b7xkq', 'd2m9w', 'h5tzr', 'k8v4n'][index] ?? `p${index}xyz`;
}
