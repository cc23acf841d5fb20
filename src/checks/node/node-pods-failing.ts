import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { quoteCondition } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { belongsToJob, condition, isLive, isReady, unreadySinceMs } from '../pod-state.ts';
import { STARTUP_ALLOWANCE_MS } from '../workload/rollout.ts';
import { ownerKey, type View } from '../view.ts';

const MIN_OWNERS = 3;
const MIN_SHARE = 0.5;
/** Elsewhere it must be well: otherwise it is no matter of this node. */
const MAX_SHARE_ELSEWHERE = 0.1;

export const nodePodsFailing: Check = {
  id: 'node-pods-failing',
  family: 'node',
  sees: 'Ready nodes on which half of all pods or more, of three owners or more, have been unready for 5 minutes, while those owners and the other nodes are well. Not: nodes that are not ready (node-not-ready), owners that fail everywhere.',
  cannotSee: 'The only node of a cluster, nodes with a few pods only.',
  needs: ['Node', 'Pod'],
  uses: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const placed = view.objects.Pod.filter((pod) => isLive(pod) && pod.nodeName !== '' && !belongsToJob(pod));
    const sick = placed.filter((pod) => isSick(pod, view.nowMs));
    if (sick.length < MIN_OWNERS) return [];
    const sickNodes = new Map<string, Set<string>>();
    for (const pod of sick) {
      const key = ownerKey(view.ownership('Pod', pod.meta).top);
      sickNodes.set(key, (sickNodes.get(key) ?? new Set()).add(pod.nodeName));
    }
    const isOnlyHere = (pod: Pod) => sickNodes.get(ownerKey(view.ownership('Pod', pod.meta).top))?.size === 1;
    const placedOn = countBy(placed);
    const sickOn = countBy(sick);
    const sickByNode = Map.groupBy(sick.filter(isOnlyHere), ({ nodeName }) => nodeName);
    return [...sickByNode].flatMap(([name, pods]) => {
      const node = view.node(name);
      const here = placedOn.get(name) ?? 0;
      const elsewhere = placed.length - here;
      const sickElsewhere = sick.length - (sickOn.get(name) ?? 0);
      if (node === undefined || condition(node.conditions, 'Ready')?.status !== 'True') return [];
      if (node.meta.deletedAtMs !== undefined || elsewhere === 0) return [];
      const owners = new Set(pods.map((pod) => ownerKey(view.ownership('Pod', pod.meta).top)));
      const isOfNode =
        owners.size >= MIN_OWNERS &&
        pods.length / here >= MIN_SHARE &&
        sickElsewhere / elsewhere <= MAX_SHARE_ELSEWHERE;
      return isOfNode ? [findingFor(view, node, pods, { here, owners: owners.size })] : [];
    });
  },
};

function countBy(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { nodeName } of pods) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
  return counts;
}

function isSick(pod: Pod, nowMs: number): boolean {
  return !isReady(pod) && nowMs - (unreadySinceMs(pod) ?? nowMs) >= STARTUP_ALLOWANCE_MS;
}

function findingFor(
  view: View,
  node: Node,
  pods: readonly Pod[],
  { here, owners }: { readonly here: number; readonly owners: number },
): CheckedFinding {
  const { meta } = node;
  const oldest = pods.toSorted((left, right) => (unreadySinceMs(left) ?? 0) - (unreadySinceMs(right) ?? 0));
  return {
    ...about(view, 'Node', 'v1', meta),
    family: 'node',
    reason: 'PodsFailingOnNode',
    impact: 'error',
    title: `${String(pods.length)} of ${String(here)} pods on the node are not ready, of ${String(owners)} owners that are well elsewhere`,
    onsetAtMs: Math.min(...pods.map((pod) => unreadySinceMs(pod) ?? view.nowMs)),
    evidence: [
      ...oldest.slice(0, 3).flatMap((pod) => {
        const ready = condition(pod.conditions, 'Ready');
        return ready === undefined ? [] : [quoteCondition('Pod', pod.meta, ready)];
      }),
      ...node.conditions.filter(({ type }) => type === 'Ready').map((ready) => quoteCondition('Node', meta, ready)),
    ],
    nextSteps: [
      describeObject('node', meta),
      `kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName=${meta.name}`,
      `kubectl cordon ${meta.name}`,
    ],
  };
}
