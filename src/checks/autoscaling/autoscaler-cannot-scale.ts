import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteCondition } from '../evidence.ts';
import { AUTOSCALER_USES, autoscalerFinding, blockOf, isMissingTarget } from './autoscaler.ts';

export const autoscalerCannotScale: Check = {
  id: 'autoscaler-cannot-scale',
  family: 'autoscaling',
  sees: 'HorizontalPodAutoscalers that cannot read or change the scale of their target, or whose target has no selector of its own. Not: autoscalers that wait between two steps.',
  cannotSee: 'Autoscalers that scale to the wrong number.',
  needs: ['HorizontalPodAutoscaler'],
  uses: AUTOSCALER_USES,
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.HorizontalPodAutoscaler.flatMap((autoscaler) => {
      const { meta } = autoscaler;
      const block = blockOf(autoscaler);
      if (block === undefined || meta.deletedAtMs !== undefined || isMissingTarget(view, autoscaler)) return [];
      return [
        autoscalerFinding(view, autoscaler, {
          reason: 'CannotScale',
          impact: 'error',
          title: `cannot scale: ${clause(block.message || block.reason)}`,
          onsetAtMs: block.changedAtMs ?? meta.createdAtMs,
          evidence: [quoteCondition('HorizontalPodAutoscaler', meta, block)],
        }),
      ];
    }),
};
