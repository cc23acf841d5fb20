import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { Condition, ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import type { Impact } from '../../domain/severity.ts';
import { quoteCondition, quoteEvent } from '../evidence.ts';
import { condition } from '../pod-state.ts';
import { impactOf, standingOf } from '../standing.ts';
import { ownerKey, type View } from '../view.ts';

/** Controllers try again after a quarter of an hour at most. */
const RETRY_MS = 30 * 60_000;
/** A namespace on its way out takes nothing new, on purpose. */
const ON_PURPOSE = /because it is being terminated/;

interface Creator {
  readonly kind: 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly apiVersion: string;
  readonly meta: ObjectMeta;
  readonly template: PodTemplate;
  readonly conditions: readonly Condition[];
  /** Whether pods that it wants do not exist: then an event of a refusal is not history. */
  readonly isMissingPods: boolean;
}

/** A maker of pods, and the API server's words when it last refused it one. */
export interface Refused extends Creator {
  /** Without the name of the pod that was never made: that one changes with every try. */
  readonly message: string;
  readonly sinceMs: number;
  readonly quote: EvidenceQuote;
}

/** Everything that wants pods and may not make them, whoever refuses. */
export function refusedIn(view: View): readonly Refused[] {
  return creatorsIn(view)
    .filter(({ meta, isMissingPods }) => meta.deletedAtMs === undefined && isMissingPods)
    .flatMap((creator) => refusalOf(view, creator) ?? [])
    .filter(({ message }) => !ON_PURPOSE.test(message));
}

/** The quota that refuses, by the API server's words. */
export function refusingQuota(message: string): string | undefined {
  return /(?:exceeded|failed) quota: ([a-z0-9.-]*[a-z0-9])/.exec(message)?.[1];
}

/** So many refused by one quota are one trouble of the quota, fewer are each workload's own. */
const MANY = 3;

/** Those refused by each quota, by `namespace/name` of it. */
export function byQuota(view: View, refused: readonly Refused[]): ReadonlyMap<string, QuotaRefusals> {
  const groups = Map.groupBy(refused, ({ meta, message }) => `${meta.namespace}/${refusingQuota(message) ?? ''}`);
  return new Map(
    [...groups].map(([quota, ofQuota]) => {
      const owners = new Set(ofQuota.map(({ kind, meta }) => ownerKey(view.ownership(kind, meta).top)));
      return [quota, { refused: ofQuota, owners: owners.size, areMany: owners.size >= MANY }];
    }),
  );
}

export interface QuotaRefusals {
  readonly refused: readonly Refused[];
  readonly owners: number;
  readonly areMany: boolean;
}

/** What a workload loses by the refusal; with all of the old pods there it is a rollout that cannot go on. */
export function impactOfRefusal(view: View, { kind, meta }: Refused): Impact {
  return kind === 'Job' ? 'error' : impactOf(standingOf(view, kind, meta), false);
}

function creatorsIn({ objects }: View): readonly Creator[] {
  const apps = { apiVersion: 'apps/v1' } as const;
  return [
    ...objects.ReplicaSet.map((set) => ({
      ...apps,
      kind: 'ReplicaSet' as const,
      ...pick(set),
      isMissingPods: set.statusReplicas < set.replicas,
    })),
    ...objects.StatefulSet.map((set) => ({
      ...apps,
      kind: 'StatefulSet' as const,
      ...pick(set),
      isMissingPods: set.statusReplicas < set.replicas,
    })),
    ...objects.DaemonSet.map((set) => ({
      ...apps,
      kind: 'DaemonSet' as const,
      ...pick(set),
      isMissingPods: set.currentNumberScheduled < set.desiredNumberScheduled,
    })),
    ...objects.Job.map((job) => ({
      apiVersion: 'batch/v1',
      kind: 'Job' as const,
      ...pick(job),
      isMissingPods:
        !job.suspend &&
        job.active === 0 &&
        !job.conditions.some(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed')),
    })),
  ];
}

function pick({ meta, template, conditions }: Pick<Creator, 'meta' | 'template' | 'conditions'>) {
  return { meta, template, conditions };
}

function refusalOf(view: View, creator: Creator): Refused | undefined {
  const { kind, meta, conditions } = creator;
  const failure = condition(conditions, 'ReplicaFailure');
  if (failure?.status === 'True') {
    return {
      ...creator,
      message: withoutPrefix(failure.message),
      sinceMs: failure.changedAtMs ?? meta.createdAtMs,
      quote: quoteCondition(kind, meta, failure),
    };
  }
  const event = view
    .eventsAbout(meta, kind)
    .find(({ reason, lastAtMs }) => reason === 'FailedCreate' && view.nowMs - lastAtMs < RETRY_MS);
  if (event === undefined) return undefined;
  return {
    ...creator,
    message: withoutPrefix(event.message),
    sinceMs: event.firstAtMs ?? event.lastAtMs,
    quote: quoteEvent(event),
  };
}

function withoutPrefix(message: string): string {
  return message.replace(
    /^(?:create (?:Pod|Claim) .{0,300}? failed error: |Error creating: )?(?:(?:pods|persistentvolumeclaims) "[^"]*" is forbidden: )?/,
    '',
  );
}
