import type { CustomResourceRow, SicknessTest } from '../../../domain/custom-resource.ts';
import { MINUTE_MS, neverJudged, shippedRow } from './row.ts';

const PAUSED: readonly (readonly SicknessTest[])[] = [
  [{ field: "metadata.annotations['autoscaling.keda.sh/paused']", isSet: true, isNot: ['false'] }],
  [{ field: "metadata.annotations['autoscaling.keda.sh/paused-replicas']", isSet: true }],
  [{ condition: 'Paused', status: ['True'] }],
];

function kedaRow(id: string, kind: string, plural: string, causes: CustomResourceRow['causes']): CustomResourceRow {
  return shippedRow({
    id,
    group: 'keda.sh',
    kind,
    plural,
    family: 'autoscaling',
    reason: 'CannotScale',
    sees: `KEDA ${kind}s that cannot scale, or scale by their fallback because a source of numbers is away.`,
    cannotSee:
      'Since when: the conditions have no time, so it counts from the last change of the spec. Idle and paused ones are left alone.',
    ignore: PAUSED,
    rules: [
      { when: [{ condition: 'Ready' }], impact: 'error', since: ['last-change'] },
      {
        when: [{ condition: 'Fallback', status: ['True'] }],
        impact: 'warning',
        reason: 'MetricsMissing',
        says: 'scales by its fallback',
        since: ['last-change'],
      },
      neverJudged('Ready', 30 * MINUTE_MS),
    ],
    causes,
  });
}

/** KEDA (https://keda.sh/docs/latest/reference/scaledobject-spec/): `Active` = False is idle, which is its purpose. */
export const kedaRows: readonly CustomResourceRow[] = [
  kedaRow('keda-scaledobject', 'ScaledObject', 'scaledobjects', [
    { at: 'spec.scaleTargetRef', name: 'name', kindAt: 'kind', kind: 'Deployment' },
  ]),
  kedaRow('keda-scaledjob', 'ScaledJob', 'scaledjobs', []),
];
