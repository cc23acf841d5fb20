import { expect, test } from 'vitest';
import type { ContainerStatus } from '../../../src/domain/kubernetes/pod.ts';
import { initFailing } from '../../../src/checks/workload/init-failing.ts';
import { aContainer, aPod, aSickPod, aStatus, aTermination, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

function starting(init: Partial<ContainerStatus>, minutes: number, over: Parameters<typeof aSickPod>[1] = {}) {
  return aSickPod(
    { waiting: { reason: 'PodInitializing', message: '' } },
    {
      phase: 'Pending',
      startedAtMs: ago(minutes),
      initContainers: [aContainer({ name: 'migrate' })],
      initContainerStatuses: [aStatus({ name: 'migrate', ready: false, running: undefined, ...init })],
      ...over,
    },
  );
}

test('an init container that failed and has not succeeded since', () => {
  const pod = starting({ restartCount: 1, terminated: aTermination({ exitCode: 2 }) }, 12);

  expect(findingsOf(initFailing, { Pod: [pod] })).toMatchObject([
    {
      reason: 'InitFailed',
      impact: 'critical',
      onsetAtMs: ago(12),
      title: '0 of 1 replica ready: init container migrate fails (exit code 2, 1 restart), the pod has not started',
    },
  ]);
});

test('an init container that does not finish', () => {
  const [finding] = findingsOf(initFailing, { Pod: [starting({ running: { startedAtMs: ago(40) } }, 40)] });

  expect(finding).toMatchObject({ reason: 'InitFailed', onsetAtMs: ago(40) });
  expect(finding?.title).toContain('init container migrate has not finished for 40 minutes');
  expect(finding?.nextSteps[0]).toContain('-c migrate');
});

test.each([
  { name: 'that runs for the first minutes', pod: starting({ running: { startedAtMs: ago(14) } }, 14) },
  { name: 'that failed once a moment ago', pod: starting({ restartCount: 1, terminated: aTermination() }, 5) },
  { name: 'that succeeded', pod: starting({ terminated: aTermination({ exitCode: 0, reason: 'Completed' }) }, 40) },
  {
    name: 'that loops, which is another check',
    pod: starting(
      { restartCount: 9, waiting: { reason: 'CrashLoopBackOff', message: '' }, lastTerminated: aTermination() },
      40,
    ),
  },
  {
    name: 'that is a sidecar',
    pod: starting({ running: { startedAtMs: ago(40) } }, 40, {
      initContainers: [aContainer({ name: 'migrate', restartPolicy: 'Always' })],
    }),
  },
  { name: 'of a running pod', pod: aPod() },
])('an init container $name is no finding', ({ pod }) => {
  expect(findingsOf(initFailing, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  expect(withGap(initFailing, 'Pod', { Pod: [starting({ running: { startedAtMs: ago(40) } }, 40)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
