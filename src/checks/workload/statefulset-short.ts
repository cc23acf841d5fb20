import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { StatefulSet } from '../../domain/kubernetes/workload.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { isLive, isReady } from '../pod-state.ts';
import { fields, quoteField } from '../evidence.ts';
import { creationRefusal, lastChangeMs, shortageOf, shortFinding } from './shortage.ts';
import type { View } from '../view.ts';

/** A StatefulSet has no progress deadline of its own; this is a Deployment's default. */
const ROLLOUT_PATIENCE_MS = 10 * 60_000;

export const statefulSetShort: Check = {
  id: 'statefulset-short',
  family: 'workload',
  sees: 'StatefulSets with fewer ready replicas than they want, and the member at which an ordered set is stuck, or which it does not have. Not: rolling updates and scaling whose present pod has been unready for less than 10 (5) minutes, sets scaled to zero.',
  cannotSee: 'Members that are ready and out of sync with each other.',
  needs: ['StatefulSet', 'Pod'],
  uses: ['Event', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.StatefulSet.flatMap((set) => shortSet(view, set) ?? []),
};

function shortSet(view: View, set: StatefulSet): CheckedFinding | undefined {
  const { meta, replicas, readyReplicas, statusReplicas, template, conditions } = set;
  if (meta.deletedAtMs !== undefined || readyReplicas >= replicas) return undefined;
  const isUpdating = set.updateRevision !== '' && set.updateRevision !== set.currentRevision;
  // With nothing left, an update is no excuse.
  const patienceMs = isUpdating && readyReplicas > 0 ? ROLLOUT_PATIENCE_MS : 0;
  const pods = view.podsOwnedBy({ kind: 'StatefulSet', namespace: meta.namespace, name: meta.name });
  const shortage = shortageOf(pods, replicas, view.nowMs, patienceMs);
  if (shortage.kind === 'passing') return undefined;
  const refusal = creationRefusal(view, { kind: 'StatefulSet', meta, conditions });
  const onsetAtMs = shortage.kind === 'short' ? shortage.sinceMs : (refusal?.sinceMs ?? lastChangeMs(meta, pods));
  return shortFinding(
    view,
    { kind: 'StatefulSet', meta, template, conditions },
    {
      standing: { wanted: replicas, ready: readyReplicas },
      onsetAtMs,
      unready: shortage.kind === 'short' ? shortage.unready : [],
      note: heldUpText(set, pods),
      evidence: [
        quoteField('StatefulSet', meta, 'status', fields({ replicas: statusReplicas, readyReplicas })),
        quoteField('StatefulSet', meta, 'spec', fields({ replicas })),
      ],
    },
  );
}

/** An ordered set makes no further member until each lower one is ready: the lowest that is not holds up the rest. */
function heldUpText({ meta, podManagementPolicy, ordinalStart, replicas }: StatefulSet, pods: readonly Pod[]): string {
  if (podManagementPolicy === 'Parallel') return '';
  const members = new Map(pods.filter(isLive).map((pod) => [pod.meta.name, pod]));
  const nameOf = (index: number): string => `${meta.name}-${String(ordinalStart + index)}`;
  let lowest = 0;
  for (let pod = members.get(nameOf(0)); pod !== undefined && isReady(pod); pod = members.get(nameOf(lowest)))
    lowest += 1;
  const isMissing = !members.has(nameOf(lowest));
  const behind = replicas - 1 - lowest;
  if (behind < 0 || (behind === 0 && !isMissing)) return '';
  const rest = behind === 0 ? '' : `, ${String(behind)} ${behind === 1 ? 'member' : 'members'} behind it`;
  return `stuck at ${nameOf(lowest)}${isMissing ? ', which does not exist' : ''}${rest}`;
}
