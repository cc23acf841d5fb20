import type { CheckedFinding } from '../../domain/check.ts';
import { customResourceName, type CustomResource, type CustomResourceRow } from '../../domain/custom-resource.ts';
import type { KnownReason } from '../../domain/finding.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { IMPACTS, type Impact } from '../../domain/severity.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';
import { judge } from './judge.ts';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const;

/** The check of one row. Where the API server does not serve the kind there is nothing to be sick, and the check is evaluated. */
export function customResourceCheck(row: CustomResourceRow): Check {
  const name = customResourceName(row);
  return {
    id: row.id,
    family: row.family,
    sees: row.sees,
    cannotSee: row.cannotSee,
    needs: [name],
    uses: row.makes === undefined && !row.ownsWorkloads ? [] : WORKLOADS,
    worstImpact: worstImpactOf(row),
    graceMs: row.graceMs,
    run: (view) => view.customResources(name).flatMap((object) => findingOf(view, row, object)),
  };
}

function findingOf(view: View, row: CustomResourceRow, object: CustomResource): readonly CheckedFinding[] {
  const verdict = judge(row, object, view.nowMs);
  if (verdict === undefined) return [];
  const { kind, apiVersion, meta } = object;
  const subject = about(view, kind, apiVersion, meta);
  return [
    {
      ...subject,
      ...verdict,
      family: row.family,
      causes: causesOf(view, row, object, { reason: verdict.reason, owner: subject.owner }),
      nextSteps: [
        describeObject(`${row.plural}.${row.group}`, meta),
        ...row.nextSteps.map((step) =>
          step.replaceAll('{name}', () => meta.name).replaceAll('{namespace}', () => meta.namespace),
        ),
      ],
    },
  ];
}

/** What it names, what it made, and what it owns. The thing that is named may be cluster-wide: its kind alone does not tell. */
function causesOf(
  view: View,
  row: CustomResourceRow,
  { kind, meta, references }: CustomResource,
  { reason, owner }: { readonly reason: KnownReason; readonly owner: Owner },
): readonly Owner[] {
  const named = references
    .filter(({ explains }) => explains?.includes(reason) ?? true)
    .flatMap((reference) => [
      { kind: reference.kind, namespace: reference.namespace, name: reference.name },
      { kind: reference.kind, namespace: '', name: reference.name },
    ])
    .filter((other) => other.kind !== kind || other.name !== meta.name || other.namespace !== meta.namespace);
  return [...named, ...madeBy(view, row, meta, reason), ...(row.ownsWorkloads ? [owner] : [])];
}

function madeBy(
  view: View,
  { makes }: CustomResourceRow,
  meta: CustomResource['meta'],
  reason: KnownReason,
): readonly Owner[] {
  if (makes === undefined || !makes.explains.includes(reason)) return [];
  return WORKLOADS.flatMap((kind) =>
    view.objects[kind]
      .filter(({ meta: { labels } }) => labels[makes.name] === meta.name && labels[makes.namespace] === meta.namespace)
      .map((workload) => ({ kind, namespace: workload.meta.namespace, name: workload.meta.name })),
  );
}

function worstImpactOf({ rules, expiry }: CustomResourceRow): Impact {
  const impacts = [...rules, ...(expiry?.steps ?? [])].map(({ impact }) => impact);
  return impacts.toSorted((left, right) => IMPACTS.indexOf(left) - IMPACTS.indexOf(right))[0] ?? 'info';
}
