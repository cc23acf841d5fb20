import { certificates } from '../../../builders/certificates.ts';
import type { CheckCase, Given } from '../case.ts';
import { aDefinition, anApiService, aWebhookConfiguration, webhookService } from './extension-objects.ts';
import { aPlainPod, aPlainService, aPlainSlice } from './network-objects.ts';

const check = 'ca-bundle-expired';
const { until2020, until2030, until9999 } = certificates;
const DAY_MINUTES = 1_440;

/** Judged so many days before the end of the certificate until 2030. */
function daysBeforeItsEnd(days: number): number {
  return Math.round((until2030.expiresAtMs - Date.now()) / 60_000) - days * DAY_MINUTES;
}

function bundle(...certified: readonly { readonly pem: string }[]): string {
  return Buffer.from(certified.map(({ pem }) => pem).join('')).toString('base64');
}

/** A server that is well, for webhooks and conversions. */
function aServer(given: Given) {
  return [
    aPlainPod(given, 'webhook-1', { app: 'webhook' }),
    aPlainService(given, 'webhook', { selector: { app: 'webhook' }, ports: [{ port: 443, targetPort: 8443 }] }),
    aPlainSlice(given, 'webhook', true),
  ];
}

export const caBundleExpiredCases: readonly CheckCase[] = [
  {
    check,
    name: 'that of a webhook which fails closed has expired',
    objects: (given) => [
      ...aServer(given),
      aWebhookConfiguration(given, 'policy', {
        client: { ...webhookService(given), caBundle: bundle(until2020) },
      }),
    ],
    finds: [
      {
        check,
        reason: 'CaBundleExpired',
        impact: 'error',
        object: 'ValidatingWebhookConfiguration policy-$',
        owner: 'ValidatingWebhookConfiguration policy-$',
        title: /CA bundle of webhook check\.policy\.example\.com expired on 2020-01-01/,
      },
    ],
  },
  {
    check,
    name: 'that of a conversion expires in five days',
    ageMinutes: daysBeforeItsEnd(5),
    objects: (given) => [
      ...aServer(given),
      aDefinition(given, {
        kind: 'Widget',
        resource: 'widgets',
        versions: ['v2', 'v1'],
        conversion: { ...webhookService(given), caBundle: bundle(until2020, until2030) },
      }),
    ],
    finds: [
      {
        check,
        reason: 'CaBundleExpired',
        impact: 'warning',
        object: 'CustomResourceDefinition widgets.$.example.com',
        title: /conversion of Widget \(widgets\..*\) expires on 2030-01-01, in [45] days/,
      },
    ],
  },
  {
    check,
    name: 'that of a webhook which is passed over has expired, that of another expires in 20 days',
    ageMinutes: daysBeforeItsEnd(20),
    objects: (given) => [
      ...aServer(given),
      aWebhookConfiguration(given, 'ignored', {
        failurePolicy: 'Ignore',
        client: { ...webhookService(given), caBundle: bundle(until2020) },
      }),
      aWebhookConfiguration(given, 'policy', {
        kind: 'MutatingWebhookConfiguration',
        client: { ...webhookService(given), caBundle: bundle(until2030) },
      }),
    ],
    finds: [
      { check, reason: 'CaBundleExpired', impact: 'warning', object: 'ValidatingWebhookConfiguration ignored-$' },
      { check, reason: 'CaBundleExpired', impact: 'info', object: 'MutatingWebhookConfiguration policy-$' },
    ],
  },
  {
    check,
    name: 'it holds a certificate that lasts beside one that has expired, or none at all',
    objects: (given) => [
      ...aServer(given),
      aWebhookConfiguration(given, 'renewed', {
        client: { ...webhookService(given), caBundle: bundle(until2020, until9999) },
      }),
      aWebhookConfiguration(given, 'public', { client: webhookService(given) }),
    ],
    finds: [],
  },
  {
    check,
    name: 'it expires in 40 days',
    ageMinutes: daysBeforeItsEnd(40),
    objects: (given) => [
      ...aServer(given),
      aWebhookConfiguration(given, 'policy', { client: { ...webhookService(given), caBundle: bundle(until2030) } }),
    ],
    finds: [],
  },
  {
    check,
    name: 'nothing calls its webhook, and the API has no server of its own',
    objects: (given) => [
      aWebhookConfiguration(given, 'idle', {
        rules: [],
        client: { ...webhookService(given), caBundle: bundle(until2020) },
      }),
      anApiService(given, {}),
    ],
    finds: [],
  },
];
