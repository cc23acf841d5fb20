import type { CustomResourceRow, SicknessRule } from '../../../domain/custom-resource.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, neverJudged, shippedRow } from './row.ts';

/** `Ready` is Unknown while a reconciliation runs, with health checks of up to their timeout. */
const STILL_RECONCILING = neverJudged('Ready', HOUR_MS);

const SUSPENDED: SicknessRule = {
  when: [{ field: 'spec.suspend', is: ['true'] }],
  impact: 'info',
  reason: 'GitOpsSuspended',
  graceMs: 7 * DAY_MS,
  says: 'has been suspended for a week: changes are not applied',
  since: ['last-change'],
};

/** Not its own fault, and what runs goes on running. */
const WAITS_FOR_OTHERS: SicknessRule = {
  when: [{ condition: 'Ready', reasons: ['DependencyNotReady', 'ArtifactFailed', 'SourceNotReady'] }],
  impact: 'warning',
  reason: 'SourceFailed',
  graceMs: 15 * MINUTE_MS,
};

/** The controller waits for a change: it will not mend by itself. */
const STALLED: SicknessRule = { when: [{ condition: 'Stalled', status: ['True'] }], impact: 'error' };

const CANNOT_SEE =
  'A controller that is gone while the last word of the object is good. When it was suspended: the last change of anything but the status counts.';

function sourceRow(id: string, kind: string, plural: string, what: string): CustomResourceRow {
  return shippedRow({
    id,
    group: 'source.toolkit.fluxcd.io',
    kind,
    plural,
    family: 'gitops',
    reason: 'SourceFailed',
    graceMs: 5 * MINUTE_MS,
    sees: `Flux ${what} that cannot be fetched for a quarter of an hour, are stalled, or have been suspended for a week.`,
    cannotSee: CANNOT_SEE,
    rules: [
      SUSPENDED,
      STALLED,
      { when: [{ condition: 'Ready' }], impact: 'warning', graceMs: 15 * MINUTE_MS },
      STILL_RECONCILING,
    ],
    causes:
      kind === 'HelmChart' ? [{ at: 'spec.sourceRef', name: 'name', kindAt: 'kind', kind: 'HelmRepository' }] : [],
  });
}

/** Flux (https://fluxcd.io/flux/components/): every kind has `Ready`, `Reconciling` and `Stalled`. */
export const fluxRows: readonly CustomResourceRow[] = [
  shippedRow({
    id: 'flux-kustomization',
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    plural: 'kustomizations',
    family: 'gitops',
    reason: 'SyncFailed',
    sees: 'Flux Kustomizations that cannot be built or applied, whose health checks fail, that wait for a source or dependency, or have been suspended for a week.',
    cannotSee: CANNOT_SEE,
    rules: [
      SUSPENDED,
      { when: [{ condition: 'Ready', reasons: ['HealthCheckFailed'] }], impact: 'error', reason: 'Degraded' },
      WAITS_FOR_OTHERS,
      { when: [{ condition: 'Ready' }], impact: 'error' },
      STALLED,
      STILL_RECONCILING,
    ],
    causes: [
      {
        at: 'spec.sourceRef',
        name: 'name',
        namespace: 'namespace',
        kindAt: 'kind',
        kind: 'GitRepository',
        explains: ['SourceFailed'],
      },
      {
        at: 'spec.dependsOn[]',
        name: 'name',
        namespace: 'namespace',
        kind: 'Kustomization',
        explains: ['SourceFailed'],
      },
    ],
    makes: {
      name: 'kustomize.toolkit.fluxcd.io/name',
      namespace: 'kustomize.toolkit.fluxcd.io/namespace',
      explains: ['Degraded'],
    },
    nextSteps: ['flux events --for Kustomization/{name} -n {namespace}'],
  }),
  shippedRow({
    id: 'flux-helmrelease',
    group: 'helm.toolkit.fluxcd.io',
    kind: 'HelmRelease',
    plural: 'helmreleases',
    family: 'gitops',
    reason: 'SyncFailed',
    sees: 'Flux HelmReleases whose install, upgrade, test or rollback failed, that wait for a chart or dependency, or have been suspended for a week.',
    cannotSee: CANNOT_SEE,
    rules: [
      SUSPENDED,
      WAITS_FOR_OTHERS,
      { when: [{ condition: 'Ready' }], impact: 'error' },
      STALLED,
      STILL_RECONCILING,
    ],
    causes: [
      { name: 'status.helmChart', kind: 'HelmChart', explains: ['SourceFailed'] },
      {
        at: 'spec.chartRef',
        name: 'name',
        namespace: 'namespace',
        kindAt: 'kind',
        kind: 'OCIRepository',
        explains: ['SourceFailed'],
      },
      {
        at: 'spec.chart.spec.sourceRef',
        name: 'name',
        namespace: 'namespace',
        kindAt: 'kind',
        kind: 'HelmRepository',
        explains: ['SourceFailed'],
      },
      { at: 'spec.dependsOn[]', name: 'name', namespace: 'namespace', kind: 'HelmRelease', explains: ['SourceFailed'] },
    ],
    makes: {
      name: 'helm.toolkit.fluxcd.io/name',
      namespace: 'helm.toolkit.fluxcd.io/namespace',
      explains: ['SyncFailed'],
    },
    nextSteps: ['flux events --for HelmRelease/{name} -n {namespace}'],
  }),
  sourceRow('flux-gitrepository', 'GitRepository', 'gitrepositories', 'GitRepositories'),
  sourceRow('flux-ocirepository', 'OCIRepository', 'ocirepositories', 'OCIRepositories'),
  sourceRow('flux-helmrepository', 'HelmRepository', 'helmrepositories', 'HelmRepositories'),
  sourceRow('flux-bucket', 'Bucket', 'buckets', 'Buckets'),
  sourceRow('flux-helmchart', 'HelmChart', 'helmcharts', 'HelmCharts'),
];
