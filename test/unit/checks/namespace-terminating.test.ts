import { expect, test } from 'vitest';
import { namespaceTerminating } from '../../../src/checks/other/namespace-terminating.ts';
import { aCondition, aNamespace, aSnapshot, ago } from '../../builders/kubernetes.ts';
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
    title: 'namespace payments does not go away: example.com/cleanup in 1 resource instances',
  });
  expect(finding?.evidence).toHaveLength(3);
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
