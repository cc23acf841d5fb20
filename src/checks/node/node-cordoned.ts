import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLeaving } from './leaving.ts';

const CORDON = 'node.kubernetes.io/unschedulable';

export const nodeCordoned: Check = {
  id: 'node-cordoned',
  family: 'node',
  sees: 'Nodes that have been cordoned for a day or more. Not: nodes that an autoscaler is removing.',
  cannotSee: 'Nodes whose cordon has no time (no unschedulable taint with its time).',
  needs: ['Node'],
  uses: [],
  worstImpact: 'info',
  graceMs: 24 * 60 * 60_000,
  run: (view) =>
    view.objects.Node.flatMap(({ meta, unschedulable, taints }) => {
      const sinceMs = taints.find(({ key }) => key === CORDON)?.addedAtMs;
      if (!unschedulable || sinceMs === undefined || meta.deletedAtMs !== undefined) return [];
      if (isLeaving({ taints })) return [];
      return [
        {
          ...about(view, 'Node', 'v1', meta),
          family: 'node',
          reason: 'NodeCordoned',
          impact: 'info',
          title: 'node is cordoned and takes no new pods',
          onsetAtMs: sinceMs,
          evidence: [quoteField('Node', meta, 'spec', fields({ unschedulable: 'true' }), sinceMs)],
          nextSteps: [describeObject('node', meta), `kubectl uncordon ${meta.name}`],
        },
      ];
    }),
};
