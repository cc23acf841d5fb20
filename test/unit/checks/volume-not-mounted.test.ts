import { expect, test } from 'vitest';
import { volumeNotMounted } from '../../../src/checks/volume/volume-not-mounted.ts';
import { aPod, ago } from '../../builders/kubernetes.ts';
import { aFailure, aPreparingPod, prepared } from './preparing.ts';
import { findingsOf, withGap } from './run.ts';

const TIMEOUT = 'Unable to attach or mount volumes: unmounted volumes=[data]: timed out waiting for the condition';
const MULTI = 'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node';
const failing = aPreparingPod(20, { claimNames: ['data'] });

test('a volume that cannot be mounted is a finding of its own family, with the failure and not the time-out', () => {
  const events = [
    aFailure(failing, 'FailedMount', TIMEOUT, { lastAtMs: ago(0.5) }),
    aFailure(failing, 'FailedMount', 'MountVolume.MountDevice failed: wrong fs type'),
  ];

  expect(findingsOf(volumeNotMounted, { Pod: [failing], Event: events })).toMatchObject([
    {
      family: 'volume',
      reason: 'VolumeNotMounted',
      impact: 'critical',
      onsetAtMs: ago(20),
      title: '0 of 1 replica ready: a volume cannot be mounted: MountVolume.MountDevice failed: wrong fs type',
      nextSteps: [
        'kubectl describe pod api-5d4f-x1 -n payments',
        'kubectl describe pvc data -n payments',
        'kubectl get volumeattachments',
      ],
    },
  ]);
});

test.each([
  { minutes: 5.9, found: 0 },
  { minutes: 6, found: 1 },
])('a volume that another node holds for $minutes minutes: $found findings', ({ minutes, found }) => {
  const pod = aPreparingPod(minutes);
  const event = aFailure(pod, 'FailedAttachVolume', MULTI, { firstAtMs: ago(minutes) });

  expect(findingsOf(volumeNotMounted, { Pod: [pod], Event: [event] })).toHaveLength(found);
});

const failure = aFailure(failing, 'FailedMount', TIMEOUT);
test.each([
  { name: 'whose mount came up', pod: prepared(failing), events: [failure] },
  { name: 'that runs', pod: aPod({ meta: failing.meta }), events: [failure] },
  { name: 'that has just been placed', pod: aPreparingPod(1), events: [{ ...failure, firstAtMs: ago(1) }] },
  { name: 'that waits without any failure', pod: failing, events: [] },
  {
    name: 'that lacks a Secret',
    pod: failing,
    events: [aFailure(failing, 'FailedMount', 'MountVolume.SetUp failed: secret "db" not found')],
  },
])('a pod $name is no finding', ({ pod, events }) => {
  expect(findingsOf(volumeNotMounted, { Pod: [pod], Event: events })).toEqual([]);
});

test.each(['Pod', 'Event'])('%s that cannot be read leaves it unevaluated', (kind) => {
  expect(withGap(volumeNotMounted, kind, { Pod: [failing], Event: [failure] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
