import { anObject, isReady, type KubernetesObject } from './objects.ts';
import { aPod, nodeFor, podSpec, podSuffix, type ContainerPlan, type PodState } from './pods.ts';
import { iso, moments } from './timeline.ts';

/** One rollout of a Deployment: its ReplicaSet and the states of its pods. */
interface Revision {
  readonly number: number;
  /** The pod-template-hash. */
  readonly hash: string;
  readonly container: ContainerPlan;
  readonly createdAtMs: number;
  readonly pods: readonly PodState[];
  /** When its present pods were made; its own creation by default. */
  readonly podsCreatedAtMs?: number;
}

interface DeploymentPlan {
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
