import type { CheckedFinding } from '../../domain/check.ts';
import type { Deployment } from '../../domain/kubernetes/workload.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';

export const rolloutPaused: Check = {
  id: 'rollout-paused',
  family: 'workload',
  sees: 'Deployments whose rollout has been paused for a day or more, and whether old and new pods stand side by side. Not: Deployments scaled to zero.',
  cannotSee: 'Since when a Deployment without a progress deadline is paused: it is left out.',
  needs: ['Deployment'],
  uses: ['Service'],
  worstImpact: 'info',
  graceMs: 24 * 60 * 60_000,
  run: (view) => view.objects.Deployment.flatMap((deployment) => pausedDeployment(view, deployment) ?? []),
};

function pausedDeployment(view: View, deployment: Deployment): CheckedFinding | undefined {
  const { meta, paused, replicas, updatedReplicas, statusReplicas, template } = deployment;
  if (!paused || replicas === 0 || meta.deletedAtMs !== undefined) return undefined;
  const progressing = condition(deployment.conditions, 'Progressing');
  if (progressing?.reason !== 'DeploymentPaused') return undefined;
  const mixed =
    updatedReplicas < statusReplicas
      ? `: ${String(updatedReplicas)} of ${String(statusReplicas)} replicas run the new version`
      : '';
  return {
    ...about(view, 'Deployment', 'apps/v1', meta, template),
    family: 'workload',
    reason: 'RolloutPaused',
    impact: 'info',
    title: `the rollout is paused${mixed}`,
    onsetAtMs: progressing.updatedAtMs ?? progressing.changedAtMs ?? meta.createdAtMs,
    evidence: [
      quoteField('Deployment', meta, 'spec', fields({ paused: 'true' })),
      quoteCondition('Deployment', meta, progressing),
    ],
    nextSteps: [
      describeObject('deployment', meta),
      `kubectl rollout resume deployment/${meta.name}${inNamespace(meta.namespace)}`,
    ],
  };
}
