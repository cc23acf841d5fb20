import type { PodDisruptionBudget } from '../../domain/kubernetes/scaling.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { controllerOf } from '../owner.ts';
import { selectorText, selectsAnyIn, selectsEverything } from '../selector.ts';
import type { View } from '../view.ts';

export const budgetSelectsNothing: Check = {
  id: 'budget-selects-nothing',
  family: 'other',
  sees: 'PodDisruptionBudgets that protect nothing: without a selector, or with one that matches no pod and no template of a workload, also of those scaled to zero or run on occasion. Not: an empty selector, which protects every pod; budgets that an operator owns.',
  cannotSee: 'Budgets that protect the wrong pods.',
  needs: ['PodDisruptionBudget', 'Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  uses: [],
  worstImpact: 'info',
  graceMs: 30 * 60_000,
  run: (view) =>
    view.objects.PodDisruptionBudget.flatMap((budget) => {
      const { meta, selector } = budget;
      if (meta.deletedAtMs !== undefined || controllerOf(meta) !== undefined || isUsed(view, budget)) return [];
      const text = selector === undefined ? '' : selectorText(selector);
      return [
        {
          ...about(view, 'PodDisruptionBudget', 'policy/v1', meta),
          family: 'other',
          reason: 'BudgetSelectsNothing',
          impact: 'info',
          title:
            text === '' ? 'budget protects no pod: it has no selector' : `budget protects no pod: none has ${text}`,
          onsetAtMs: meta.createdAtMs,
          evidence: [quoteField('PodDisruptionBudget', meta, 'spec.selector', text || 'none')],
          nextSteps: [
            describeObject('poddisruptionbudget', meta),
            `kubectl get pods --show-labels${inNamespace(meta.namespace)}`,
          ],
        },
      ];
    }),
};

function isUsed(view: View, { meta, selector, expectedPods }: PodDisruptionBudget): boolean {
  if (selector === undefined) return false;
  return selectsEverything(selector) || expectedPods > 0 || selectsAnyIn(view, meta.namespace, selector);
}
