import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { condition } from '../pod-state.ts';
import { autoscalerFinding, isMissingTarget } from './autoscaler.ts';

export const autoscalerTargetMissing: Check = {
  id: 'autoscaler-target-missing',
  family: 'autoscaling',
  sees: 'HorizontalPodAutoscalers whose Deployment, StatefulSet or ReplicaSet does not exist. Not: targets of other kinds, which are not read.',
  cannotSee: 'Missing targets of other kinds, as long as the autoscaler itself does not complain.',
  needs: ['HorizontalPodAutoscaler', 'Deployment', 'StatefulSet', 'ReplicaSet'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.HorizontalPodAutoscaler.flatMap((autoscaler) => {
      const { meta, target, conditions } = autoscaler;
      if (meta.deletedAtMs !== undefined || !isMissingTarget(view, autoscaler)) return [];
      const able = condition(conditions, 'AbleToScale');
      const complaint = able?.status === 'False' ? able : undefined;
      const { apiVersion, kind, name } = target;
      return [
        autoscalerFinding(view, autoscaler, {
          reason: 'ScaleTargetMissing',
          impact: 'error',
          title: `${kind} ${name}, which it scales, does not exist`,
          onsetAtMs: complaint?.changedAtMs ?? meta.createdAtMs,
          evidence: [
            quoteField('HorizontalPodAutoscaler', meta, 'spec.scaleTargetRef', fields({ apiVersion, kind, name })),
            ...(complaint === undefined ? [] : [quoteCondition('HorizontalPodAutoscaler', meta, complaint)]),
          ],
        }),
      ];
    }),
};
