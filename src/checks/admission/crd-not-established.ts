import type { CustomResourceDefinition } from '../../domain/kubernetes/extension.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteCondition } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { condition } from '../pod-state.ts';

export const CRD_VERSION = 'apiextensions.k8s.io/v1';

export const crdNotEstablished: Check = {
  id: 'crd-not-established',
  family: 'admission',
  sees: 'Custom resource definitions that the API server does not serve, or of which it refuses a name because another one has it. Not: definitions that are being deleted.',
  cannotSee: 'Definitions that were never made.',
  needs: ['CustomResourceDefinition'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.CustomResourceDefinition.flatMap((definition) => {
      const { meta, group, kind, resource } = definition;
      const { established, accepted } = troublesOf(definition);
      const worst = accepted ?? established;
      if (worst === undefined || meta.deletedAtMs !== undefined) return [];
      const isServed = established === undefined;
      const what = isServed ? 'is served without some of its names' : 'is not served';
      return [
        {
          ...about(view, 'CustomResourceDefinition', CRD_VERSION, meta),
          family: 'admission',
          reason: 'CrdNotEstablished',
          impact: isServed ? 'warning' : 'error',
          title: `custom resource ${kind} (${resource}.${group}) ${what}: ${clause(worst.message || worst.reason)}`,
          onsetAtMs: worst.changedAtMs ?? meta.createdAtMs,
          evidence: [accepted, established].flatMap((one) =>
            one === undefined ? [] : [quoteCondition('CustomResourceDefinition', meta, one)],
          ),
          nextSteps: [
            describeObject('customresourcedefinition', meta),
            `kubectl get customresourcedefinitions -o custom-columns=NAME:.metadata.name,KIND:.spec.names.kind,PLURAL:.spec.names.plural,SHORT:.spec.names.shortNames`,
          ],
        },
      ];
    }),
};

function troublesOf({ conditions }: CustomResourceDefinition) {
  const established = condition(conditions, 'Established');
  const accepted = condition(conditions, 'NamesAccepted');
  return {
    established: established?.status === 'False' ? established : undefined,
    accepted: accepted?.status === 'False' ? accepted : undefined,
  };
}
