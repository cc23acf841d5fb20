import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { DaemonSet } from '../../domain/kubernetes/workload.ts';
import { isLive, isReady } from '../pod-state.ts';
import type { View } from '../view.ts';

/** Every DaemonSet tolerates what Kubernetes itself finds wrong with a node. */
const TOLERATED_BY_ALL = /^node\.kubernetes\.io\//;

/**
 * The nodes on which a DaemonSet has no ready pod, as far as they can be told.
 *
 * Those of its unready pods are certain. Which nodes it wants beyond them only its controller knows (tolerations, affinity): they are named
 * where exactly as many come into question as it says it lacks.
 */
export function nodesWithout(view: View, set: DaemonSet, pods: readonly Pod[]): readonly string[] {
  const live = pods.filter((pod) => isLive(pod) && pod.nodeName !== '');
  const served = new Set(live.filter(isReady).map(({ nodeName }) => nodeName));
  const unserved = new Set(live.map(({ nodeName }) => nodeName).filter((name) => !served.has(name)));
  const lacking = set.desiredNumberScheduled - served.size - unserved.size;
  const bare = lacking > 0 ? bareNodes(view, pods, lacking).filter((name) => !served.has(name)) : [];
  return [...unserved, ...bare].toSorted();
}

function bareNodes(view: View, pods: readonly Pod[], lacking: number): readonly string[] {
  if (!view.isComplete('Node', '')) return [];
  const taken = new Set(pods.filter(isLive).map(({ nodeName }) => nodeName));
  const selector = Object.entries(pods[0]?.nodeSelector ?? {});
  const possible = view.objects.Node.filter(
    ({ meta }) => !taken.has(meta.name) && selector.every(([key, value]) => meta.labels[key] === value),
  );
  const open = possible.filter(isOpen);
  const wanted = [possible, open].find((nodes) => nodes.length === lacking) ?? [];
  return wanted.map(({ meta }) => meta.name);
}

function isOpen({ taints }: Node): boolean {
  return taints.every(({ key, effect }) => effect === 'PreferNoSchedule' || TOLERATED_BY_ALL.test(key));
}
