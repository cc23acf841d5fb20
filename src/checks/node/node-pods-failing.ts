import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { quoteCondition } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { ensure } from '../lookup.ts';
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
    const sick = view.restlessPods.filter((pod) => isPlaced(pod) && isSick(pod, view.nowMs));
    if (sick.length < MIN_OWNERS) return [];
    const ownerOf = (pod: Pod) => ownerKey(view.ownership('Pod', pod.meta).top);
    const sickNodes = new Map<string, Set<string>>();
    for (const pod of sick) ensure(sickNodes, ownerOf(pod), () => new Set<string>()).add(pod.nodeName);
    const suspects = [...Map.groupBy(sick, ({ nodeName }) => nodeName)].flatMap(([name, sickHere]) => {
      const node = view.node(name);
      if (node === undefined || condition(node.conditions, 'Ready')?.status !== 'True') return [];
      const pods = sickHere.filter((pod) => sickNodes.get(ownerOf(pod))?.size === 1);
      const owners = new Set(pods.map(ownerOf)).size;
      if (node.meta.deletedAtMs !== undefined || owners < MIN_OWNERS) return [];
      return [{ node, pods, owners, sickElsewhere: sick.length - sickHere.length }];
    });
    if (suspects.length === 0) return [];
    const placed = view.objects.Pod.filter(isPlaced).length;
    return suspects.flatMap(({ node, pods, owners, sickElsewhere }) => {
      const here = view.podsOn(node.meta.name).filter(isPlaced).length;
      const elsewhere = placed - here;
      const isOfNode =
        elsewhere > 0 && pods.length / here >= MIN_SHARE && sickElsewhere / elsewhere <= MAX_SHARE_ELSEWHERE;
      return isOfNode ? [findingFor(view, node, pods, { here, owners })] : [];
    });
  },
};

function isPlaced(pod: Pod): boolean {
  return isLive(pod) && pod.nodeName !== '' && !belongsToJob(pod);
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
