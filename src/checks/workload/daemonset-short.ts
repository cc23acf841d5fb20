import type { CheckedFinding } from '../../domain/check.ts';
import type { DaemonSet } from '../../domain/kubernetes/workload.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { isLeaving } from '../node/leaving.ts';
import { isReady } from '../pod-state.ts';
import { nodesWithout } from './daemonset-nodes.ts';
import { creationRefusal, lastChangeMs, shortageOf, shortFinding } from './shortage.ts';
import type { View } from '../view.ts';

/** A DaemonSet has no progress deadline of its own; this is a Deployment's default. */
const ROLLOUT_PATIENCE_MS = 10 * 60_000;

export const daemonSetShort: Check = {
  id: 'daemonset-short',
  family: 'workload',
  sees: 'DaemonSets that are not ready on every node they want, and the nodes that lack a ready pod. Not: rolling updates whose present pods have been unready for less than 10 minutes, pods in their first 5 minutes on a new node, pods on nodes that are being removed.',
  cannotSee:
    "Nodes that the DaemonSet's own selector or tolerations leave out by mistake; pods left on nodes that it no longer wants; which nodes have no pod at all where several might be meant.",
  needs: ['DaemonSet', 'Pod'],
  uses: ['Event', 'Node', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.DaemonSet.flatMap((set) => shortSet(view, set) ?? []),
};

function shortSet(view: View, set: DaemonSet): CheckedFinding | undefined {
  const { meta, desiredNumberScheduled, currentNumberScheduled, numberReady, updatedNumberScheduled } = set;
  const { template, conditions } = set;
  if (meta.deletedAtMs !== undefined || numberReady >= desiredNumberScheduled) return undefined;
  const isUpdating = updatedNumberScheduled < desiredNumberScheduled;
  // Without the nodes nobody knows which of them are on their way out.
  const isPatient = isUpdating || !view.isComplete('Node', '');
  const patienceMs = isPatient && numberReady > 0 ? ROLLOUT_PATIENCE_MS : 0;
  const all = view.podsOwnedBy({ kind: 'DaemonSet', namespace: meta.namespace, name: meta.name });
  const pods = all.filter((pod) => isReady(pod) || !isOnNodeThatGoes(view, pod));
  const wanted = desiredNumberScheduled - (all.length - pods.length);
  const shortage = shortageOf(pods, wanted, view.nowMs, patienceMs);
  if (shortage.kind === 'passing') return undefined;
  const refusal = creationRefusal(view, { kind: 'DaemonSet', meta, conditions });
  const onsetAtMs = shortage.kind === 'short' ? shortage.sinceMs : (refusal?.sinceMs ?? lastChangeMs(meta, pods));
  return shortFinding(
    view,
    { kind: 'DaemonSet', meta, template, conditions },
    {
      standing: { wanted: desiredNumberScheduled, ready: numberReady },
      onsetAtMs,
      unready: shortage.kind === 'short' ? shortage.unready : [],
      note: nodesText(nodesWithout(view, set, pods)),
      evidence: [
        quoteField(
          'DaemonSet',
          meta,
          'status',
          fields({ desiredNumberScheduled, currentNumberScheduled, numberReady, updatedNumberScheduled }),
        ),
      ],
    },
  );
}

/** It goes with its node, which an autoscaler takes away or somebody deletes. */
function isOnNodeThatGoes(view: View, { nodeName }: Pod): boolean {
  const node = view.node(nodeName);
  return node !== undefined && (node.meta.deletedAtMs !== undefined || isLeaving(node));
}

const MAX_NAMED = 3;

function nodesText(nodes: readonly string[]): string {
  if (nodes.length === 0) return '';
  const more = nodes.length > MAX_NAMED ? ` and ${String(nodes.length - MAX_NAMED)} more` : '';
  return `not on ${nodes.slice(0, MAX_NAMED).join(', ')}${more}`;
}
