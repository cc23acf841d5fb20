import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { condition } from '../../../control-plane/builders/kube-object.ts';
import type { CheckCase, Given } from '../case.ts';
import {
  aDefinition,
  anApiService,
  aRule,
  aWebhookConfiguration,
  onlyHere,
  webhookService,
} from './extension-objects.ts';
import { aPlainPod, aPlainService, aPlainSlice } from './network-objects.ts';

const HTTPS = { ports: [{ name: 'https', port: 443, targetPort: 8443 }] };

function aWebhookService(given: Given, spec: Readonly<Record<string, unknown>> = {}) {
  return aPlainService(given, 'webhook', { ...HTTPS, selector: { app: 'webhook' }, ...spec });
}

/** A Deployment of the webhook's server that crashes, and its Service with nobody behind it. */
function aDownServer(given: Given) {
  return [
    aDeployment('webhook')
      .in(given.namespace)
      .at(given.nowMs)
      .crashLooping({ sinceMs: 30 * 60_000 }),
    aWebhookService(given),
    aPlainSlice(given, 'webhook', false),
  ];
}

const webhook = 'webhook-unavailable';

export const webhookUnavailableCases: readonly CheckCase[] = [
  {
    check: webhook,
    name: 'its Service is gone, and it guards pods',
    objects: (given) => [
      aDeployment('api').in(given.namespace).at(given.nowMs),
      aWebhookConfiguration(given, 'policy', { rules: [aRule('', 'pods')], namespaceSelector: onlyHere(given) }),
    ],
    finds: [
      {
        check: webhook,
        reason: 'WebhookUnavailable',
        impact: 'critical',
        object: 'ValidatingWebhookConfiguration policy-$',
        owner: 'ValidatingWebhookConfiguration policy-$',
        onsetMinutes: 60,
        title: /refuses create, update of pods: service case-\d+\/webhook does not exist/,
      },
    ],
  },
  {
    check: webhook,
    name: 'it fails closed over a resource of its own, and its server is scaled to zero',
    objects: (given) => [
      aDeployment('webhook').in(given.namespace).at(given.nowMs).replicas(0),
      aWebhookService(given),
      aWebhookConfiguration(given, 'policy', { kind: 'MutatingWebhookConfiguration' }),
    ],
    finds: [
      {
        check: webhook,
        reason: 'WebhookUnavailable',
        impact: 'error',
        object: 'MutatingWebhookConfiguration policy-$',
        title: /of widgets: service case-\d+\/webhook has no ready endpoint/,
      },
    ],
  },
  {
    check: webhook,
    name: 'its server crashes: a symptom of that',
    objects: (given) => [...aDownServer(given), aWebhookConfiguration(given, 'policy', {})],
    finds: [
      { check: 'crash-loop', reason: 'CrashLoop', owner: 'Deployment webhook' },
      { check: webhook, reason: 'WebhookUnavailable', onsetMinutes: 30, attachedTo: 'crash-loop' },
    ],
  },
  {
    check: webhook,
    name: 'it is passed over, so that sidecars are missing',
    objects: (given) => [
      aWebhookConfiguration(given, 'injector', {
        kind: 'MutatingWebhookConfiguration',
        failurePolicy: 'Ignore',
        rules: [aRule('', 'pods')],
        namespaceSelector: onlyHere(given),
      }),
    ],
    finds: [{ check: webhook, reason: 'WebhookUnavailable', impact: 'warning', title: /is passed over: service/ }],
  },
  {
    check: webhook,
    name: 'its Service has not the port',
    objects: (given) => [
      aPlainPod(given, 'webhook', { app: 'webhook' }),
      aWebhookService(given),
      aPlainSlice(given, 'webhook', true),
      aWebhookConfiguration(given, 'policy', { client: webhookService(given, { port: 8443 }) }),
    ],
    finds: [
      { check: webhook, reason: 'WebhookUnavailable', impact: 'error', title: /has no port 8443 \(it has 443\)/ },
    ],
  },
  {
    check: webhook,
    name: 'pods of a workload are refused for it',
    objects: (given) => [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'api', namespace: given.namespace },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'api' } },
          template: {
            metadata: { labels: { app: 'api' } },
            spec: { containers: [{ name: 'app', image: 'registry.example.com/api:1.0.0' }] },
          },
        },
        status: {
          replicas: 0,
          conditions: [
            condition(
              'ReplicaFailure',
              'True',
              given.nowMs - 40 * 60_000,
              'FailedCreate',
              `Internal error occurred: failed calling webhook "check.policy.example.com": failed to call webhook: Post "https://webhook.${given.namespace}.svc:443/?timeout=1s": service "webhook" not found`,
            ),
          ],
        },
      },
      aWebhookConfiguration(given, 'policy', { rules: [aRule('', 'pods')], namespaceSelector: onlyHere(given) }),
    ],
    finds: [
      { check: webhook, reason: 'WebhookUnavailable', impact: 'critical' },
      { check: 'creation-forbidden', reason: 'CreationForbidden', owner: 'ReplicaSet api', attachedTo: webhook },
    ],
  },
  {
    check: webhook,
    name: 'its server serves, beside pods of a finished Job with the same label',
    objects: (given) => [
      aPlainPod(given, 'webhook-1', { app: 'webhook' }),
      aPlainPod(given, 'webhook-certgen', { app: 'webhook' }, { status: { phase: 'Succeeded' } }),
      aWebhookService(given),
      aPlainSlice(given, 'webhook', true),
      aWebhookConfiguration(given, 'policy', { namespaceSelector: onlyHere(given) }),
    ],
    finds: [],
  },
  {
    check: webhook,
    name: 'it is behind a URL, an address written by hand, or a DNS name',
    objects: (given) => [
      aPlainService(given, 'byhand', HTTPS),
      aPlainSlice(given, 'byhand', true),
      aPlainService(given, 'elsewhere', { ...HTTPS, type: 'ExternalName', externalName: 'policy.example.com' }),
      aWebhookConfiguration(given, 'outside', { client: { url: 'https://policy.example.com/check' } }),
      aWebhookConfiguration(given, 'byhand', { client: webhookService(given, { name: 'byhand' }) }),
      aWebhookConfiguration(given, 'elsewhere', { client: webhookService(given, { name: 'elsewhere' }) }),
    ],
    finds: [],
  },
  {
    check: webhook,
    name: 'it has no rules: nothing calls it',
    objects: (given) => [aWebhookConfiguration(given, 'idle', { rules: [] })],
    finds: [],
  },
  {
    check: webhook,
    name: 'it was made with its server four minutes ago',
    ageMinutes: 4,
    objects: (given) => [
      aPlainPod(
        given,
        'webhook-1',
        { app: 'webhook' },
        { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } },
      ),
      aWebhookService(given),
      aPlainSlice(given, 'webhook', false),
      aWebhookConfiguration(given, 'policy', {}),
    ],
    finds: [],
  },
];

