import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteField } from '../evidence.ts';
import { describeObject, describePod, inNamespace } from '../next-steps.ts';
import { controllerOf } from '../owner.ts';
import { belongsToJob, condition } from '../pod-state.ts';
import { standingOf } from '../standing.ts';
import { ownerKey, type View } from '../view.ts';

/** Evicted pods lie about until they are collected; those of an earlier hour are history. */
const RECENT_MS = 60 * 60_000;
const REPEATED = 3;

export const evicted: Check = {
  id: 'evicted',
  family: 'workload',
  sees: 'Pods that the kubelet evicted within the last hour, where their owner is short of replicas or has lost three or more, those that nobody replaces however long ago, and for want of which resource. Not: single evictions that were made good, evictions by an administrator (drain), pods of Jobs.',
  cannotSee: 'Evictions whose pods are already deleted.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const lost = view.restlessPods.filter(
      (pod) => wasEvicted(pod) && (isAlone(pod) || view.nowMs - evictedAtMs(view, pod) < RECENT_MS),
    );
    const byOwner = Map.groupBy(lost, (pod) => ownerKey(view.ownership('Pod', pod.meta).top));
    return [...byOwner.values()].flatMap((pods) => findingsFor(view, pods));
  },
};

function wasEvicted(pod: Pod): boolean {
  return pod.phase === 'Failed' && pod.reason === 'Evicted' && pod.meta.deletedAtMs === undefined && !belongsToJob(pod);
}

/** Nobody makes another in its place. A Node owns nothing: what it seems to own is a static pod's image. */
function isAlone({ meta }: Pod): boolean {
  const controller = controllerOf(meta);
  return controller === undefined || controller.kind === 'Node';
}

/** ` (memory)`, from the kubelet's words: what the node ran out of, or what the pod used more of than its own limit. */
function resourceText(message: string): string {
  const [, resource] = /low on resource: ([\w.-]+\w)/.exec(message) ?? [];
  if (resource !== undefined) return ` (${resource})`;
  if (/local (?:ephemeral )?storage|EmptyDir/i.test(message)) return ' (more local storage than its limit)';
  const [, pressure] = /had condition: \[(\w+)\]/.exec(message) ?? [];
  return pressure === undefined ? '' : ` (${pressure})`;
}

function evictedAtMs(view: View, pod: Pod): number {
  const event = view.eventsAbout(pod.meta, 'Pod').find(({ reason }) => reason === 'Evicted');
  const ends = pod.containerStatuses.flatMap(({ terminated }) => terminated?.finishedAtMs ?? []);
  return (
    condition(pod.conditions, 'DisruptionTarget')?.changedAtMs ??
    (ends.length > 0 ? Math.max(...ends) : undefined) ??
    event?.lastAtMs ??
    pod.startedAtMs ??
    pod.meta.createdAtMs
  );
}

function findingsFor(view: View, pods: readonly Pod[]): readonly CheckedFinding[] {
  const [first] = pods;
  if (first === undefined) return [];
  const { wanted, ready } = standingOf(view, 'Pod', first.meta);
  const isShort = isAlone(first) || ready < wanted;
  if (!isShort && pods.length < REPEATED) return [];
  return pods.map((pod) => {
    const atMs = evictedAtMs(view, pod);
    return podFinding(view, pod, {
      reason: 'Evicted',
      problem: `pod ${pod.meta.name} was evicted from node ${pod.nodeName}${resourceText(pod.message)}: ${clause(pod.message)}`,
      ...(isAlone(first) ? { impact: 'error' as const } : isShort ? {} : { impact: 'warning' as const }),
      onsetAtMs: atMs,
      evidence: [
        quoteField(
          'Pod',
          pod.meta,
          'status',
          fields({ phase: pod.phase, reason: pod.reason, message: pod.message }),
          atMs,
        ),
      ],
      nextSteps: [
        describePod(pod),
        describeObject('node', { namespace: '', name: pod.nodeName }),
        `kubectl top pods --sort-by=memory${inNamespace(pod.meta.namespace)}`,
      ],
    });
  });
}
