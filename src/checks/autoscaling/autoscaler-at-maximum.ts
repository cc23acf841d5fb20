import type { Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { condition } from '../pod-state.ts';
import { AUTOSCALER_USES, autoscalerFinding, blockOf, isMissingTarget } from './autoscaler.ts';

export const autoscalerAtMaximum: Check = {
  id: 'autoscaler-at-maximum',
  family: 'autoscaling',
  sees: 'HorizontalPodAutoscalers that want more replicas than their maximum for 15 minutes or more. Not: a maximum that is reached and is enough, a maximum that is the minimum.',
  cannotSee: 'Whether the load is served all the same.',
  needs: ['HorizontalPodAutoscaler'],
  uses: AUTOSCALER_USES,
  worstImpact: 'warning',
  graceMs: 15 * 60_000,
  run: (view) =>
    view.objects.HorizontalPodAutoscaler.flatMap((autoscaler) => {
      const { meta, conditions, minReplicas, maxReplicas, currentReplicas, desiredReplicas } = autoscaler;
      const limited = condition(conditions, 'ScalingLimited');
      if (limited?.status !== 'True' || limited.reason !== 'TooManyReplicas' || meta.deletedAtMs !== undefined)
        return [];
      if (desiredReplicas < maxReplicas || minReplicas >= maxReplicas) return [];
      // What it last knew is old.
      if (condition(conditions, 'ScalingActive')?.status === 'False') return [];
      if (blockOf(autoscaler) !== undefined || isMissingTarget(view, autoscaler)) return [];
      return [
        autoscalerFinding(view, autoscaler, {
          reason: 'AtMaximum',
          impact: 'warning',
          title: `wants more than its maximum of ${String(maxReplicas)} replicas`,
          onsetAtMs: limited.changedAtMs ?? meta.createdAtMs,
          evidence: [
            quoteCondition('HorizontalPodAutoscaler', meta, limited),
            quoteField(
              'HorizontalPodAutoscaler',
              meta,
              'status',
              fields({ currentReplicas, desiredReplicas, maxReplicas }),
            ),
          ],
        }),
      ];
    }),
};
