import { expect, test } from 'vitest';
import { configError } from '../../../src/checks/workload/config-error.ts';
import { aPod, ago } from '../../builders/kubernetes.ts';
import { aRefusedPod } from './preparing.ts';
import { findingsOf, withGap } from './run.ts';

test.each([
  ['CreateContainerConfigError', 'secret "db-credentials" not found', 'kubectl get secrets -n payments'],
  ['CreateContainerConfigError', 'configmap "settings" not found', 'kubectl get configmaps -n payments'],
  [
    'CreateContainerConfigError',
    "couldn't find key url in ConfigMap payments/settings",
    'kubectl describe pod api-5d4f-x1 -n payments',
  ],
])('%s: %s', (reason, message, firstStep) => {
  const [finding] = findingsOf(configError, { Pod: [aRefusedPod(reason, message)] });

  expect(finding).toMatchObject({ reason: 'ConfigError', impact: 'critical', onsetAtMs: ago(30) });
  expect(finding?.title).toBe(`0 of 1 replica ready: container api cannot start: ${message}`);
  expect(finding?.evidence[0]?.quote).toBe(`reason: ${reason}, message: ${message}`);
  expect(finding?.nextSteps[0]).toBe(firstStep);
});

test.each([
  ['CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'],
  ['CreateContainerError', 'failed to generate container: no command specified'],
  ['ContainerCreating', ''],
])('%s (%s) names no missing object', (reason, message) => {
  expect(findingsOf(configError, { Pod: [aRefusedPod(reason, message)] })).toEqual([]);
});

test('nothing inside the grace, nothing on healthy, deleted or finished pods', () => {
  const pods = [
    aRefusedPod('CreateContainerConfigError', 'secret "a" not found', 1.9),
    aPod({ meta: { name: 'fine' } }),
    { ...aRefusedPod('CreateContainerConfigError', ''), meta: { ...aPod().meta, deletedAtMs: ago(1) } },
    { ...aRefusedPod('CreateContainerConfigError', ''), phase: 'Failed' },
  ];

  expect(findingsOf(configError, { Pod: pods })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  const { findings, outcomes } = withGap(configError, 'Pod', {
    Pod: [aRefusedPod('CreateContainerConfigError', 'x')],
  });

  expect(findings).toEqual([]);
  expect(outcomes[0]?.evaluated).toBe('partly');
});
