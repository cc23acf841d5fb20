import type { CheckedFinding } from '../../domain/check.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { HorizontalPodAutoscaler } from '../../domain/kubernetes/scaling.ts';
import type { Owner } from '../../domain/object-ref.ts';
import type { KindName } from '../../domain/snapshot.ts';
import { about } from '../about.ts';
import { describeObject } from '../next-steps.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';

/** The kinds of targets that are read (what else there is to scale is not known), and where metrics come from. */
export const AUTOSCALER_USES = [
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'APIService',
] as const satisfies readonly KindName[];

/** The selector of its target serves for no scaling: these are no lack of metrics. */
const SELECTOR_REASONS = ['InvalidSelector', 'AmbiguousSelector', 'FailedGetSelector'];

export function isMissingTarget(view: View, { meta, target }: HorizontalPodAutoscaler): boolean {
  const { kind, apiVersion, name } = target;
  const { namespace } = meta;
  if (!apiVersion.startsWith('apps/')) return false;
  switch (kind) {
    case 'Deployment':
      return view.isComplete(kind, namespace) && view.deployment(namespace, name) === undefined;
    case 'StatefulSet':
      return view.isComplete(kind, namespace) && view.statefulSet(namespace, name) === undefined;
    case 'ReplicaSet':
      return view.isComplete(kind, namespace) && view.replicaSet(namespace, name) === undefined;
    default:
      return false;
  }
}

/** The condition that says why nothing is scaled, other than a lack of metrics. */
export function blockOf({ conditions }: HorizontalPodAutoscaler): Condition | undefined {
  const able = condition(conditions, 'AbleToScale');
  // Within its own windows it waits on purpose.
  if (able?.status === 'False' && !able.reason.startsWith('Backoff')) return able;
  const active = condition(conditions, 'ScalingActive');
  return active?.status === 'False' && SELECTOR_REASONS.includes(active.reason) ? active : undefined;
}

/** Whom a finding on an autoscaler is about; it may be a symptom of what it scales, or of its own owner. */
export function autoscalerFinding(
  view: View,
  autoscaler: HorizontalPodAutoscaler,
  { causes = [], ...rest }: Pick<CheckedFinding, 'reason' | 'impact' | 'title' | 'onsetAtMs' | 'evidence' | 'causes'>,
): CheckedFinding {
  const { meta, target } = autoscaler;
  const subject = about(view, 'HorizontalPodAutoscaler', 'autoscaling/v2', meta);
  const scaled: Owner = { kind: target.kind, namespace: meta.namespace, name: target.name };
  const owners = subject.owner.kind === 'HorizontalPodAutoscaler' ? [] : [subject.owner];
  return {
    ...subject,
    ...rest,
    family: 'autoscaling',
    causes: [...owners, scaled, ...causes],
    nextSteps: [
      describeObject('horizontalpodautoscaler', meta),
      describeObject(target.kind.toLowerCase(), { namespace: meta.namespace, name: target.name }),
    ],
  };
}
