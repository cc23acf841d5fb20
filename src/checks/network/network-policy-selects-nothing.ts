import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { controllerOf } from '../owner.ts';
import { selectorText, selectsAnyIn, selectsEverything } from '../selector.ts';

/** cert-manager's solver has pods only while a certificate is being issued. */
const SOLVER = 'acme.cert-manager.io/http01-solver';

export const networkPolicySelectsNothing: Check = {
  id: 'network-policy-selects-nothing',
  family: 'network',
  sees: 'NetworkPolicies whose selector matches no pod and no template of a workload, also of those scaled to zero or run on occasion. Not: empty selectors, which select every pod; namespaces without workloads; policies that an operator owns.',
  cannotSee: 'Policies that select the wrong pods, and what a policy lets through.',
  needs: ['NetworkPolicy', 'Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  uses: [],
  worstImpact: 'info',
  graceMs: 30 * 60_000,
  run: (view) =>
    view.objects.NetworkPolicy.flatMap(({ meta, podSelector, policyTypes }) => {
      const isOurs =
        meta.deletedAtMs === undefined &&
        controllerOf(meta) === undefined &&
        !selectsEverything(podSelector) &&
        podSelector.matchLabels[SOLVER] === undefined;
      if (!isOurs) return [];
      const isEmpty = view.workloadsIn(meta.namespace).length === 0 && view.podsIn(meta.namespace).length === 0;
      if (isEmpty || selectsAnyIn(view, meta.namespace, podSelector)) return [];
      const selector = selectorText(podSelector);
      return [
        {
          ...about(view, 'NetworkPolicy', 'networking.k8s.io/v1', meta),
          family: 'network',
          reason: 'PolicySelectsNothing',
          impact: 'info',
          title: `policy for ${policyTypes.join(' and ').toLowerCase() || 'ingress'} selects no pod: none has ${selector}`,
          onsetAtMs: meta.createdAtMs,
          evidence: [quoteField('NetworkPolicy', meta, 'spec.podSelector', selector)],
          nextSteps: [
            describeObject('networkpolicy', meta),
            `kubectl get pods --show-labels${inNamespace(meta.namespace)}`,
          ],
        },
      ];
    }),
};
