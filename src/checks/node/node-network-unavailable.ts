import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteCondition } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { condition } from '../pod-state.ts';

export const nodeNetworkUnavailable: Check = {
  id: 'node-network-unavailable',
  family: 'node',
  sees: 'Nodes whose network is not set up (NetworkUnavailable). Not: nodes that are being deleted, network plugins that set no such condition.',
  cannotSee: 'Networks that lose packets.',
  needs: ['Node'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Node.flatMap(({ meta, conditions }) => {
      const network = condition(conditions, 'NetworkUnavailable');
      if (meta.deletedAtMs !== undefined || network?.status !== 'True') return [];
      return [
        {
          ...about(view, 'Node', 'v1', meta),
          family: 'node',
          reason: 'NetworkUnavailable',
          impact: 'error',
          title: `node has no network: ${clause(network.message) || network.reason}`,
          onsetAtMs: network.changedAtMs ?? meta.createdAtMs,
          evidence: [quoteCondition('Node', meta, network)],
          nextSteps: [
            describeObject('node', meta),
            `kubectl get pods -n kube-system -o wide --field-selector spec.nodeName=${meta.name}`,
          ],
        },
      ];
    }),
};
