import { expect, test } from 'vitest';
import { configVolume } from '../../../src/checks/workload/config-volume.ts';
import { ago } from '../../builders/kubernetes.ts';
import { aFailure, aPreparingPod, prepared } from './preparing.ts';
import { findingsOf, withGap } from './run.ts';

const MISSING = 'MountVolume.SetUp failed for volume "config" : configmap "settings" not found';

test('a volume that names a missing ConfigMap is seen in the events', () => {
  const pod = aPreparingPod(30);

  expect(findingsOf(configVolume, { Pod: [pod], Event: [aFailure(pod, 'FailedMount', MISSING)] })).toMatchObject([
    {
      reason: 'ConfigError',
      family: 'workload',
      impact: 'critical',
      onsetAtMs: ago(30),
      title: `0 of 1 replica ready: the pod cannot start: ${MISSING}`,
      nextSteps: ['kubectl get configmaps -n payments', 'kubectl describe pod api-5d4f-x1 -n payments'],
    },
  ]);
});

test.each([
  { name: 'a mount that failed long ago', over: { lastAtMs: ago(11) }, message: MISSING },
  { name: 'a mount that fails for another reason', over: {}, message: 'timed out waiting for the condition' },
])('$name is not a missing object', ({ over, message }) => {
  const pod = aPreparingPod(30);

  expect(findingsOf(configVolume, { Pod: [pod], Event: [aFailure(pod, 'FailedMount', message, over)] })).toEqual([]);
});

test('a failure that has passed, or that a deleted namesake had, does not count', () => {
  const pod = aPreparingPod(30);
  const failure = aFailure(pod, 'FailedMount', MISSING, { lastAtMs: ago(5) });
  const pulling = aFailure(pod, 'Pulling', 'Pulling image', { type: 'Normal', lastAtMs: ago(4) });
  const namesake = aFailure({ ...pod, meta: { ...pod.meta, uid: 'older' } }, 'FailedMount', MISSING);

  expect(findingsOf(configVolume, { Pod: [prepared(pod)], Event: [failure] })).toEqual([]);
  expect(findingsOf(configVolume, { Pod: [pod], Event: [failure, pulling] })).toEqual([]);
  expect(findingsOf(configVolume, { Pod: [pod], Event: [namesake] })).toEqual([]);
});

test.each(['Pod', 'Event'])('%s that cannot be read leaves it unevaluated', (kind) => {
  const pod = aPreparingPod(30);

  expect(withGap(configVolume, kind, { Pod: [pod], Event: [aFailure(pod, 'FailedMount', MISSING)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