const api = 'api-service-unavailable';

export const apiServiceUnavailableCases: readonly CheckCase[] = [
  {
    check: api,
    name: 'its Service does not exist',
    objects: (given) => [
      anApiService(given, {
        service: { namespace: given.namespace, name: 'metrics', port: 443 },
        insecureSkipTLSVerify: true,
      }),
    ],
    finds: [
      {
        check: api,
        reason: 'ApiServiceUnavailable',
        impact: 'error',
        object: 'APIService v1.$.example.com',
        owner: 'APIService v1.$.example.com',
        onsetMinutes: 60,
        title: /API case-\d+\.example\.com\/v1 is not available: service\/metrics in ".*" is not present/,
      },
    ],
  },
  {
    check: api,
    name: 'its server crashes: a symptom of that',
    objects: (given) => [
      ...aDownServer(given),
      anApiService(given, {
        service: { namespace: given.namespace, name: 'webhook', port: 443 },
        insecureSkipTLSVerify: true,
      }),
    ],
    finds: [
      { check: 'crash-loop', reason: 'CrashLoop', owner: 'Deployment webhook' },
      { check: api, reason: 'ApiServiceUnavailable', attachedTo: 'crash-loop' },
    ],
  },
  {
    check: api,
    name: 'the API server serves it itself',
    objects: (given) => [anApiService(given, {})],
    finds: [],
  },
];

const established = 'crd-not-established';

export const crdNotEstablishedCases: readonly CheckCase[] = [
  {
    check: established,
    name: 'another definition of its group has its kind',
    objects: (given) => [
      aDefinition(given, { kind: 'Widget', resource: 'widgets' }),
      aDefinition(given, { kind: 'Widget', resource: 'gadgets' }),
    ],
    finds: [
      {
        check: established,
        reason: 'CrdNotEstablished',
        impact: 'error',
        object: 'CustomResourceDefinition gadgets.$.example.com',
        owner: 'CustomResourceDefinition gadgets.$.example.com',
        onsetMinutes: 60,
        title: /Widget \(gadgets\..*\) is not served: .*already in use/,
      },
    ],
  },
  {
    check: established,
    name: 'it is established',
    objects: (given) => [
      aDefinition(given, { kind: 'Widget', resource: 'widgets' }),
      aDefinition(given, { kind: 'Gadget', resource: 'gadgets', versions: ['v2', 'v1'] }),
    ],
    finds: [],
  },
];

const conversion = 'conversion-unavailable';

export const conversionUnavailableCases: readonly CheckCase[] = [
  {
    check: conversion,
    name: 'the Service that converts between its versions is gone',
    objects: (given) => [
      aDefinition(given, {
        kind: 'Widget',
        resource: 'widgets',
        versions: ['v2', 'v1'],
        conversion: webhookService(given),
      }),
    ],
    finds: [
      {
        check: conversion,
        reason: 'ConversionUnavailable',
        impact: 'error',
        object: 'CustomResourceDefinition widgets.$.example.com',
        onsetMinutes: 60,
        title: /cannot be converted between v[12] and v[12]: service case-\d+\/webhook does not exist/,
      },
    ],
  },
  {
    check: conversion,
    name: 'what converts crashes: a symptom of that',
    objects: (given) => [
      ...aDownServer(given),
      aDefinition(given, {
        kind: 'Widget',
        resource: 'widgets',
        versions: ['v2', 'v1'],
        conversion: webhookService(given),
      }),
    ],
    finds: [
      { check: 'crash-loop', reason: 'CrashLoop', owner: 'Deployment webhook' },
      { check: conversion, reason: 'ConversionUnavailable', attachedTo: 'crash-loop' },
    ],
  },
  {
    check: conversion,
    name: 'what converts serves',
    objects: (given) => [
      aPlainPod(given, 'webhook-1', { app: 'webhook' }),
      aWebhookService(given),
      aPlainSlice(given, 'webhook', true),
      aDefinition(given, {
        kind: 'Widget',
        resource: 'widgets',
        versions: ['v2', 'v1'],
        conversion: webhookService(given),
      }),
    ],
    finds: [],
  },
  {
    check: conversion,
    name: 'it has one version, and nothing is ever converted',
    objects: (given) => [
      aDefinition(given, { kind: 'Widget', resource: 'widgets', conversion: webhookService(given) }),
    ],
    finds: [],
  },
];
