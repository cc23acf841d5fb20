import { metadataOf, nonZero, suffixOf, type Builder, type KubeObject } from './kube-object.ts';
import { HEALTHY, troubleWords, type TroubleWords } from './trouble.ts';
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

export interface StatefulSetBuilder
  extends Builder, WorkloadWords<StatefulSetBuilder>, TroubleWords<StatefulSetBuilder> {
  replicas(count: number): StatefulSetBuilder;
  healthy(): StatefulSetBuilder;
}

/** A StatefulSet with its pods: `aStatefulSet('postgres').in(namespace).replicas(2).probeFailing({ pods: 1 })`. */
export function aStatefulSet(name: string): StatefulSetBuilder {
  return build(newPlan(name));
}

function build(plan: WorkloadPlan): StatefulSetBuilder {
  const change = (changes: Partial<WorkloadPlan>): StatefulSetBuilder => build({ ...plan, ...changes });
  return {
    ...workloadWords(plan, change),
    ...troubleWords((affliction, memoryLimit = plan.memoryLimit) => change({ affliction, memoryLimit })),
    replicas: (replicas) => change({ replicas }),
    healthy: () => change({ affliction: HEALTHY }),
    objects: () => {
      const set = statefulSetObject(plan);
      const names = Array.from({ length: plan.replicas }, (_, index) => `${plan.name}-${index}`);
      return [set, ...podsOf(plan, names, set, { 'controller-revision-hash': revisionOf(plan) })];
    },
  };
}

function statefulSetObject(plan: WorkloadPlan): KubeObject {
  const { replicas, ready } = countsOf(plan);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf({ kind: 'StatefulSet', ...plan, createdAtMs: createdAtMs(plan) }),
    spec: {
      replicas,
      serviceName: plan.name,
      podManagementPolicy: 'OrderedReady',
      selector: { matchLabels: selectorOf(plan) },
      template: templateOf(plan),
    },
    status: {
      observedGeneration: 1,
      replicas,
      availableReplicas: ready, // has no omitempty, unlike the others
      ...nonZero({ readyReplicas: ready, currentReplicas: replicas, updatedReplicas: replicas }),
      currentRevision: revisionOf(plan),
      updateRevision: revisionOf(plan),
      collisionCount: 0,
    },
  };
}

function revisionOf(plan: WorkloadPlan): string {
  return `${plan.name}-${suffixOf(plan.name, 10)}`;
}
