import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { condition, isLive } from '../pod-state.ts';
import type { View } from '../view.ts';

export const nodeNotReady: Check = {
  id: 'node-not-ready',
  family: 'node',
  sees: 'Nodes whose Ready condition is False or Unknown. Not: nodes that are being deleted, nodes that never reported.',
  cannotSee: 'Nodes that are slow but report, machines that never joined.',
  needs: ['Node'],
  uses: ['Pod'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Node.flatMap((node) => {
      const ready = condition(node.conditions, 'Ready');
      if (node.meta.deletedAtMs !== undefined || ready === undefined || ready.status === 'True') return [];
      return [findingFor(view, node, ready)];
    }),
};

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
    title: `node is ${state}${node.unschedulable ? ' (cordoned)' : ''}, ${String(pods)} ${pods === 1 ? 'pod' : 'pods'} on it: ${clause(ready.message) || ready.reason}`,
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
