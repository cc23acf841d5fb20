import type { CheckedFinding } from '../../domain/check.ts';
import type { Condition, ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { about } from '../about.ts';
import { clause, quoteCondition, quoteEvent } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { condition, isLive, isReady, unreadySinceMs } from '../pod-state.ts';
import { SAME_MOMENT_MS, STARTUP_ALLOWANCE_MS } from './rollout.ts';
import { standingText, type Standing } from '../standing.ts';
import type { View, Workload } from '../view.ts';

/** What the pods say about a workload that reports fewer ready replicas than it wants. */
export type Shortage =
  /** All that is missing is starting, leaving or already there again. */
  | { readonly kind: 'passing' }
  | { readonly kind: 'short'; readonly sinceMs: number; readonly unready: readonly Pod[] }
  /** There are too few pods, and none of them is unwell: something keeps new ones from being made. */
  | { readonly kind: 'not-created' };

/**
 * @param pods all pods of the workload
 * @param patienceMs how long a pod may be unready before it counts as missing; that of a rollout is longer
 */
export function shortageOf(pods: readonly Pod[], wanted: number, nowMs: number, patienceMs = 0): Shortage {
  const live = pods.filter(isLive);
  const unready = live.filter((pod) => !isReady(pod));
  const missing = unready.filter((pod) => {
    const sinceMs = unreadySinceMs(pod) ?? nowMs;
    const isStarting = Math.abs(sinceMs - pod.meta.createdAtMs) < SAME_MOMENT_MS;
    return nowMs - sinceMs >= (isStarting ? Math.max(patienceMs, STARTUP_ALLOWANCE_MS) : patienceMs);
  });
  if (missing.length > 0) {
    return {
      kind: 'short',
      sinceMs: missing.reduce((since, pod) => Math.min(since, unreadySinceMs(pod) ?? nowMs), nowMs),
      unready: missing,
    };
  }
  const isLeaving = pods.some(
    ({ meta: { deletedAtMs } }) => deletedAtMs !== undefined && nowMs - deletedAtMs < STARTUP_ALLOWANCE_MS,
  );
  return live.length >= wanted || unready.length > 0 || isLeaving ? { kind: 'passing' } : { kind: 'not-created' };
}

/** The finding of a workload that is short of replicas: `0 of 3 replicas ready: …`. */
export function shortFinding(
  view: View,
  workload: Pick<Workload, 'kind' | 'meta'> & {
    readonly template: PodTemplate;
    readonly conditions: readonly Condition[];
  },
  {
    standing,
    onsetAtMs,
    unready,
    evidence,
    note = '',
  }: {
    readonly standing: Standing;
    readonly onsetAtMs: number;
    readonly unready: readonly Pod[];
    readonly evidence: readonly EvidenceQuote[];
    /** What is known of the workload beyond its pods' own words. */
    readonly note?: string;
  },
): CheckedFinding {
  const { kind, meta, template } = workload;
  const refusal = creationRefusal(view, workload);
  const why = [note, refusal?.text ?? unreadyText(unready)].filter((part) => part !== '').join(': ');
  const text = standingText(standing);
  return {
    ...about(view, kind, 'apps/v1', meta, template),
    family: 'workload',
    reason: 'ReplicasShort',
    impact: standing.ready === 0 ? 'critical' : 'error',
    title: why === '' ? text : `${text}: ${why}`,
    onsetAtMs,
    evidence: [
      ...evidence,
      ...(refusal === undefined ? [] : [refusal.quote]),
      ...unready.slice(0, 2).flatMap((pod) => {
        const ready = condition(pod.conditions, 'Ready');
        return ready === undefined ? [] : [quoteCondition('Pod', pod.meta, ready)];
      }),
    ],
    nextSteps: [
      describeObject(kind.toLowerCase(), meta),
      `kubectl get pods -n ${meta.namespace}${selectorFlag(template.labels)}`,
    ],
  };
}

/** Why no pods are made: the workload's own condition, or the newest event of a refused creation. */
export function creationRefusal(
  view: View,
  { kind, meta, conditions }: Pick<Workload, 'kind' | 'meta'> & { readonly conditions: readonly Condition[] },
): { readonly text: string; readonly quote: EvidenceQuote; readonly sinceMs: number | undefined } | undefined {
  const failure = condition(conditions, 'ReplicaFailure');
  if (failure?.status === 'True') {
    return {
      text: `pods cannot be created: ${clause(failure.message)}`,
      quote: quoteCondition(kind, meta, failure),
      sinceMs: failure.changedAtMs,
    };
  }
  const event = [{ kind, meta }, ...view.replicaSetsOf(meta.uid).map((set) => ({ kind: 'ReplicaSet', meta: set.meta }))]
    .flatMap((object) => view.eventsAbout(object.meta, object.kind))
    .find(({ reason, lastAtMs }) => reason === 'FailedCreate' && view.nowMs - lastAtMs < 30 * 60_000);
  if (event === undefined) return undefined;
  return {
    text: `pods cannot be created: ${clause(event.message)}`,
    quote: quoteEvent(event),
    sinceMs: event.firstAtMs ?? event.lastAtMs,
  };
}

/** When its pods last came or went: too few of them since then at the latest. */
export function lastChangeMs({ createdAtMs }: ObjectMeta, pods: readonly Pod[]): number {
  return Math.max(createdAtMs, ...pods.map(({ meta }) => meta.deletedAtMs ?? meta.createdAtMs));
}

function unreadyText(unready: readonly Pod[]): string {
  const [first] = unready;
  if (first === undefined) return '';
  const ready = condition(first.conditions, 'Ready');
  const why = clause(ready?.message ?? '') || ready?.reason || `phase ${first.phase}`;
  return unready.length === 1
    ? `pod ${first.meta.name} is not ready (${why})`
    : `${String(unready.length)} pods are not ready (${why})`;
}

function selectorFlag(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '' : ` -l ${pairs.join(',')}`;
}
