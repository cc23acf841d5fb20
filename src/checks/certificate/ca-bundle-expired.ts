import type { CheckedFinding } from '../../domain/check.ts';
import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { Impact } from '../../domain/severity.ts';
import { about } from '../about.ts';
import { CRD_VERSION } from '../admission/crd-not-established.ts';
import { WEBHOOK_VERSION, webhookConfigurationsIn } from '../admission/webhooks.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';

const DAY_MS = 86_400_000;

/** How long before its end a bundle is told of, the latest step first. */
const STEPS: readonly { readonly leftMs: number; readonly impact: Impact }[] = [
  { leftMs: 7 * DAY_MS, impact: 'warning' },
  { leftMs: 30 * DAY_MS, impact: 'info' },
];

export const caBundleExpired: Check = {
  id: 'ca-bundle-expired',
  family: 'certificate',
  sees: 'CA bundles of webhooks, APIServices and conversion webhooks whose last certificate has expired (error; a warning for a webhook that is passed over), or expires within 7 days (warning) or 30 days (info). Not: a bundle with at least a tenth of its lifetime left, which a tool renews often.',
  cannotSee:
    'The certificates that the servers themselves show, which are in Secrets; bundles that do not fit to them.',
  needs: ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService', 'CustomResourceDefinition'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => bundlesIn(view).flatMap((bundle) => expiring(view, bundle) ?? []),
};

interface Bundle {
  readonly kind: string;
  readonly apiVersion: string;
  readonly meta: ObjectMeta;
  /** Continues `the CA bundle of `. */
  readonly of: string;
  readonly path: string;
  readonly expiresAtMs: number | undefined;
  readonly lifetimeMs: number | undefined;
  /** Nothing is refused when it does not hold. */
  readonly isOptional: boolean;
}

function bundlesIn(view: View): readonly Bundle[] {
  return [
    ...webhookConfigurationsIn(view).flatMap(({ kind, configuration: { meta, webhooks } }) =>
      webhooks
        .filter(({ rules }) => rules.length > 0)
        .map(({ name, failurePolicy, caExpiresAtMs, caLifetimeMs }) => ({
          kind,
          apiVersion: WEBHOOK_VERSION,
          meta,
          of: `webhook ${name}`,
          path: `webhooks[${name}].clientConfig.caBundle`,
          expiresAtMs: caExpiresAtMs,
          lifetimeMs: caLifetimeMs,
          isOptional: failurePolicy === 'Ignore',
        })),
    ),
    ...view.objects.APIService.filter(
      ({ service, insecureSkipTLSVerify }) => service !== undefined && !insecureSkipTLSVerify,
    ).map(({ meta, group, version, caExpiresAtMs, caLifetimeMs }) => ({
      kind: 'APIService',
      apiVersion: 'apiregistration.k8s.io/v1',
      meta,
      of: `API ${group}/${version}`,
      path: 'spec.caBundle',
      expiresAtMs: caExpiresAtMs,
      lifetimeMs: caLifetimeMs,
      isOptional: false,
    })),
    ...view.objects.CustomResourceDefinition.map(
      ({ meta, kind, group, resource, conversionCaExpiresAtMs, conversionCaLifetimeMs }) => ({
        kind: 'CustomResourceDefinition',
        apiVersion: CRD_VERSION,
        meta,
        of: `the conversion of ${kind} (${resource}.${group})`,
        path: 'spec.conversion.webhook.clientConfig.caBundle',
        expiresAtMs: conversionCaExpiresAtMs,
        lifetimeMs: conversionCaLifetimeMs,
        isOptional: false,
      }),
    ),
  ];
}

function expiring(view: View, bundle: Bundle): CheckedFinding | undefined {
  const { kind, apiVersion, meta, of, path, expiresAtMs, lifetimeMs = Infinity, isOptional } = bundle;
  if (expiresAtMs === undefined || meta.deletedAtMs !== undefined) return undefined;
  const leftMs = expiresAtMs - view.nowMs;
  const isExpired = leftMs <= 0;
  const step = STEPS.find((one) => leftMs <= one.leftMs);
  if (!isExpired && (step === undefined || leftMs >= lifetimeMs / 10)) return undefined;
  const day = new Date(expiresAtMs).toISOString().slice(0, 10);
  return {
    ...about(view, kind, apiVersion, meta),
    family: 'certificate',
    reason: 'CaBundleExpired',
    impact: isExpired ? (isOptional ? 'warning' : 'error') : (step?.impact ?? 'info'),
    title: isExpired
      ? `the CA bundle of ${of} expired on ${day}: the API server cannot trust whoever answers`
      : `the CA bundle of ${of} expires on ${day}, in ${daysText(leftMs)}`,
    // It began to matter with the first step; a shorter life has its own.
    onsetAtMs: isExpired ? expiresAtMs : expiresAtMs - Math.min(30 * DAY_MS, lifetimeMs / 10),
    evidence: [quoteField(kind, meta, path, `last certificate valid until ${new Date(expiresAtMs).toISOString()}`)],
    nextSteps: [describeObject(kind.toLowerCase(), meta), 'kubectl get pods -A -l app.kubernetes.io/name=cainjector'],
  };
}

function daysText(durationMs: number): string {
  const days = Math.floor(durationMs / DAY_MS);
  if (days < 1) return `${String(Math.max(1, Math.round(durationMs / 3_600_000)))} hours`;
  return days === 1 ? '1 day' : `${String(days)} days`;
}
