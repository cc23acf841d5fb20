import type { Service } from '../../domain/kubernetes/network.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { condition, isLive, unreadySinceMs } from '../pod-state.ts';
import { ownerKey, type View } from '../view.ts';

/** The endpoints controller notes here when the last change reached it (RFC 3339). */
const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

export function readyEndpoints(view: View, service: Service): number {
  return view
    .slicesOf(service)
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ ready }) => ready !== false).length;
}

/**
 * Since when a Service has no ready endpoint: since the last of its pods stopped being ready, or was told to end; without pods,
 * since the endpoints last changed or a workload lost availability; at worst since it was made.
 *
 * @returns Unix milliseconds
 */
export function endpointsLostAtMs(view: View, service: Service): number {
  const pods = view.podsSelectedBy(service);
  const live = pods.filter(isLive);
  if (live.length > 0) return Math.max(...live.map((pod) => unreadySinceMs(pod) ?? pod.meta.createdAtMs));
  const ending = pods.flatMap(({ meta }) => meta.deletedAtMs ?? []);
  if (ending.length > 0) return Math.max(...ending);
  const lost = view.workloadsSelectedBy(service).flatMap(({ kind, meta }) => {
    const deployment = kind === 'Deployment' ? view.deployment(meta.namespace, meta.name) : undefined;
    const available = deployment && condition(deployment.conditions, 'Available');
    return available?.status === 'False' && available.changedAtMs !== undefined ? [available.changedAtMs] : [];
  });
  if (lost.length > 0) return Math.max(...lost);
  const changes = view
    .slicesOf(service)
    .map(({ meta }) => Date.parse(meta.annotations[LAST_CHANGE] ?? ''))
    .filter((atMs) => !Number.isNaN(atMs));
  return changes.length > 0 ? Math.max(...changes) : service.meta.createdAtMs;
}

/** Whose pods a Service sends to, now or when they are there. */
export function ownersBehind(view: View, service: Service): readonly Owner[] {
  return [
    ...view.podsSelectedBy(service).map((pod) => view.ownership('Pod', pod.meta).top),
    ...view.workloadsSelectedBy(service).map(({ kind, meta }) => view.ownership(kind, meta).top),
  ];
}

export interface NearMiss {
  readonly pair: readonly [string, string];
  readonly pods: readonly Pod[];
}

/** Of so many workloads at most: a label that half the namespace has says nothing. */
const MAX_NEAR_OWNERS = 2;

/** Pods of the namespace that carry the whole selector but one pair (`tier=backend`); of several such pairs, that of the most pods. */
export function nearMissOf(view: View, { meta, selector }: Service): NearMiss | undefined {
  const pairs = Object.entries(selector);
  if (pairs.length < 2) return undefined;
  const near = view.podsIn(meta.namespace).flatMap((pod) => {
    const pair = onlyMissing(pairs, pod.meta.labels);
    return pair !== undefined && isLive(pod) ? [{ pair, pod }] : [];
  });
  return [...Map.groupBy(near, ({ pair }) => pair).entries()]
    .map(([pair, group]) => ({ pair, pods: group.map(({ pod }) => pod) }))
    .toSorted((left, right) => right.pods.length - left.pods.length)
    .find(({ pods }) => {
      const owners = pods.map((pod) => ownerKey(view.ownership('Pod', pod.meta).top));
      return new Set(owners).size <= MAX_NEAR_OWNERS;
    });
}

function onlyMissing<Pair extends readonly [string, string]>(
  pairs: readonly Pair[],
  labels: Readonly<Record<string, string>>,
): Pair | undefined {
  let missing: Pair | undefined;
  for (const pair of pairs) {
    if (labels[pair[0]] === pair[1]) continue;
    if (missing !== undefined) return undefined;
    missing = pair;
  }
  return missing;
}
