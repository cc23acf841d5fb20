import type {
  APIService,
  CustomResourceDefinition,
  ServiceTarget,
  Webhook,
  WebhookConfiguration,
} from '../../domain/kubernetes/extension.ts';
import { readCaBundle } from './ca-bundle.ts';
import { count, fields, flag, many, optionalFields, text, texts, type Raw } from './fields.ts';
import { projectConditions, projectMeta, projectSelector } from './meta.ts';

/** Validating and mutating ones differ in nothing that is read. */
export function projectWebhookConfiguration(object: Raw): WebhookConfiguration {
  return { meta: projectMeta(object, false), webhooks: many(object['webhooks'], 'webhooks', projectWebhook) };
}

function projectWebhook(webhook: Raw): Webhook {
  const client = fields(webhook['clientConfig'], 'webhooks.clientConfig');
  const failurePolicy = text(webhook['failurePolicy'], 'webhooks.failurePolicy');
  return {
    name: text(webhook['name'], 'webhooks.name'),
    failurePolicy: failurePolicy === '' ? 'Fail' : failurePolicy,
    service: projectTarget(client['service'], 'clientConfig.service'),
    ...readCaBundle(client['caBundle']),
    namespaceSelector: projectSelector(webhook['namespaceSelector']),
    rules: many(webhook['rules'], 'webhooks.rules', (rule) => ({
      operations: texts(rule['operations'], 'rules.operations'),
      apiGroups: texts(rule['apiGroups'], 'rules.apiGroups'),
      resources: texts(rule['resources'], 'rules.resources'),
    })),
  };
}

export function projectApiService(object: Raw): APIService {
  const spec = fields(object['spec'], 'spec');
  return {
    meta: projectMeta(object, false),
    group: text(spec['group'], 'spec.group'),
    version: text(spec['version'], 'spec.version'),
    service: projectTarget(spec['service'], 'spec.service'),
    insecureSkipTLSVerify: flag(spec['insecureSkipTLSVerify'], 'spec.insecureSkipTLSVerify'),
    ...readCaBundle(spec['caBundle']),
    conditions: projectConditions(fields(object['status'], 'status')),
  };
}

export function projectResourceDefinition(object: Raw): CustomResourceDefinition {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const names = fields(spec['names'], 'spec.names');
  const conversion = fields(fields(spec['conversion'], 'spec.conversion')['webhook'], 'conversion.webhook');
  const client = fields(conversion['clientConfig'], 'webhook.clientConfig');
  const conversionCa = readCaBundle(client['caBundle']);
  const versions = many(spec['versions'], 'spec.versions', (version) => ({
    name: text(version['name'], 'versions.name'),
    served: flag(version['served'], 'versions.served'),
  }));
  return {
    meta: projectMeta(object, false),
    group: text(spec['group'], 'spec.group'),
    kind: text(names['kind'], 'names.kind'),
    resource: text(names['plural'], 'names.plural'),
    namespaced: text(spec['scope'], 'spec.scope') === 'Namespaced',
    servedVersions: versions.filter((version) => version.served).map((version) => version.name),
    storedVersions: texts(status['storedVersions'], 'status.storedVersions'),
    conversionService: projectTarget(client['service'], 'clientConfig.service'),
    conversionCaExpiresAtMs: conversionCa.caExpiresAtMs,
    conversionCaLifetimeMs: conversionCa.caLifetimeMs,
    conditions: projectConditions(status),
  };
}

function projectTarget(value: unknown, field: string): ServiceTarget | undefined {
  const service = optionalFields(value, field);
  return (
    service && {
      namespace: text(service['namespace'], 'service.namespace'),
      name: text(service['name'], 'service.name'),
      port: count(service['port'], 'service.port', 443),
    }
  );
}
