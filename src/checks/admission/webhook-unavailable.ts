import type { CheckedFinding } from '../../domain/check.ts';
import type { Webhook } from '../../domain/kubernetes/extension.ts';
import type { Impact } from '../../domain/severity.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import type { View } from '../view.ts';
import { BACKEND_GRACE_MS, BACKEND_KINDS, BEHIND_KINDS, backendTrouble, type BackendTrouble } from './backend.ts';
import {
  impactOfSilence,
  reachText,
  WEBHOOK_VERSION,
  webhookConfigurationsIn,
  type KindedConfiguration,
} from './webhooks.ts';

export const webhookUnavailable: Check = {
  id: 'webhook-unavailable',
  family: 'admission',
  sees: 'Admission webhooks whose Service does not exist, has no ready endpoint or not the port: critical where pods cannot be created, an error where other changes are refused, a warning or less where the webhook is passed over (failurePolicy Ignore). Not: webhooks behind a URL, without rules, or with a Service in a namespace that is out of scope.',
  cannotSee: 'Webhooks that answer wrongly or slowly, object selectors, webhooks behind a URL.',
  needs: ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', ...BACKEND_KINDS],
  uses: ['Namespace', ...BEHIND_KINDS],
  worstImpact: 'critical',
  graceMs: BACKEND_GRACE_MS,
  run: (view) => webhookConfigurationsIn(view).flatMap((one) => unavailable(view, one)),
};

interface Silent {
  readonly webhook: Webhook;
  readonly trouble: BackendTrouble;
  readonly impact: Impact;
}

function unavailable(view: View, { kind, configuration }: KindedConfiguration): readonly CheckedFinding[] {
  const { meta, webhooks } = configuration;
  return webhooks.flatMap((webhook) => {
    const trouble = webhook.service && webhook.rules.length > 0 ? backendTrouble(view, webhook.service) : undefined;
    return trouble === undefined ? [] : [findingFor({ webhook, trouble, impact: impactOfSilence(view, webhook) })];
  });

  function findingFor({ webhook, trouble, impact }: Silent): CheckedFinding {
    const { name, failurePolicy, service } = webhook;
    const isClosed = failurePolicy !== 'Ignore';
    return {
      ...about(view, kind, WEBHOOK_VERSION, meta),
      family: 'admission',
      reason: 'WebhookUnavailable',
      impact,
      title: `webhook ${name} does not answer${isClosed ? `, which refuses ${reachText(webhook)}` : ', and is passed over'}: ${trouble.problem}`,
      onsetAtMs: Math.max(trouble.sinceMs ?? meta.createdAtMs, meta.createdAtMs),
      causes: trouble.causes,
      evidence: [
        quoteField(
          kind,
          meta,
          `webhooks[${name}]`,
          fields({ failurePolicy, service: service === undefined ? '' : `${service.namespace}/${service.name}` }),
        ),
        ...trouble.evidence,
      ],
      nextSteps: [...trouble.nextSteps, `kubectl get ${kind.toLowerCase()}s ${meta.name} -o yaml`],
    };
  }
}
