import { expect, test } from 'vitest';
import { createBuiltinPolicy } from '../../../src/policy/builtin-policy.ts';

const assess = createBuiltinPolicy({ environments: { namespaces: { pay: 'production' } } });
const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'pay', name: 'api-1' };
const node = { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'worker-1' };

test('a finding gets its environment, labels and priority, each with the rule that gave it', () => {
  const annotations = { 'kubernaut.ai/label-team': 'payments' };

  expect(
    assess({ object: pod, impact: 'critical', annotations }, { namespaceLabels: {}, clusterEnvironment: 'staging' }),
  ).toEqual({
    environment: 'production',
    customLabels: { team: ['payments'] },
    priority: 'P0',
    policy: { environment: 'environments-file', labels: 'annotations', priority: 'critical-production' },
  });
});

test('a cluster-wide object takes the cluster’s environment', () => {
  expect(
    assess(
      { object: node, impact: 'critical', annotations: {} },
      { namespaceLabels: {}, clusterEnvironment: 'staging' },
    ),
  ).toMatchObject({ environment: 'staging', priority: 'P1', policy: { environment: 'cluster' } });
});

test('the annotations of a workload never decide the environment', () => {
  const annotations = { environment: 'production', 'kubernaut.ai/label-environment': 'production' };
  const object = { ...pod, namespace: 'shop' };

  expect(
    assess({ object, impact: 'error', annotations }, { namespaceLabels: {}, clusterEnvironment: 'production' }),
  ).toMatchObject({ environment: 'unknown', customLabels: {}, priority: 'P2' });
});
