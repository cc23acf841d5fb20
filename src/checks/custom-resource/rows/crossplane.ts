import type { CustomResourceRow } from '../../../domain/custom-resource.ts';
import { DAY_MS, MINUTE_MS, neverJudged, shippedRow } from './row.ts';

function packageRow(id: string, kind: string, plural: string): CustomResourceRow {
  return shippedRow({
    id,
    group: 'pkg.crossplane.io',
    kind,
    plural,
    namespaced: false,
    family: 'other',
    reason: 'OperatorNotReady',
    graceMs: 5 * MINUTE_MS,
    sees: `Crossplane ${kind}s that cannot be installed or are not healthy; those that wait for a person to activate them, after a week.`,
    cannotSee:
      'Composite resources, claims and managed resources: their kinds are made by the packages, so no list knows them. Add those that matter with `custom_resources`.',
    rules: [
      {
        when: [
          { condition: 'Installed', reasons: ['InactivePackageRevision'] },
          { field: 'spec.revisionActivationPolicy', is: ['Manual'] },
        ],
        impact: 'info',
        graceMs: 7 * DAY_MS,
      },
      { when: [{ condition: 'Installed' }], impact: 'error', graceMs: 10 * MINUTE_MS },
      { when: [{ condition: 'Healthy' }], impact: 'error' },
      neverJudged('Healthy'),
    ],
    nextSteps: ['kubectl get pkgrev'],
  });
}

/** Crossplane (https://docs.crossplane.io/latest/packages/). */
export const crossplaneRows: readonly CustomResourceRow[] = [
  packageRow('crossplane-provider', 'Provider', 'providers'),
  packageRow('crossplane-configuration', 'Configuration', 'configurations'),
  packageRow('crossplane-function', 'Function', 'functions'),
];
