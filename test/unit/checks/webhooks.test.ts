import { expect, test } from 'vitest';
import { caBundleExpired } from '../../../src/checks/certificate/ca-bundle-expired.ts';
import { conversionUnavailable } from '../../../src/checks/admission/conversion-unavailable.ts';
import { webhookUnavailable } from '../../../src/checks/admission/webhook-unavailable.ts';
import {
  aCustomResourceDefinition,
  ago,
  aNamespace,
  anApiService,
  aService,
  aSlice,
  aSnapshot,
  aWebhook,
  aWebhookConfiguration,
} from '../../builders/kubernetes.ts';
import { findingsOf, run } from './run.ts';

const DAY_MINUTES = 1_440;

function configured(...over: readonly Parameters<typeof aWebhook>[0][]) {
  return { ValidatingWebhookConfiguration: [aWebhookConfiguration({ webhooks: over.map(aWebhook) })] };
}

function rule(apiGroup: string, resource: string, operation = 'CREATE') {
  return [{ operations: [operation], apiGroups: [apiGroup], resources: [resource] }];
}

test.each([
  { covers: 'pods', rules: rule('', 'pods'), failurePolicy: 'Fail', impact: 'critical' },
  { covers: 'everything', rules: rule('*', '*', '*'), failurePolicy: 'Fail', impact: 'critical' },
  { covers: 'changes of pods alone', rules: rule('', 'pods', 'UPDATE'), failurePolicy: 'Fail', impact: 'error' },
  { covers: 'pods of another group', rules: rule('metrics.k8s.io', 'pods'), failurePolicy: 'Fail', impact: 'error' },
  { covers: 'Deployments', rules: rule('apps', 'deployments'), failurePolicy: 'Fail', impact: 'error' },
  { covers: 'a resource of its own', rules: rule('example.com', 'widgets'), failurePolicy: 'Fail', impact: 'error' },
  { covers: 'pods', rules: rule('', 'pods'), failurePolicy: 'Ignore', impact: 'warning' },
  { covers: 'a resource of its own', rules: rule('example.com', 'widgets'), failurePolicy: 'Ignore', impact: 'info' },
])('a silent webhook over $covers with policy $failurePolicy is $impact', ({ rules, failurePolicy, impact }) => {
  expect(findingsOf(webhookUnavailable, configured({ rules, failurePolicy }))).toMatchObject([{ impact }]);
});

test('one whose namespace selector fits to no namespace holds nobody up', () => {
  const namespaceSelector = { matchLabels: { checked: 'yes' }, matchExpressions: [] };
  const objects = configured({ namespaceSelector });
  const checked = aNamespace({ meta: { labels: { checked: 'yes' } } });

  expect(findingsOf(webhookUnavailable, { ...objects, Namespace: [aNamespace()] })).toMatchObject([{ impact: 'info' }]);
  expect(findingsOf(webhookUnavailable, { ...objects, Namespace: [checked] })).toMatchObject([{ impact: 'critical' }]);
});

test('several of one configuration are one finding, as bad as the worst', () => {
  const objects = configured({ name: 'a', failurePolicy: 'Ignore' }, { name: 'b' });

  expect(findingsOf(webhookUnavailable, objects)).toMatchObject([
    { impact: 'critical', title: expect.stringContaining('webhook b does not answer') },
  ]);
});

test.each([
  { name: 'is out of scope', over: { excludedNamespaces: ['policy'] } },
  { name: 'is not among those in scope', over: { includedNamespaces: ['payments'] } },
  {
    name: 'has Services that cannot be read',
    over: { gaps: [{ resource: 'Service', namespace: 'policy', cause: 'forbidden', detail: '' } as const] },
  },
  {
    name: 'has endpoints that cannot be read',
    over: { gaps: [{ resource: 'EndpointSlice', namespace: 'policy', cause: 'forbidden', detail: '' } as const] },
  },
])('nothing is said of a Service whose namespace $name', ({ over }) => {
  const snapshot = aSnapshot(
    {
      ...configured({}),
      CustomResourceDefinition: [
        aCustomResourceDefinition({
          servedVersions: ['v1', 'v2'],
          conversionService: { namespace: 'policy', name: 'webhook', port: 443 },
        }),
      ],
    },
    over,
  );

  expect(run(snapshot, { checks: [webhookUnavailable, conversionUnavailable] }).findings).toEqual([]);
});

test('without a ready endpoint it counts since the endpoints changed, not since the Service was made', () => {
  const service = aService({ meta: { namespace: 'policy', name: 'webhook' } });
  const slice = {
    ...aSlice([false], {
      namespace: 'policy',
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': new Date(ago(4)).toISOString() },
    }),
    serviceName: 'webhook',
  };
  const objects = { ...configured({}), Service: [service], EndpointSlice: [slice] };

  expect(findingsOf(webhookUnavailable, objects)).toEqual([]);
  expect(findingsOf(webhookUnavailable, objects, { settings: () => ({ graceMs: 3 * 60_000 }) })).toMatchObject([
    { onsetAtMs: ago(4) },
  ]);
});

test.each([
  { name: 'a year, 31 days left', lifeDays: 365, leftDays: 31, impact: undefined },
  { name: 'a year, 29 days left', lifeDays: 365, leftDays: 29, impact: 'info' },
  { name: 'a year, 6 days left', lifeDays: 365, leftDays: 6, impact: 'warning' },
  { name: 'ninety days, renewed at thirty', lifeDays: 90, leftDays: 29, impact: undefined },
  { name: 'ninety days, 6 days left', lifeDays: 90, leftDays: 6, impact: 'warning' },
  { name: 'a week, renewed on its last day', lifeDays: 7, leftDays: 1, impact: undefined },
  { name: 'a week, an hour ago', lifeDays: 7, leftDays: -1 / 24, impact: 'error' },
])('a bundle for $name: $impact', ({ lifeDays, leftDays, impact }) => {
  const webhook = {
    caExpiresAtMs: ago(-leftDays * DAY_MINUTES),
    caLifetimeMs: lifeDays * 86_400_000,
  };

  expect(findingsOf(caBundleExpired, configured(webhook)).map((finding) => finding.impact)).toEqual(
    impact === undefined ? [] : [impact],
  );
});

test('nobody looks at the bundle of an API that trusts whoever answers', () => {
  const expired = { caExpiresAtMs: ago(60) };

  expect(findingsOf(caBundleExpired, { APIService: [anApiService(expired)] })).toMatchObject([
    { impact: 'error', onsetAtMs: ago(60) },
  ]);
  expect(
    findingsOf(caBundleExpired, { APIService: [anApiService({ ...expired, insecureSkipTLSVerify: true })] }),
  ).toEqual([]);
});
