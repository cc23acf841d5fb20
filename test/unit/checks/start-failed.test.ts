import { expect, test } from 'vitest';
import { crashLoop } from '../../../src/checks/workload/crash-loop.ts';
import { startFailed } from '../../../src/checks/workload/start-failed.ts';
import { aJob, aPod, aSickPod, aTermination, ago, ownedBy } from '../../builders/kubernetes.ts';
import { aRefusedPod } from './preparing.ts';
import { findingsOf, withGap } from './run.ts';

const NOT_FOUND = 'failed to create containerd task: exec: "serve": executable file not found in $PATH';

test.each([
  ['CreateContainerError', 'failed to generate container: no command specified', 'command'],
  ['RunContainerError', NOT_FOUND, 'command'],
  ['RunContainerError', 'exec /app: exec format error', 'architecture'],
  ['RunContainerError', 'error mounting "/data" to rootfs: not a directory', 'mount'],
  ['CreateContainerError', 'unable to find user app: no matching entries in passwd file', 'user'],
  ['CreateContainerConfigError', 'container has runAsNonRoot and image will run as root', 'user'],
  ['CreateContainerConfigError', 'failed to create subPath directory for volumeMount "data"', 'mount'],
  [
    'PostStartHookError',
    "Exec lifecycle hook ([/init.sh]) failed - error: command '/init.sh' exited with 1",
    'lifecycle hook',
  ],
])('%s: %s', (reason, message, cause) => {
  const [finding] = findingsOf(startFailed, { Pod: [aRefusedPod(reason, message)] });

  expect(finding).toMatchObject({ reason: 'StartFailed', impact: 'critical', onsetAtMs: ago(30) });
  expect(finding?.title).toBe(`0 of 1 replica ready: container api cannot start (${cause}): ${message}`);
  expect(finding?.evidence[0]?.quote).toBe(`reason: ${reason}, message: ${message}`);
  expect(finding?.nextSteps[0]).toBe('kubectl describe pod api-5d4f-x1 -n payments');
});

test('while the kubelet backs off, the end that never began still says why, and it is no crash loop', () => {
  const pod = aSickPod({
    restartCount: 9,
    waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
    lastTerminated: aTermination({ exitCode: 128, reason: 'StartError', message: NOT_FOUND }),
  });

  expect(findingsOf(startFailed, { Pod: [pod] })).toMatchObject([
    { reason: 'StartFailed', title: `0 of 1 replica ready: container api cannot start (command): ${NOT_FOUND}` },
  ]);
  expect(findingsOf(crashLoop, { Pod: [pod] })).toEqual([]);
});

test.each([
  { name: 'inside the grace', pod: aRefusedPod('RunContainerError', NOT_FOUND, 1.9) },
  { name: 'healthy', pod: aPod() },
  { name: 'being made', pod: aRefusedPod('ContainerCreating', '') },
  { name: 'lacking a Secret', pod: aRefusedPod('CreateContainerConfigError', 'secret "db" not found') },
  {
    name: 'crashing by itself',
    pod: aSickPod({ waiting: { reason: 'CrashLoopBackOff', message: '' }, lastTerminated: aTermination() }),
  },
  {
    name: 'running again after a failed start',
    pod: aPod({
      containerStatuses: [
        { ...aPod().containerStatuses[0]!, lastTerminated: aTermination({ reason: 'StartError', exitCode: 128 }) },
      ],
    }),
  },
  { name: 'finished', pod: { ...aRefusedPod('RunContainerError', NOT_FOUND), phase: 'Failed' } },
  {
    name: 'a spent try of a Job',
    pod: aSickPod(
      { terminated: aTermination({ reason: 'StartError', exitCode: 128 }) },
      { restartPolicy: 'Never', meta: { owners: ownedBy('Job', aJob().meta, 'batch/v1') } },
    ),
  },
])('a pod that is $name has no failed start', ({ pod }) => {
  expect(findingsOf(startFailed, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  expect(withGap(startFailed, 'Pod', { Pod: [aRefusedPod('RunContainerError', NOT_FOUND)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
