import type { CheckedFinding } from '../../domain/check.ts';
import type { DaemonSet } from '../../domain/kubernetes/workload.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { creationRefusal, shortageOf, shortFinding } from './shortage.ts';
import type { View } from '../view.ts';

/** A DaemonSet has no progress deadline of its own; this is a Deployment's default. */
const ROLLOUT_PATIENCE_MS = 10 * 60_000;

export const daemonSetShort: Check = {
  id: 'daemonset-short',
  family: 'workload',
  sees: 'DaemonSets that are not ready on every node they want. Not: rolling updates whose present pods have been unready for less than 10 minutes, pods in their first 5 minutes on a new node.',
  cannotSee: "Nodes that the DaemonSet's own selector or tolerations leave out by mistake.",
  needs: ['DaemonSet', 'Pod'],
  uses: ['Event', 'Node', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.DaemonSet.flatMap((set) => shortSet(view, set) ?? []),
};

function shortSet(view: View, set: DaemonSet): CheckedFinding | undefined {
  const { meta, desiredNumberScheduled, numberReady, updatedNumberScheduled, template, conditions } = set;
  if (meta.deletedAtMs !== undefined || numberReady >= desiredNumberScheduled) return undefined;
  const isUpdating = updatedNumberScheduled < desiredNumberScheduled;
  const patienceMs = isUpdating && numberReady > 0 ? ROLLOUT_PATIENCE_MS : 0;
  const pods = view.podsOwnedBy({ kind: 'DaemonSet', namespace: meta.namespace, name: meta.name });
  const shortage = shortageOf(pods, desiredNumberScheduled, view.nowMs, patienceMs);
  if (shortage.kind === 'passing') return undefined;
  const refusal = creationRefusal(view, { kind: 'DaemonSet', meta, conditions });
  const onsetAtMs =
    shortage.kind === 'short'
      ? shortage.sinceMs
      : (refusal?.sinceMs ?? Math.max(meta.createdAtMs, ...pods.map((pod) => pod.meta.createdAtMs)));
  return shortFinding(
    view,
    { kind: 'DaemonSet', meta, template, conditions },
    {
      standing: { wanted: desiredNumberScheduled, ready: numberReady },
      onsetAtMs,
      unready: shortage.kind === 'short' ? shortage.unready : [],
      evidence: [quoteField('DaemonSet', meta, 'status', fields({ desiredNumberScheduled, numberReady }))],
    },
  );
}
