import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { Given } from '../case.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface WebhookPlan {
  readonly kind?: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  /** The Service `webhook` of the case's namespace, port 443, unless told. */
  readonly client?: Fields;
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** Of things that nobody makes unless told: what fails closed must hold up no other case. */
  readonly rules?: readonly Fields[];
  readonly namespaceSelector?: Fields;
}

export function webhookService({ namespace }: Given, over: Fields = {}): Fields {
  return { service: { namespace, name: 'webhook', port: 443, ...over } };
}

export function aRule(apiGroup: string, resource: string): Fields {
  return { operations: ['CREATE', 'UPDATE'], apiGroups: [apiGroup], apiVersions: ['*'], resources: [resource] };
}

/** The case's own namespace: a webhook over all would hold up the others. */
export function onlyHere({ namespace }: Given): Fields {
  return { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
}

/** A configuration with one webhook, `check.policy.example.com`. */
export function aWebhookConfiguration(given: Given, name: string, plan: WebhookPlan): PlainObject {
  const { kind = 'ValidatingWebhookConfiguration', client = webhookService(given), failurePolicy = 'Fail' } = plan;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: given.named(name) },
    webhooks: [
      {
        name: 'check.policy.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy,
        timeoutSeconds: 1,
        clientConfig: client,
        rules: plan.rules ?? [aRule('policy.example.com', 'widgets')],
        namespaceSelector: plan.namespaceSelector ?? {},
      },
    ],
  };
}

export interface DefinitionPlan {
  readonly kind: string;
  /** Plural. */
  readonly resource: string;
  readonly versions?: readonly string[];
  readonly conversion?: Fields;
}

/** A minimal definition, in a group of the case's own. */
export function aDefinition(
  given: Given,
  { kind, resource, versions = ['v1'], conversion }: DefinitionPlan,
): PlainObject {
  const group = `${given.namespace}.example.com`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural: resource, singular: kind.toLowerCase() },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
      ...(conversion !== undefined && {
        conversion: {
          strategy: 'Webhook',
          webhook: { conversionReviewVersions: ['v1'], clientConfig: conversion },
        },
      }),
    },
  };
}

/** An API of a group of the case's own; the API server itself says whether it is available. */
export function anApiService(given: Given, spec: Fields): PlainObject {
  const group = `${given.namespace}.example.com`;
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1.${group}` },
    spec: { group, version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, ...spec },
  };
}
