import type { CheckedFinding } from '../../domain/check.ts';
import type { Deployment, StatefulSet } from '../../domain/kubernetes/workload.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { inNamespace } from '../next-steps.ts';
import type { View } from '../view.ts';

export const singleReplica: Check = {
  id: 'single-replica',
  // Apart from what befalls the workload: an outage must not be the worsening of a remark.
  family: 'other',
  sees: 'Deployments and StatefulSets of a P0 service (by a P0 heading of CLAUDE.md) that run with one replica: the next drain or crash is an outage. Not: services of other tiers or of none, those scaled to zero.',
  cannotSee:
    'Since when it has one replica: it counts from the making of the object; services made by other controllers, whether another cluster stands by.',
  needs: ['Deployment', 'StatefulSet'],
  uses: ['Service'],
  worstImpact: 'info',
  graceMs: 0,
  run: (view) => [
    ...view.objects.Deployment.flatMap((deployment) => alone(view, 'Deployment', deployment) ?? []),
    ...view.objects.StatefulSet.flatMap((set) => alone(view, 'StatefulSet', set) ?? []),
  ],
};

function alone(
  view: View,
  kind: string,
  { meta, replicas, template }: Deployment | StatefulSet,
): CheckedFinding | undefined {
  if (replicas !== 1 || meta.deletedAtMs !== undefined) return undefined;
  const subject = about(view, kind, 'apps/v1', meta, template);
  if (view.tierOf(subject) !== 'P0') return undefined;
  return {
    ...subject,
    family: 'other',
    reason: 'SingleReplica',
    impact: 'info',
    title: 'a P0 service runs with a single replica: its next drain or crash is an outage',
    onsetAtMs: meta.createdAtMs,
    evidence: [quoteField(kind, meta, 'spec', fields({ replicas }))],
    nextSteps: [
      `kubectl get poddisruptionbudgets,horizontalpodautoscalers${inNamespace(meta.namespace)}`,
      `kubectl scale ${kind.toLowerCase()}/${meta.name} --replicas=2${inNamespace(meta.namespace)}`,
    ],
  };
}
