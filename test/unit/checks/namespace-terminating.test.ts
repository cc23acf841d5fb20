import { expect, test } from 'vitest';
import type { Check } from '../../../src/checks/check.ts';
import { namespaceTerminating } from '../../../src/checks/other/namespace-terminating.ts';
import {
  aCondition,
  aCustomResourceDefinition,
  aNamespace,
  aSnapshot,
  aWebhook,
  aWebhookConfiguration,
  ago,
} from '../../builders/kubernetes.ts';
import { findingsOf, run } from './run.ts';

const leaving = (minutes: number) =>
  aNamespace({
    phase: 'Terminating',
    conditions: [
      aCondition('NamespaceDeletionDiscoveryFailure', 'False'),
      aCondition('NamespaceContentRemaining', 'True', {
        message: 'Some resources are remaining: kafkas has 1 instance',
      }),
      aCondition('NamespaceFinalizersRemaining', 'True', { message: 'example.com/cleanup in 1 resource instances' }),
    ],
    meta: { deletedAtMs: ago(minutes) },
  });

test('a namespace that does not go away says what holds it', () => {
  const [finding] = findingsOf(namespaceTerminating, { Namespace: [leaving(30)] });

  expect(finding).toMatchObject({
    family: 'other',
    reason: 'NamespaceTerminating',
    impact: 'warning',
    onsetAtMs: ago(30),
    title:
      'namespace payments does not go away: example.com/cleanup in 1 resource instances; Some resources are remaining: kafkas has 1 instance',
  });
  expect(finding?.evidence).toHaveLength(3);
});

const held = (type: string, message: string) =>
  aNamespace({
    phase: 'Terminating',
    conditions: [aCondition(type, 'True', { message })],
    meta: { deletedAtMs: ago(30) },
  });
const UNAVAILABLE =
  'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1';
const REFUSED =
  'Failed to delete all resource types, 1 remaining: Internal error occurred: failed calling webhook "guard.example.com": EOF';
const UNCONVERTED =
  'Failed to delete all resource types, 1 remaining: conversion webhook for example.com/v1, Kind=Widget failed: Post "https://x.y.svc:443/convert": EOF';

test.each([
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    message: UNAVAILABLE,
    cause: { kind: 'APIService', name: 'v1beta1.metrics.k8s.io' },
  },
  {
    type: 'NamespaceDeletionContentFailure',
    message: REFUSED,
    cause: { kind: 'ValidatingWebhookConfiguration', name: 'guard' },
  },
  {
    type: 'NamespaceDeletionContentFailure',
    message: UNCONVERTED,
    cause: { kind: 'CustomResourceDefinition', name: 'widgets.example.com' },
  },
])('what $cause.kind keeps from going is a part of that', ({ type, message, cause }) => {
  const sick: Check = {
    ...namespaceTerminating,
    id: 'sick-cause',
    run: () => [
      {
        family: 'admission',
        reason: 'WebhookUnavailable',
        impact: 'error',
        object: { apiVersion: 'v1', namespace: '', ...cause },
        owner: { namespace: '', ...cause },
        title: 'does not answer',
        onsetAtMs: ago(40),
        evidence: [],
        nextSteps: [],
        labels: {},
        annotations: {},
        images: [],
        serviceNames: [],
      },
    ],
  };
  const snapshot = aSnapshot({
    Namespace: [held(type, message)],
    ValidatingWebhookConfiguration: [
      aWebhookConfiguration({ meta: { name: 'guard' }, webhooks: [aWebhook({ name: 'guard.example.com' })] }),
    ],
    CustomResourceDefinition: [
      aCustomResourceDefinition({ meta: { name: 'widgets.example.com' }, group: 'example.com', kind: 'Widget' }),
    ],
  });

  const { findings } = run(snapshot, { checks: [sick, namespaceTerminating] });

  expect(findings.map((finding) => [finding.check, finding.attachedTo])).toEqual([
    ['sick-cause', undefined],
    ['namespace-terminating', 'f1'],
  ]);
});

test('a namespace that is active or has just been deleted is no finding', () => {
  expect(findingsOf(namespaceTerminating, { Namespace: [aNamespace(), leaving(9)] })).toEqual([]);
});

test('a namespace that nobody watches is none either', () => {
  const over = { excludedNamespaces: ['payments'] };

  expect(run(aSnapshot({ Namespace: [leaving(30)] }, over), { checks: [namespaceTerminating] }).findings).toEqual([]);
});

test('namespaces that cannot be read leave it unevaluated', () => {
  const gaps = [{ resource: 'Namespace', cause: 'forbidden', detail: 'no list' }] as const;

  expect(run(aSnapshot({ Namespace: [leaving(30)] }, { gaps }), { checks: [namespaceTerminating] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'no' }],
  });
});
