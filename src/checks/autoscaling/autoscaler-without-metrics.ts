import type { Owner } from '../../domain/object-ref.ts';
import type { Check } from '../check.ts';
import { clause, quoteCondition } from '../evidence.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';
import { AUTOSCALER_USES, autoscalerFinding, blockOf, isMissingTarget } from './autoscaler.ts';

/** The API that each kind of metric comes from. */
const GROUPS: Readonly<Record<string, string>> = {
  FailedGetResourceMetric: 'metrics.k8s.io',
  FailedGetContainerResourceMetric: 'metrics.k8s.io',
  FailedGetPodsMetric: 'custom.metrics.k8s.io',
  FailedGetObjectMetric: 'custom.metrics.k8s.io',
  FailedGetExternalMetric: 'external.metrics.k8s.io',
};

export const autoscalerWithoutMetrics: Check = {
  id: 'autoscaler-without-metrics',
  family: 'autoscaling',
  sees: 'HorizontalPodAutoscalers that get no metrics for 10 minutes or more, with the reason: no metrics API, no such metric, containers without requests. Not: targets scaled to zero, pods that have just started.',
  cannotSee: 'Single metrics that are missing while others still decide.',
  needs: ['HorizontalPodAutoscaler'],
  uses: AUTOSCALER_USES,
  worstImpact: 'error',
  // A new pod has no metrics in its first minutes.
  graceMs: 10 * 60_000,
  run: (view) =>
    view.objects.HorizontalPodAutoscaler.flatMap((autoscaler) => {
      const { meta, conditions } = autoscaler;
      const active = condition(conditions, 'ScalingActive');
      if (active?.status !== 'False' || active.reason === 'ScalingDisabled' || meta.deletedAtMs !== undefined)
        return [];
      if (blockOf(autoscaler) !== undefined || isMissingTarget(view, autoscaler)) return [];
      return [
        autoscalerFinding(view, autoscaler, {
          reason: 'MetricsMissing',
          impact: 'error',
          title: `does not scale, it has no metrics: ${clause(withoutPreface(active.message) || active.reason)}`,
          onsetAtMs: active.changedAtMs ?? meta.createdAtMs,
          causes: serversOf(view, active.reason),
          evidence: [quoteCondition('HorizontalPodAutoscaler', meta, active)],
        }),
      ];
    }),
};

/** The beginning is the same of all. */
function withoutPreface(message: string): string {
  return message.replace(/^the HPA was unable to compute the replica count: /, '');
}

function serversOf(view: View, reason: string): readonly Owner[] {
  const wanted = GROUPS[reason];
  return view.objects.APIService.filter(({ group }) => group === wanted).map(({ meta }) => ({
    kind: 'APIService',
    namespace: '',
    name: meta.name,
  }));
}
