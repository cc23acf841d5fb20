import type { Builder } from './kube-object.ts';
import { podObjects, podSpec } from './pod-objects.ts';
import { HEALTHY, troubleWords, type TroubleWords } from './trouble.ts';
import {
  createdAtMs,
  newPlan,
  selectorOf,
  workloadWords,
  type WorkloadPlan,
  type WorkloadWords,
} from './workload-plan.ts';

export interface PodBuilder extends Builder, WorkloadWords<PodBuilder>, TroubleWords<PodBuilder> {
  healthy(): PodBuilder;
}

/** A pod that nothing owns. */
export function aPod(name: string): PodBuilder {
  return build(newPlan(name));
}

function build(plan: WorkloadPlan): PodBuilder {
  const change = (changes: Partial<WorkloadPlan>): PodBuilder => build({ ...plan, ...changes });
  return {
    ...workloadWords(plan, change),
    ...troubleWords((affliction, memoryLimit = plan.memoryLimit) => change({ affliction, memoryLimit })),
    healthy: () => change({ affliction: HEALTHY }),
    objects: () =>
      podObjects({
        ...plan,
        labels: { ...plan.labels, ...selectorOf(plan) },
        spec: podSpec(plan),
        nodeName: plan.nodeNames[0] ?? 'worker-1',
        trouble: plan.affliction.trouble,
        createdAtMs: createdAtMs(plan),
        onsetAtMs: plan.nowMs - plan.affliction.sinceMs,
      }),
  };
}
