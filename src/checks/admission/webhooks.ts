import type { Webhook, WebhookConfiguration } from '../../domain/kubernetes/extension.ts';
import type { Impact } from '../../domain/severity.ts';
import { matcherOf, selectsEverything } from '../selector.ts';
import type { View } from '../view.ts';

export const WEBHOOK_VERSION = 'admissionregistration.k8s.io/v1';

type WebhookKind = 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';

export interface KindedConfiguration {
  readonly kind: WebhookKind;
  readonly configuration: WebhookConfiguration;
}

/** All that are to stay. */
export function webhookConfigurationsIn({ objects }: View): readonly KindedConfiguration[] {
  const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;
  return kinds
    .flatMap((kind) => objects[kind].map((configuration) => ({ kind, configuration })))
    .filter(({ configuration }) => configuration.meta.deletedAtMs === undefined);
}

const PODS = ['pods', '*', '*/*', 'pods/*'];
const WORKLOADS = ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'namespaces'];

/** What is lost while a webhook does not answer: everything that its rules cover where it fails closed, its own work where it fails open. */
export function impactOfSilence(view: View, webhook: Webhook): Impact {
  if (!concernsAnybody(view, webhook)) return 'info';
  const coversPods = webhook.rules.some(
    ({ operations, apiGroups, resources }) =>
      operations.some((operation) => operation === 'CREATE' || operation === '*') &&
      apiGroups.some((group) => group === '' || group === '*') &&
      resources.some((resource) => PODS.includes(resource)),
  );
  if (webhook.failurePolicy === 'Ignore') {
    const isWide =
      coversPods || webhook.rules.some(({ resources }) => resources.some((one) => WORKLOADS.includes(one)));
    return isWide ? 'warning' : 'info';
  }
  return coversPods ? 'critical' : 'error';
}

/** Cluster-wide objects pass every namespace selector, so only the rules of namespaced ones can concern nobody. */
function concernsAnybody(view: View, { namespaceSelector }: Webhook): boolean {
  if (selectsEverything(namespaceSelector) || !view.isComplete('Namespace', '')) return true;
  const matches = matcherOf(namespaceSelector);
  return view.objects.Namespace.some(({ meta }) =>
    matches({ ...meta.labels, 'kubernetes.io/metadata.name': meta.name }),
  );
}

/** `CREATE of pods`; what a person must know is held up. */
export function reachText({ rules }: Webhook): string {
  const operations = [...new Set(rules.flatMap((rule) => rule.operations))];
  const resources = [...new Set(rules.flatMap((rule) => rule.resources))];
  const operationText = operations.includes('*')
    ? 'every change'
    : operations.map((one) => one.toLowerCase()).join(', ');
  const resourceText = resources.some((one) => one === '*' || one === '*/*') ? 'all resources' : listText(resources);
  return `${operationText} of ${resourceText}`;
}

function listText(resources: readonly string[]): string {
  const more = resources.length - 4;
  return more > 0 ? `${resources.slice(0, 4).join(', ')} and ${String(more)} more` : resources.join(', ');
}
