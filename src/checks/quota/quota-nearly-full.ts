import type { CheckedFinding } from '../../domain/check.ts';
import type { ResourceQuota } from '../../domain/kubernetes/quota.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { quantityOf } from '../quantity.ts';
import type { View } from '../view.ts';
import { amountsText } from './amounts.ts';
import { byQuota, impactOfRefusal, refusedIn, type QuotaRefusals } from './refusals.ts';

const NEARLY_FULL = 0.9;
/** Sums of fractions miss by a hair. */
const ROUNDING = 1e-9;
/** So few of a thing are counted one by one: a quota that is just what is wanted is full on purpose. */
const FEW = 5;
/** Resources that come in amounts; all others are counted. */
const AMOUNT = /(?:^|[./])(?:cpu|memory|ephemeral-storage|storage)$|hugepages-/;

export const quotaNearlyFull: Check = {
  id: 'quota-nearly-full',
  family: 'quota',
  sees: 'Quotas of which 90 % or more of any resource is used, or more than all since they were lowered; the workload that is refused for it tells it where there are one or two, the quota itself where there are more. Not: limits of 0, which forbid a thing on purpose.',
  cannotSee: `Since when: it counts from the making of the quota. Counted things of which ${String(FEW)} or fewer are allowed (pods, Services, count/…, devices): those are full on purpose as often as not.`,
  needs: ['ResourceQuota'],
  uses: ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Event', 'Deployment', 'CronJob', 'Pod'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const full = view.objects.ResourceQuota.map((quota) => ({ quota, shares: nearlyFull(quota) })).filter(
      ({ quota, shares }) => shares.length > 0 && quota.meta.deletedAtMs === undefined,
    );
    if (full.length === 0) return [];
    const refusals = byQuota(view, refusedIn(view));
    return full.map(({ quota, shares }) =>
      findingFor(view, { quota, shares, refusals: refusals.get(`${quota.meta.namespace}/${quota.meta.name}`) }),
    );
  },
};

interface Share {
  readonly resource: string;
  /** 1 = all of it. */
  readonly share: number;
}

/** The resources that are nearly or wholly used up, the fullest first. */
function nearlyFull({ hard, used }: ResourceQuota): readonly Share[] {
  return Object.entries(hard)
    .flatMap(([resource, limit]) => {
      const there = quantityOf(limit);
      const taken = quantityOf(used[resource] ?? '0');
      if (there === undefined || taken === undefined || there <= 0) return [];
      if (there <= FEW && !AMOUNT.test(resource)) return [];
      const share = taken / there;
      return share >= NEARLY_FULL - ROUNDING ? [{ resource, share }] : [];
    })
    .toSorted((left, right) => right.share - left.share || (left.resource < right.resource ? -1 : 1));
}

function findingFor(
  view: View,
  {
    quota,
    shares,
    refusals,
  }: {
    readonly quota: ResourceQuota;
    readonly shares: readonly Share[];
    readonly refusals: QuotaRefusals | undefined;
  },
): CheckedFinding {
  const { meta } = quota;
  const { refused = [], owners = 0, areMany = false } = refusals ?? {};
  const resources = shares.map(({ resource }) => resource);
  const most = shares[0]?.share ?? 0;
  const state = most > 1 + ROUNDING ? 'more than used up' : most >= 1 - ROUNDING ? 'used up' : 'nearly used up';
  const impacts = refused.map((one) => impactOfRefusal(view, one));
  return {
    ...about(view, 'ResourceQuota', 'v1', meta),
    family: 'quota',
    reason: 'QuotaNearlyFull',
    impact: !areMany ? 'warning' : impacts.includes('critical') ? 'critical' : 'error',
    title: `quota is ${state}: ${amountsText(quota, resources.slice(0, 3))} (${String(Math.floor(most * 100 + ROUNDING))} %)${areMany ? `, ${String(owners)} workloads are refused new pods` : ''}`,
    onsetAtMs: areMany ? Math.min(...refused.map(({ sinceMs }) => sinceMs)) : meta.createdAtMs,
    evidence: [
      quoteField('ResourceQuota', meta, 'status', amountsText(quota, resources)),
      ...(areMany ? refused.slice(0, 3).map(({ quote }) => quote) : []),
    ],
    nextSteps: [
      describeObject('resourcequota', meta),
      `kubectl get pods -n ${meta.namespace} --sort-by=.metadata.creationTimestamp`,
    ],
    // A workload or two that are refused are what a person has to look after; the quota is a row of that.
    causes: areMany ? [] : refused.map(({ kind, meta: { namespace, name } }) => ({ kind, namespace, name })),
  };
}
