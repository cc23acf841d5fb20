import type { Node } from '../../domain/kubernetes/cluster.ts';

/** Autoscalers that are about to remove a node mark it so. */
const LEAVING =
  /^(?:ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler|karpenter\.sh\/disrupt(?:ed|ion))$/;

/** Marked for removal by an autoscaler: what happens to it is on purpose. */
export function isLeaving({ taints }: Pick<Node, 'taints'>): boolean {
  return taints.some(({ key }) => LEAVING.test(key));
}
