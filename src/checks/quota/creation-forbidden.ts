import type { CheckedFinding } from '../../domain/check.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { LimitRange } from '../../domain/kubernetes/quota.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { quantityOf } from '../quantity.ts';
import { standingOf, standingText } from '../standing.ts';
import type { View } from '../view.ts';
import { amountsText } from './amounts.ts';
import { byQuota, impactOfRefusal, refusedIn, refusingQuota, type QuotaRefusals, type Refused } from './refusals.ts';

/** Who refuses, by the words of the API server, and where to look; the first that matches. */
const REFUSERS: readonly (readonly [RegExp, string, (namespace: string) => string])[] = [
  [/exceeded quota|failed quota/i, 'a quota', (namespace) => `kubectl describe resourcequota -n ${namespace}`],
  [
    /(?:maximum|minimum) .*usage per|limit to request ratio|limit range/i,
    'a limit range',
    (namespace) => `kubectl describe limitrange -n ${namespace}`,
  ],
  [/violates PodSecurity/i, 'Pod Security', (namespace) => `kubectl get namespace ${namespace} --show-labels`],
  [/failed calling webhook/i, 'a webhook that does not answer', listWebhooks],
  [/admission webhook .* denied/i, 'a webhook', listWebhooks],
  [
    /ValidatingAdmissionPolicy/,
    'an admission policy',
    () => 'kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings',
  ],
  [
    /serviceaccount .* not found/i,
    'a missing service account',
    (namespace) => `kubectl get serviceaccounts -n ${namespace}`,
  ],
  [/no PriorityClass with name/i, 'a missing priority class', () => 'kubectl get priorityclasses'],
  [/RuntimeClass .* not found/i, 'a missing runtime class', () => 'kubectl get runtimeclasses'],
  [
    /forbidden|denied|is invalid/i,
    'admission',
    (namespace) => `kubectl get events -n ${namespace} --field-selector reason=FailedCreate`,
  ],
];

export const creationForbidden: Check = {
  id: 'creation-forbidden',
  family: 'quota',
  sees: 'Workloads whose pods the API server refuses, and who refuses: a quota, a limit range, Pod Security, a webhook, an admission policy, a missing service account, priority class or runtime class. Not: refusals after which the pods were made, namespaces that are being deleted.',
  cannotSee: 'Refusals of other objects than pods.',
  needs: ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Event'],
  uses: [
    'Deployment',
    'CronJob',
    'Pod',
    'Service',
    'ResourceQuota',
    'LimitRange',
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
  ],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const all = refusedIn(view);
    const quotas = byQuota(view, all);
    return all.flatMap((refused) => findingFor(view, refused, quotas) ?? []);
  },
};

function findingFor(
  view: View,
  refused: Refused,
  quotas: ReadonlyMap<string, QuotaRefusals>,
): CheckedFinding | undefined {
  const { kind, apiVersion, meta, template, message } = refused;
  const refuser = REFUSERS.find(([pattern]) => pattern.test(refused.quote.quote));
  if (refuser === undefined) return undefined;
  const [, name, look] = refuser;
  const standing = standingOf(view, kind, meta);
  const text = kind === 'Job' ? '' : standingText(standing);
  const problem = `${name} refuses new pods: ${clause(message)}`;
  return {
    ...about(view, kind, apiVersion, meta, template),
    family: 'quota',
    reason: 'CreationForbidden',
    impact: impactOfRefusal(view, refused),
    title: text === '' ? problem : `${text}: ${problem}`,
    onsetAtMs: refused.sinceMs,
    evidence: [refused.quote, ...lawsOf(view, refused)],
    nextSteps: [describeObject(kind.toLowerCase(), meta), look(meta.namespace)],
    causes: [...quotaOf(refused, quotas), ...webhooksOf(view, message)],
  };
}

/** The quota or limit range that the refusal rests on, as it stands. */
function lawsOf(view: View, { meta: { namespace }, message }: Refused): readonly EvidenceQuote[] {
  const quotaName = refusingQuota(message);
  const quotas = view.objects.ResourceQuota.filter(
    ({ meta }) => meta.namespace === namespace && meta.name === quotaName,
  );
  const bound = /(maximum|minimum) (\S+) usage per (\w+) is ([^\s,]+?)[,.]?(?:\s|$)/.exec(message);
  const ranges = bound === null ? [] : view.objects.LimitRange.filter(({ meta }) => meta.namespace === namespace);
  return [
    ...quotas.map((quota) => quoteField('ResourceQuota', quota.meta, 'status', amountsText(quota))),
    ...ranges.flatMap((range) => quoteBound(range, bound ?? []) ?? []),
  ];
}

function quoteBound({ meta, limits }: LimitRange, [, side, resource = '', type, amount = '']: readonly string[]) {
  const edge = side === 'maximum' ? 'max' : 'min';
  const limit = limits.find((one) => one.type === type && quantityOf(one[edge][resource] ?? '') === quantityOf(amount));
  const written = limit?.[edge][resource];
  if (limit === undefined || written === undefined) return undefined;
  return quoteField('LimitRange', meta, `spec.limits[${limit.type}]`, `${edge}: ${resource}=${written}`);
}

/** The quota, where it refuses so many that it is the trouble. */
function quotaOf(
  { meta: { namespace }, message }: Refused,
  quotas: ReadonlyMap<string, QuotaRefusals>,
): readonly Owner[] {
  const name = refusingQuota(message);
  if (name === undefined || quotas.get(`${namespace}/${name}`)?.areMany !== true) return [];
  return [{ kind: 'ResourceQuota', namespace, name }];
}

/** The configuration of the webhook that did not answer, and the Service behind it: another check may know why. */
function webhooksOf(view: View, message: string): readonly Owner[] {
  const [, webhookName] = /failed calling webhook "([^"]+)"/.exec(message) ?? [];
  if (webhookName === undefined) return [];
  const [, name, namespace] = /https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b/.exec(message) ?? [];
  return [
    ...(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const).flatMap((kind) =>
      view.objects[kind]
        .filter(({ webhooks }) => webhooks.some((webhook) => webhook.name === webhookName))
        .map(({ meta }) => ({ kind, namespace: '', name: meta.name })),
    ),
    ...(name === undefined || namespace === undefined ? [] : [{ kind: 'Service', namespace, name }]),
  ];
}

function listWebhooks(): string {
  return 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations';
}
