import type { CheckedFinding } from '../../domain/check.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, quoteCondition } from '../evidence.ts';
import { describeObject, describePod } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';

export const resizeRefused: Check = {
  id: 'resize-refused',
  family: 'workload',
  sees: 'Running pods whose node can never give them the requests and limits that they are to have now, or fails to. Not: resizes that wait until there is room (deferred).',
  cannotSee: 'Why somebody, or an autoscaler, asked for so much.',
  needs: ['Pod'],
  uses: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'warning',
  graceMs: 10 * 60_000,
  run: (view) =>
    view.restlessPods.values().flatMap((pod): CheckedFinding[] => {
      const refused = refusalOf(pod);
      if (refused === undefined || !isLive(pod)) return [];
      const why = clause(refused.message);
      return [
        podFinding(view, pod, {
          reason: 'ResizeRefused',
          impact: 'warning',
          problem: `its new requests and limits ${refused.reason === 'Error' ? 'cannot be put into force' : 'can never be met'} on node ${pod.nodeName}${why === '' ? '' : `: ${why}`}`,
          onsetAtMs: refused.changedAtMs ?? pod.meta.createdAtMs,
          evidence: [quoteCondition('Pod', pod.meta, refused)],
          nextSteps: [describePod(pod), describeObject('node', { namespace: '', name: pod.nodeName })],
        }),
      ];
    }),
};

function refusalOf({ conditions }: Pod): Condition | undefined {
  return conditions.find(
    ({ type, status, reason }) =>
      status === 'True' &&
      ((type === 'PodResizePending' && reason === 'Infeasible') ||
        (type === 'PodResizeInProgress' && reason === 'Error')),
  );
}
