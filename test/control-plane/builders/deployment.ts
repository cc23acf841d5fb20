import { condition, metadataOf, nonZero, suffixOf, type Builder, type KubeObject } from './kube-object.ts';
import { failingProbe, HEALTHY, troubleWords, type TroubleWords } from './trouble.ts';
import {
  countsOf,
  createdAtMs,
  newPlan,
  podsOf,
  selectorOf,
  templateOf,
  workloadWords,
  type WorkloadPlan,
  type WorkloadWords,
} from './workload-plan.ts';

export interface DeploymentBuilder extends Builder, WorkloadWords<DeploymentBuilder>, TroubleWords<DeploymentBuilder> {
  replicas(count: number): DeploymentBuilder;
  /**
   * The newest revision never becomes ready and its deadline passed; the pods of the revision before still serve.
   * The new pod is troubled as told before, by failing probes unless told.
   */
  rolloutStuck(options?: { readonly sinceMs?: number }): DeploymentBuilder;
  healthy(): DeploymentBuilder;
}

interface DeploymentPlan extends WorkloadPlan {
  readonly isStuck: boolean;
}

/** A Deployment with its ReplicaSet and pods: `aDeployment('api').in(namespace).replicas(3).crashLooping()`. */
export function aDeployment(name: string): DeploymentBuilder {
  return build({ ...newPlan(name), isStuck: false });
}

function build(plan: DeploymentPlan): DeploymentBuilder {
  const change = (changes: Partial<DeploymentPlan>): DeploymentBuilder => build({ ...plan, ...changes });
  return {
    ...workloadWords(plan, change),
    ...troubleWords((affliction, memoryLimit = plan.memoryLimit) => change({ affliction, memoryLimit })),
    replicas: (replicas) => change({ replicas }),
    healthy: () => change({ affliction: HEALTHY, isStuck: false }),
    rolloutStuck: ({ sinceMs = 600_000 } = {}) => {
      const isTroubled = plan.affliction.trouble.kind !== 'none';
      return change({ isStuck: true, affliction: isTroubled ? plan.affliction : failingProbe(sinceMs) });
    },
    objects: () => (plan.isStuck ? stuckObjects(plan) : steadyObjects(plan)),
  };
}

const REVISION = 'deployment.kubernetes.io/revision';

function steadyObjects(plan: DeploymentPlan): KubeObject[] {
  const counts = countsOf(plan);
  const deployment = deploymentObject(plan, 1, {
    replicas: counts.replicas,
    updatedReplicas: counts.replicas,
    readyReplicas: counts.ready,
    availableReplicas: counts.ready,
    unavailableReplicas: counts.replicas - counts.ready,
  });
  return [deployment, ...revisionObjects(plan, deployment, 1, counts.ready)];
}

/** The old revision serves with all replicas; the new one has a single pod, which is in trouble. */
function stuckObjects(plan: DeploymentPlan): KubeObject[] {
  const deployment = deploymentObject(plan, 2, {
    replicas: plan.replicas + 1,
    updatedReplicas: 1,
    readyReplicas: plan.replicas,
    availableReplicas: plan.replicas,
    unavailableReplicas: 1,
  });
  const before = { ...plan, affliction: { ...HEALTHY, sinceMs: plan.affliction.sinceMs } };
  const after = { ...plan, replicas: 1, ageMs: plan.affliction.sinceMs };
  return [
    deployment,
    ...revisionObjects(before, deployment, 1, plan.replicas),
    ...revisionObjects(after, deployment, 2, 0),
  ];
}

function deploymentObject(
  plan: DeploymentPlan,
  revision: number,
  counts: { readonly replicas: number; readonly readyReplicas: number; readonly [count: string]: number },
): KubeObject {
  const createdMs = createdAtMs(plan);
  const onsetMs = plan.nowMs - plan.affliction.sinceMs;
  // The default strategy lets a quarter of the replicas be away.
  const isAvailable = counts.readyReplicas >= plan.replicas - Math.floor(plan.replicas / 4);
  const newest = `${plan.name}-${hashOf(plan, revision)}`;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf({
      kind: 'Deployment',
      ...plan,
      createdAtMs: createdMs,
      annotations: { ...plan.annotations, [REVISION]: String(revision) },
    }),
    spec: {
      replicas: plan.replicas,
      selector: { matchLabels: selectorOf(plan) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      template: templateOf(plan),
    },
    status: {
      observedGeneration: 1,
      ...nonZero(counts),
      conditions: [
        isAvailable
          ? condition(
              'Available',
              'True',
              createdMs,
              'MinimumReplicasAvailable',
              'Deployment has minimum availability.',
            )
          : condition(
              'Available',
              'False',
              onsetMs,
              'MinimumReplicasUnavailable',
              'Deployment does not have minimum availability.',
            ),
        plan.isStuck
          ? condition(
              'Progressing',
              'False',
              onsetMs,
              'ProgressDeadlineExceeded',
              `ReplicaSet "${newest}" has timed out progressing.`,
            )
          : condition(
              'Progressing',
              'True',
              createdMs,
              'NewReplicaSetAvailable',
              `ReplicaSet "${newest}" has successfully progressed.`,
            ),
      ].map((each) => ({ ...each, lastUpdateTime: each['lastTransitionTime'] })),
    },
  };
}

/** The ReplicaSet of one revision, its pods and their events. */
function revisionObjects(plan: DeploymentPlan, owner: KubeObject, revision: number, ready: number): KubeObject[] {
  const hash = hashOf(plan, revision);
  const hashLabel = { 'pod-template-hash': hash };
  const template = templateOf(plan);
  const name = `${plan.name}-${hash}`;
  const replicaSet: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metadataOf({
      kind: 'ReplicaSet',
      name,
      namespace: plan.namespace,
      createdAtMs: createdAtMs(plan),
      labels: { ...template.metadata.labels, ...hashLabel },
      annotations: { [REVISION]: String(revision) },
      owner,
    }),
    spec: {
      replicas: plan.replicas,
      selector: { matchLabels: { ...selectorOf(plan), ...hashLabel } },
      template: { ...template, metadata: { labels: { ...template.metadata.labels, ...hashLabel } } },
    },
    status: {
      // ReplicaSets say their replicas even when there are none.
      replicas: plan.replicas,
      ...nonZero({
        observedGeneration: 1,
        fullyLabeledReplicas: plan.replicas,
        readyReplicas: ready,
        availableReplicas: ready,
      }),
    },
  };
  const podNames = Array.from({ length: plan.replicas }, (_, index) => `${name}-${suffixOf(`${name}/${index}`, 5)}`);
  return [replicaSet, ...podsOf(plan, podNames, replicaSet, hashLabel)];
}

function hashOf(plan: DeploymentPlan, revision: number): string {
  return suffixOf(`${plan.name}/${revision}`, 10);
}
