import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { condition, isLive } from '../pod-state.ts';
import { SAME_MOMENT_MS, STARTUP_ALLOWANCE_MS } from '../workload/rollout.ts';
import { isLeaving } from './leaving.ts';
import type { View } from '../view.ts';

/** An autoscaler takes the machine away and then the node; one that is still there after this long got stuck. */
const REMOVAL_MS = 30 * 60_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export const nodeNotReady: Check = {
  id: 'node-not-ready',
  family: 'node',
  sees: 'Nodes whose Ready condition is False or Unknown, also when they are cordoned. Not: nodes that are being deleted or that an autoscaler has been removing for less than 30 minutes, new nodes in their first 5 minutes, nodes that never reported.',
  cannotSee: 'Nodes that are slow but report, machines that never joined.',
  needs: ['Node'],
  uses: ['Pod'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Node.flatMap((node) => {
      const ready = condition(node.conditions, 'Ready');
      if (node.meta.deletedAtMs !== undefined || ready === undefined || ready.status === 'True') return [];
      return isPassing(view, node, ready) ? [] : [findingFor(view, node, ready)];
    }),
};

/** On its way into the cluster or out of it. */
function isPassing({ nowMs }: View, node: Node, { changedAtMs = node.meta.createdAtMs }: Condition): boolean {
  const isJoining =
    changedAtMs - node.meta.createdAtMs < SAME_MOMENT_MS && nowMs - node.meta.createdAtMs < STARTUP_ALLOWANCE_MS;
  return isJoining || (isLeaving(node) && nowMs - changedAtMs < REMOVAL_MS);
}

function findingFor(view: View, node: Node, ready: Condition): CheckedFinding {
  const { meta } = node;
  const pods = view.podsOn(meta.name).filter(isLive).length;
  // Unknown is the control plane's word for a kubelet that fell silent, False the kubelet's own.
  const isSilent = ready.status === 'Unknown';
  const state = isSilent ? 'unreachable' : 'not ready';
  return {
    ...about(view, 'Node', 'v1', meta),
    family: 'node',
    reason: isSilent ? 'NodeUnreachable' : 'NodeNotReady',
    impact: 'critical',
    title: `node is ${state}${notesOf(node)}, ${String(pods)} ${pods === 1 ? 'pod' : 'pods'} on it: ${clause(ready.message) || ready.reason}`,
    onsetAtMs: ready.changedAtMs ?? meta.createdAtMs,
    evidence: [
      quoteCondition('Node', meta, ready),
      ...(node.unschedulable ? [quoteField('Node', meta, 'spec', fields({ unschedulable: 'true' }))] : []),
    ],
    nextSteps: [
      describeObject('node', meta),
      ...(isSilent ? [`kubectl get lease ${meta.name} -n kube-node-lease -o yaml`] : []),
      `kubectl get pods --all-namespaces --field-selector spec.nodeName=${meta.name}`,
    ],
  };
}

/** What people have said of it already, and what makes it graver: ` (control plane, cordoned)`. */
function notesOf({ meta, unschedulable, taints }: Node): string {
  const notes = [
    ...('node-role.kubernetes.io/control-plane' in meta.labels ? ['control plane'] : []),
    ...(unschedulable ? ['cordoned'] : []),
    ...(taints.some(({ key }) => key === OUT_OF_SERVICE) ? ['out of service'] : []),
  ];
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}
