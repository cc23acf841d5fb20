import { expect, test } from 'vitest';
import { restartsHigh } from '../../../src/checks/workload/restarts-high.ts';
import type { ContainerTermination } from '../../../src/domain/kubernetes/pod.ts';
import { aPod, aStatus, aTermination, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

function restless(restartCount: number, lastMinutes: number, ageHours = 24, end: Partial<ContainerTermination> = {}) {
  return aPod({
    startedAtMs: ago(ageHours * 60),
    containerStatuses: [
      aStatus({
        restartCount,
        running: { startedAtMs: ago(lastMinutes) },
        lastTerminated: aTermination({ startedAtMs: ago(lastMinutes + 90), finishedAtMs: ago(lastMinutes), ...end }),
      }),
    ],
  });
}

test('a ready container that ends every few hours is a warning', () => {
  expect(findingsOf(restartsHigh, { Pod: [restless(8, 60)] })).toMatchObject([
    {
      reason: 'RestartsHigh',
      impact: 'warning',
      onsetAtMs: ago(24 * 60),
      title:
        '1 of 1 replica ready: container api restarts again and again, though it is ready (exit code 1, 8 restarts)',
    },
  ]);
});

test.each([
  { name: 'four restarts', pod: restless(4, 60) },
  { name: 'five restarts in a month', pod: restless(5, 60, 30 * 24) },
  { name: 'a burst at the start, long over', pod: restless(6, 22 * 60) },
  { name: 'a pod in its first hour', pod: restless(6, 12, 0.9) },
  { name: 'ends without an error', pod: restless(8, 60, 24, { exitCode: 0, reason: 'Completed' }) },
  { name: 'OOM kills, which are another check', pod: restless(8, 60, 24, { exitCode: 137, reason: 'OOMKilled' }) },
  { name: 'a loop, which is another check', pod: restless(8, 1) },
  { name: 'no restart', pod: aPod() },
])('$name: no finding', ({ pod }) => {
  expect(findingsOf(restartsHigh, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  expect(withGap(restartsHigh, 'Pod', { Pod: [restless(8, 60)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
