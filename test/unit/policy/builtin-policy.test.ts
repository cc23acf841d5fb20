import { expect, test } from 'vitest';
import { assessBuiltin } from '../../../src/policy/builtin-policy.ts';
import type { Assessment, PolicySubject } from '../../../src/policy/policy.ts';
import { aFinding } from '../incidents/builders.ts';

async function assess(
  changes: Partial<PolicySubject['finding']>,
  cluster = 'staging',
): Promise<Assessment | undefined> {
  const subject = { finding: aFinding(changes), namespaceLabels: {}, tier: undefined };
  const environments = { cluster, namespaces: { pay: 'production' }, lines: { cluster: 1, namespaces: { pay: 3 } } };
  return (await assessBuiltin([subject], { namespaces: [], environments }))[0]?.assessment;
}

const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'pay', name: 'api-1' };
const node = { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'worker-1' };

test('a finding gets its environment, labels and priority, each with the rule that gave it', async () => {
  const annotations = { 'kubernaut.ai/label-team': 'payments' };

  expect(await assess({ object: pod, impact: 'critical', annotations })).toEqual({
    environment: 'production',
    customLabels: { team: ['payments'] },
    priority: 'P0',
    policy: {
      environment: 'environments.yaml:3',
      labels: 'built-in:annotations',
      priority: 'built-in:critical-production',
    },
  });
});

test('a cluster-wide object takes the cluster’s environment', async () => {
  expect(await assess({ object: node, impact: 'critical', annotations: {} })).toMatchObject({
    environment: 'staging',
    priority: 'P1',
    policy: { environment: 'environments.yaml:1' },
  });
});

test('the annotations of a workload never decide the environment', async () => {
  const annotations = { environment: 'production', 'kubernaut.ai/label-environment': 'production' };
  const object = { ...pod, namespace: 'shop' };

  expect(await assess({ object, impact: 'error', annotations }, 'production')).toMatchObject({
    environment: 'unknown',
    customLabels: {},
    priority: 'P2',
  });
});
