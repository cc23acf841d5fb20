import type { CheckedFinding } from '../../domain/check.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { Condition, ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteCondition, quoteEvent } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition } from '../pod-state.ts';
import { impactOf, standingOf, standingText } from '../standing.ts';
import type { View } from '../view.ts';

/** Controllers try again after a quarter of an hour at most. */
const RETRY_MS = 30 * 60_000;

/** Who refuses, by the words of the API server; the first that matches. */
const REFUSERS: readonly (readonly [RegExp, string, string])[] = [
  [/exceeded quota|failed quota/i, 'a quota', 'kubectl describe resourcequota'],
  [/(?:maximum|minimum) .*usage per|limit range/i, 'a limit range', 'kubectl describe limitrange'],
  [/violates PodSecurity/i, 'Pod Security', 'kubectl get namespace --show-labels'],
  [
    /failed calling webhook/i,
    'a webhook that does not answer',
    'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  ],
  [
    /admission webhook .* denied/i,
    'a webhook',
    'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  ],
  [/serviceaccount .* not found/i, 'a missing service account', 'kubectl get serviceaccounts'],
  [/forbidden|denied/i, 'admission', 'kubectl get events --field-selector reason=FailedCreate'],
];

interface Creator {
  readonly kind: 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly apiVersion: string;
  readonly meta: ObjectMeta;
  readonly template: PodTemplate;
  readonly conditions: readonly Condition[];
  /** Whether pods that it wants do not exist: then an event of a refusal is not history. */
  readonly isMissingPods: boolean;
}

export const creationForbidden: Check = {
  id: 'creation-forbidden',
  family: 'quota',
  sees: 'Workloads whose pods the API server refuses: quota, limit range, Pod Security, a webhook, a missing service account. Not: refusals after which the pods were made.',
  cannotSee: 'Refusals of other objects than pods, quotas that are nearly used up.',
  needs: ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Event'],
  uses: ['Deployment', 'CronJob', 'Pod', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => creatorsIn(view).flatMap((creator) => refused(view, creator) ?? []),
};

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

interface Refusal {
  readonly message: string;
  readonly sinceMs: number;
  readonly quote: EvidenceQuote;
}

function refused(view: View, creator: Creator): CheckedFinding | undefined {
  const { kind, apiVersion, meta, template } = creator;
  if (meta.deletedAtMs !== undefined || !creator.isMissingPods) return undefined;
  const refusal = refusalOf(view, creator);
  const refuser = refusal && REFUSERS.find(([pattern]) => pattern.test(refusal.message));
  if (refusal === undefined || refuser === undefined) return undefined;
  const [, name, look] = refuser;
  const standing = standingOf(view, kind, meta);
  const text = kind === 'Job' ? '' : standingText(standing);
  const problem = `${name} refuses new pods: ${clause(withoutPrefix(refusal.message))}`;
  return {
    ...about(view, kind, apiVersion, meta, template),
    family: 'quota',
    reason: 'CreationForbidden',
    impact: kind === 'Job' ? 'error' : impactOf(standing, standing.ready >= standing.wanted),
    title: text === '' ? problem : `${text}: ${problem}`,
    onsetAtMs: refusal.sinceMs,
    evidence: [refusal.quote],
    nextSteps: [describeObject(kind.toLowerCase(), meta), `${look}${inNamespace(meta.namespace)}`],
  };
}

function refusalOf(view: View, { kind, meta, conditions }: Creator): Refusal | undefined {
  const failure = condition(conditions, 'ReplicaFailure');
  if (failure?.status === 'True') {
    return {
      message: failure.message,
      sinceMs: failure.changedAtMs ?? meta.createdAtMs,
      quote: quoteCondition(kind, meta, failure),
    };
  }
  const event = view
    .eventsAbout(meta, kind)
    .find(({ reason, lastAtMs }) => reason === 'FailedCreate' && view.nowMs - lastAtMs < RETRY_MS);
  return event && { message: event.message, sinceMs: event.firstAtMs ?? event.lastAtMs, quote: quoteEvent(event) };
}

/** `Error creating: pods "api-5d4f-abcde" is forbidden: …`: the pod that was never made changes with every try. */
function withoutPrefix(message: string): string {
  return message.replace(
    /^(?:create Pod \S+ in \S+ \S+ failed error: |Error creating: )?(?:pods "[^"]*" is forbidden: )?/,
    '',
  );
}
