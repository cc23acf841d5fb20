import { expect, test } from 'vitest';
import { configError } from '../../../src/checks/config-error.ts';
import { aCondition, aPod, aSickPod, ago, anEvent } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

function blocked(reason: string, message: string, minutes = 30) {
  return aSickPod(
    { waiting: { reason, message } },
    {
      phase: 'Pending',
      startedAtMs: ago(minutes),
      conditions: [aCondition('PodScheduled', 'True', { changedAtMs: ago(minutes) })],
    },
  );
}

test.each([
  ['CreateContainerConfigError', 'secret "db-credentials" not found', 'kubectl get secrets -n payments'],
  ['CreateContainerConfigError', 'configmap "settings" not found', 'kubectl get configmaps -n payments'],
  [
    'CreateContainerConfigError',
    "couldn't find key url in ConfigMap payments/settings",
    'kubectl describe pod api-5d4f-x1 -n payments',
  ],
  [
    'CreateContainerError',
    'failed to generate container: no command specified',
    'kubectl describe pod api-5d4f-x1 -n payments',
  ],
  [
    'RunContainerError',
    'exec: "serve": executable file not found in $PATH',
    'kubectl describe pod api-5d4f-x1 -n payments',
  ],
])('%s: %s', (reason, message, firstStep) => {
  const [finding] = findingsOf(configError, { Pod: [blocked(reason, message)] });

  expect(finding).toMatchObject({ reason: 'ConfigError', impact: 'critical', onsetAtMs: ago(30) });
  expect(finding?.title).toBe(`0 of 1 replica ready: container api cannot start: ${message}`);
  expect(finding?.evidence[0]?.quote).toBe(`reason: ${reason}, message: ${message}`);
  expect(finding?.nextSteps[0]).toBe(firstStep);
});

test('a volume that names a missing ConfigMap is seen in the events', () => {
  const pod = blocked('ContainerCreating', '');
  const event = anEvent(
    { kind: 'Pod', meta: pod.meta },
    { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "config" : configmap "settings" not found' },
  );

  expect(findingsOf(configError, { Pod: [pod], Event: [event] })[0]?.title).toContain('configmap "settings" not found');
});

test.each([
  {
    name: 'a mount that failed long ago',
    event: { reason: 'FailedMount', message: 'configmap "a" not found', lastAtMs: ago(11) },
  },
  {
    name: 'a mount that fails for another reason',
    event: { reason: 'FailedMount', message: 'timed out waiting for the condition' },
  },
])('$name is not a missing object', ({ event }) => {
  const pod = blocked('ContainerCreating', '');

  expect(findingsOf(configError, { Pod: [pod], Event: [anEvent({ kind: 'Pod', meta: pod.meta }, event)] })).toEqual([]);
});

test("a deleted namesake's events do not count", () => {
  const pod = blocked('ContainerCreating', '');
  const namesake = { ...pod.meta, uid: 'older' };
  const event = anEvent({ kind: 'Pod', meta: namesake }, { reason: 'FailedMount', message: 'secret "a" not found' });

  expect(findingsOf(configError, { Pod: [pod], Event: [event] })).toEqual([]);
});

test('nothing inside the grace, nothing on healthy, deleted or finished pods', () => {
  const pods = [
    blocked('CreateContainerConfigError', 'secret "a" not found', 1.9),
    aPod({ meta: { name: 'fine' } }),
    { ...blocked('CreateContainerConfigError', ''), meta: { ...aPod().meta, deletedAtMs: ago(1) } },
    { ...blocked('CreateContainerConfigError', ''), phase: 'Failed' },
  ];

  expect(findingsOf(configError, { Pod: pods })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  const { findings, outcomes } = withGap(configError, 'Pod', { Pod: [blocked('CreateContainerError', 'x')] });

  expect(findings).toEqual([]);
  expect(outcomes[0]?.evaluated).toBe('partly');
});
