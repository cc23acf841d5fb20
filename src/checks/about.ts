import type { CheckedFinding } from '../domain/check.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { Pod } from '../domain/kubernetes/pod.ts';
import type { PodTemplate } from '../domain/kubernetes/workload.ts';
import type { ContainerRun } from '../domain/container-run.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { Family, KnownReason } from '../domain/finding.ts';
import type { Owner } from '../domain/object-ref.ts';
import type { Impact } from '../domain/severity.ts';
import { belongsToJob, isReady } from './pod-state.ts';
import { impactOf, standingOf, standingText } from './standing.ts';
import type { View } from './view.ts';

type Subject = Pick<CheckedFinding, 'object' | 'owner' | 'labels' | 'annotations' | 'images' | 'serviceNames'>;

/**
 * The part of a finding that says whom it is about, with everything that policy, tiers and known issues match against.
 *
 * Labels and annotations are those of the topmost readable owner, overlaid with the template's and the object's own.
 */
export function about(
  view: View,
  kind: string,
  apiVersion: string,
  meta: ObjectMeta,
  template?: Pick<PodTemplate, 'labels'> & { readonly containers: readonly { readonly image: string }[] },
): Subject {
  const { namespace, name } = meta;
  const { top, nearest } = view.ownership(kind, meta);
  const podLabels = template?.labels ?? {};
  return {
    object: { apiVersion, kind, namespace, name },
    owner: top,
    labels: { ...nearest.meta.labels, ...podLabels, ...meta.labels },
    annotations: { ...nearest.meta.annotations, ...meta.annotations },
    images: unique((template?.containers ?? []).map(({ image }) => image)),
    serviceNames: unique(view.servicesSelecting(namespace, podLabels).map((service) => service.meta.name)),
  };
}

/** A finding on a pod. Its impact is what its owner has lost unless told otherwise; `problem` continues `0 of 3 replicas ready: `. */
export function podFinding(
  view: View,
  pod: Pod,
  {
    problem,
    family = 'workload',
    impact,
    ...rest
  }: {
    readonly reason: KnownReason;
    readonly family?: Family;
    readonly impact?: Impact;
    readonly problem: string;
    readonly onsetAtMs: number;
    readonly evidence: readonly EvidenceQuote[];
    readonly causes?: readonly Owner[];
    readonly logOf?: ContainerRun;
    readonly nextSteps: readonly string[];
  },
): CheckedFinding {
  const containers = [...pod.initContainers, ...pod.containers];
  const subject = about(view, 'Pod', 'v1', pod.meta, { labels: pod.meta.labels, containers });
  // A Job has no replicas to lose: what it loses is its result.
  if (belongsToJob(pod)) return { ...subject, ...rest, family, impact: impact ?? 'error', title: problem };
  const standing = standingOf(view, 'Pod', pod.meta);
  const prefix = standingText(standing);
  return {
    ...subject,
    ...rest,
    family,
    impact: impact ?? impactOf(standing, isReady(pod)),
    title: prefix === '' ? problem : `${prefix}: ${problem}`,
  };
}

/** The earliest time that any witness knows of. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].filter((value) => value !== '').toSorted();
}
