import type { CheckedFinding } from '../../domain/check.ts';
import type { PodDisruptionBudget } from '../../domain/kubernetes/scaling.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { controllerOf } from '../owner.ts';
import { condition } from '../pod-state.ts';
import { matcherOf, selectorText } from '../selector.ts';
import type { View, Workload } from '../view.ts';

export const drainBlocked: Check = {
  id: 'drain-blocked',
  family: 'other',
  sees: 'PodDisruptionBudgets that let no pod go even while all are healthy (no unavailability allowed, or as many wanted as there are), so that no node under them can be drained; those that the controller cannot work out; and two over the same workload, which the API does not support. Not: budgets that are used up because pods are unhealthy, budgets over no pods, budgets that an operator owns.',
  cannotSee: 'Whether anybody is about to drain a node.',
  needs: ['PodDisruptionBudget'],
  uses: ['Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  worstImpact: 'warning',
  graceMs: 15 * 60_000,
  run: (view) => {
    const rivals = rivalsIn(view);
    return view.objects.PodDisruptionBudget.flatMap((budget) => {
      const { meta, observedGeneration, disruptionsAllowed } = budget;
      if (meta.deletedAtMs !== undefined || controllerOf(meta) !== undefined) return [];
      const rival = rivals.get(budget);
      if (rival !== undefined) return rivalling(view, budget, rival);
      const isJudged = observedGeneration !== 0 && observedGeneration >= meta.generation;
      if (!isJudged || disruptionsAllowed > 0) return [];
      return failed(view, budget) ?? blocking(view, budget) ?? [];
    });
  },
};

interface Rival {
  readonly budget: PodDisruptionBudget;
  readonly workload: Workload;
}

/** Budgets over a workload that an older one protects already: the API evicts no pod that has two. */
function rivalsIn(view: View): ReadonlyMap<PodDisruptionBudget, Rival> {
  const found = new Map<PodDisruptionBudget, Rival>();
  const budgets = view.objects.PodDisruptionBudget.filter(({ meta }) => meta.deletedAtMs === undefined);
  for (const [namespace, group] of Map.groupBy(budgets, ({ meta }) => meta.namespace)) {
    if (group.length < 2) continue;
    const byAge = group
      .toSorted(
        (left, right) => left.meta.createdAtMs - right.meta.createdAtMs || (left.meta.name < right.meta.name ? -1 : 1),
      )
      .flatMap((budget) => (budget.selector === undefined ? [] : [{ budget, matches: matcherOf(budget.selector) }]));
    for (const workload of view.workloadsIn(namespace)) {
      if (workload.wanted === undefined || workload.wanted === 0) continue;
      const [oldest, second] = byAge.filter(({ matches }) => matches(workload.template.labels));
      if (oldest !== undefined && second !== undefined && !found.has(second.budget)) {
        found.set(second.budget, { budget: oldest.budget, workload });
      }
    }
  }
  return found;
}

function rivalling(view: View, budget: PodDisruptionBudget, { budget: other, workload }: Rival): CheckedFinding {
  const { meta } = budget;
  return finding(view, budget, {
    title: `no pod of ${workload.kind} ${workload.meta.name} may be evicted: budget ${other.meta.name} protects it as well, and the API takes one only`,
    onsetAtMs: Math.max(meta.createdAtMs, other.meta.createdAtMs, workload.meta.createdAtMs),
    evidence: [budget, other].map((one) =>
      quoteField(
        'PodDisruptionBudget',
        one.meta,
        'spec.selector',
        (one.selector && selectorText(one.selector)) || 'every pod',
      ),
    ),
  });
}

function failed(view: View, budget: PodDisruptionBudget): CheckedFinding | undefined {
  const { meta, conditions } = budget;
  const allowed = condition(conditions, 'DisruptionAllowed');
  if (allowed?.status !== 'False' || allowed.reason !== 'SyncFailed') return undefined;
  return finding(view, budget, {
    title: `no pod may be evicted: the budget cannot be worked out: ${clause(allowed.message || allowed.reason)}`,
    onsetAtMs: allowed.changedAtMs ?? meta.createdAtMs,
    evidence: [quoteCondition('PodDisruptionBudget', meta, allowed)],
  });
}

function blocking(view: View, budget: PodDisruptionBudget): CheckedFinding | undefined {
  const { meta, minAvailable, maxUnavailable, conditions, expectedPods, desiredHealthy, currentHealthy } = budget;
  // With all of them healthy, one more than wanted could go.
  if (expectedPods === 0 || desiredHealthy < expectedPods) return undefined;
  const allowed = condition(conditions, 'DisruptionAllowed');
  const pods = expectedPods === 1 ? 'its only pod' : `any of its ${String(expectedPods)} pods`;
  const rule =
    maxUnavailable === undefined ? `minAvailable ${minAvailable ?? '1'}` : `maxUnavailable ${maxUnavailable}`;
  return finding(view, budget, {
    title: `no node can be drained of ${pods}: ${rule} lets none go even when all are healthy`,
    onsetAtMs: (allowed?.status === 'False' ? allowed.changedAtMs : undefined) ?? meta.createdAtMs,
    evidence: [
      quoteField(
        'PodDisruptionBudget',
        meta,
        'spec',
        fields({ minAvailable: minAvailable ?? '', maxUnavailable: maxUnavailable ?? '' }),
      ),
      quoteField('PodDisruptionBudget', meta, 'status', fields({ expectedPods, desiredHealthy, currentHealthy })),
    ],
  });
}

function finding(
  view: View,
  budget: PodDisruptionBudget,
  words: Pick<CheckedFinding, 'title' | 'onsetAtMs' | 'evidence'>,
): CheckedFinding {
  const { meta, selector } = budget;
  return {
    ...about(view, 'PodDisruptionBudget', 'policy/v1', meta),
    ...words,
    family: 'other',
    reason: 'DrainBlocked',
    impact: 'warning',
    causes: ownersOver(view, budget),
    nextSteps: [
      describeObject('poddisruptionbudget', meta),
      ...(selector === undefined
        ? []
        : [`kubectl get pods -o wide${inNamespace(meta.namespace)} -l '${selectorText(selector)}'`]),
    ],
  };
}

/** Whose pods it protects. */
function ownersOver(view: View, { meta, selector }: PodDisruptionBudget): readonly Owner[] {
  if (selector === undefined) return [];
  const matches = matcherOf(selector);
  return view
    .podsIn(meta.namespace)
    .filter((pod) => matches(pod.meta.labels))
    .map((pod) => view.ownership('Pod', pod.meta).top);
}
