import type { Deployment } from '../../domain/kubernetes/workload.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';

/** A pod may take this long to become ready for the first time before it counts as missing; enough for a slow JVM. */
export const STARTUP_ALLOWANCE_MS = 5 * 60_000;
/** Two times this close together are one moment. */
export const SAME_MOMENT_MS = 60_000;

/** A rollout on its way within its own deadline: what is not ready yet is not lost. */
export function isRollingOut(deployment: Deployment, nowMs: number): boolean {
  const { meta, observedGeneration, progressDeadlineSeconds, updatedReplicas, replicas } = deployment;
  // Its controller has not yet looked at the newest spec: the status speaks of the last one.
  if (observedGeneration !== 0 && observedGeneration < meta.generation) return true;
  const progressing = condition(deployment.conditions, 'Progressing');
  if (progressing?.status !== 'True') return false;
  const isComplete = progressing.reason === 'NewReplicaSetAvailable' && updatedReplicas >= replicas;
  const movedAtMs = progressing.updatedAtMs ?? progressing.changedAtMs;
  if (isComplete || movedAtMs === undefined) return false;
  return nowMs - movedAtMs < progressDeadlineSeconds * 1_000;
}

/** Not available since it was made: nothing that people had is gone. */
function wasNeverAvailable(deployment: Deployment): boolean {
  const available = condition(deployment.conditions, 'Available');
  const sinceMs = available?.changedAtMs;
  if (available?.status !== 'False' || sinceMs === undefined) return false;
  return Math.abs(sinceMs - deployment.meta.createdAtMs) < SAME_MOMENT_MS;
}

/** A rollout on its way that keeps what it promises: it never had it, still has it, or takes it away by its own strategy. */
export function keepsItsPromise(deployment: Deployment): boolean {
  if (condition(deployment.conditions, 'Available')?.status !== 'False') return true;
  return deployment.strategy === 'Recreate' || wasNeverAvailable(deployment);
}

/** Whether the owner of a pod is rolling out and keeps what it promises. */
export function isHarmlessRollout(view: View, namespace: string, deploymentName: string): boolean {
  const deployment = view.deployment(namespace, deploymentName);
  if (deployment === undefined || !isRollingOut(deployment, view.nowMs)) return false;
  return keepsItsPromise(deployment);
}
