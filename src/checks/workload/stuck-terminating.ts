import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject, describePod } from '../next-steps.ts';
import { condition, containersOf } from '../pod-state.ts';
import { impactOf, standingOf } from '../standing.ts';
import type { View } from '../view.ts';

/** What keeps a kubelet from ending a pod: its own words for containers, hooks and volumes. */
const ENDINGS =
  /^(?:FailedKillPod|FailedPreStopHook|ExceededGracePeriod|FailedUnmount|FailedUnMount|FailedDetachVolume|FailedUnmapDevice)$/;
/** They come from the moment the pod is told to end, which its deletion time lies after by its own grace period. */
const BEFORE_MS = 60 * 60_000;

export const stuckTerminating: Check = {
  id: 'stuck-terminating',
  family: 'workload',
  sees: 'Pods that should be gone for 10 minutes or more, and what holds them: a finalizer, a node that is gone or down, a container that does not end, a volume that is not let go. Not: pods within their termination grace period.',
  cannotSee: 'Processes that outlive their deleted pod on a node.',
  needs: ['Pod'],
  uses: ['Node', 'Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  // Volumes are unmounted and containers killed after the period that the pod itself was given, which the deletion time includes.
  graceMs: 10 * 60_000,
  run: (view) =>
    view.restlessPods.values().flatMap((pod) => {
      const { deletedAtMs } = pod.meta;
      // Until that time the pod was given to end by itself, perhaps hours.
      return deletedAtMs === undefined || deletedAtMs > view.nowMs ? [] : [findingFor(view, pod, deletedAtMs)];
    }),
};

function findingFor(view: View, pod: Pod, deletedAtMs: number): CheckedFinding {
  const { meta, nodeName } = pod;
  const node = nodeName === '' ? undefined : view.node(nodeName);
  const ready = node && condition(node.conditions, 'Ready');
  const isNodeGone = nodeName !== '' && node === undefined && view.isComplete('Node', '');
  const told = view
    .eventsAbout(meta, 'Pod')
    .find(
      ({ type, reason, lastAtMs }) => type === 'Warning' && ENDINGS.test(reason) && lastAtMs >= deletedAtMs - BEFORE_MS,
    );
  const running = containersOf(pod).filter(({ status }) => status.running !== undefined);
  const standing = standingOf(view, 'Pod', meta);
  const isMember = view.ownership('Pod', meta).nearest.kind === 'StatefulSet';
  const waitsForIt = isMember && standing.ready < standing.wanted;
  return podFinding(view, pod, {
    reason: 'StuckTerminating',
    problem: `pod ${meta.name} does not go away: ${holderOf()}`,
    // Only a StatefulSet waits for the old pod before it makes the new one.
    impact: waitsForIt ? impactOf(standing, false) : 'warning',
    onsetAtMs: deletedAtMs,
    evidence: [
      quoteField(
        'Pod',
        meta,
        'metadata',
        fields({
          deletionTimestamp: new Date(deletedAtMs).toISOString(),
          finalizers: meta.finalizers.join(', '),
        }),
        deletedAtMs,
      ),
      ...(node !== undefined && ready !== undefined && ready.status !== 'True'
        ? [quoteCondition('Node', node.meta, ready)]
        : []),
      ...(told === undefined ? [] : [quoteEvent(told)]),
    ],
    nextSteps: [
      describePod(pod),
      ...(node === undefined ? [] : [describeObject('node', node.meta)]),
      ...(isNodeGone && meta.finalizers.length === 0
        ? [`kubectl delete pod ${meta.name} -n ${meta.namespace} --force --grace-period=0`]
        : []),
    ],
  });

  function holderOf(): string {
    // Its containers have ended, or nobody is there to end them: only who put the finalizer there can let it go.
    const finalizers = meta.finalizers.map((name) => `finalizer ${name}`).join(', ');
    const isOver = isNodeGone || pod.phase === 'Succeeded' || pod.phase === 'Failed';
    if (isOver && finalizers !== '') return `held by ${finalizers}`;
    if (isNodeGone) return `its node ${nodeName} no longer exists`;
    if (ready !== undefined && ready.status !== 'True') return `its node ${nodeName} is not ready`;
    if (finalizers !== '') return `held by ${finalizers}`;
    if (nodeName === '') return 'it was never placed on a node';
    const names = running.map(({ status }) => status.name).join(', ');
    const what = told === undefined ? '' : `: ${clause(told.message)}`;
    return `the kubelet of ${nodeName} has not ended it${names === '' ? '' : ` (${names} still runs)`}${what}`;
  }
}
