import type { LabelSelector } from '../domain/kubernetes/meta.ts';
import type { View, Workload } from './view.ts';

type Labels = Readonly<Record<string, string>>;

/** Controllers give these to the pods that they make; no template has them. */
const ADDED_BY_CONTROLLERS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'rollouts-pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
]);

/** As the API defines it: all requirements hold, and an empty selector selects everything. Made once, it is quick for many. */
export function matcherOf({ matchLabels, matchExpressions }: LabelSelector): (labels: Labels) => boolean {
  const pairs = Object.entries(matchLabels);
  return (labels) =>
    pairs.every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => holds(expression, labels));
}

/** Whether pods made from a template can be selected, now or when there are any. */
export function templateMatcherOf({ matchLabels, matchExpressions }: LabelSelector): (workload: Workload) => boolean {
  const matches = matcherOf({
    matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([key]) => !ADDED_BY_CONTROLLERS.has(key))),
    matchExpressions: matchExpressions.filter(({ key }) => !ADDED_BY_CONTROLLERS.has(key)),
  });
  return ({ template }) => matches(template.labels);
}

/** Whether it selects a pod of the namespace, or would select one of a workload that has none now. */
export function selectsAnyIn(view: View, namespace: string, selector: LabelSelector): boolean {
  const matches = matcherOf(selector);
  return (
    view.workloadsIn(namespace).some(templateMatcherOf(selector)) ||
    view.podsIn(namespace).some(({ meta }) => matches(meta.labels))
  );
}

export function selectsEverything({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** As `kubectl get -l` takes it: `app=api,tier in (web,edge),!canary`. */
export function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    }),
  ].join(',');
}

function holds({ key, operator, values }: LabelSelector['matchExpressions'][number], labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      // A newer API's operator: what it selects is not known, so nothing is called unselected.
      return true;
  }
}
