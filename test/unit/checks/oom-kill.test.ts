import { expect, test } from 'vitest';
import { oomKill } from '../../../src/checks/workload/oom-kill.ts';
import {
  aContainer,
  aDeployment,
  aPod,
  aSickPod,
  aStatus,
  aTermination,
  ago,
  ownedBy,
} from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const killed = aTermination({ exitCode: 137, reason: 'OOMKilled', startedAtMs: ago(20), finishedAtMs: ago(10) });
const BACK_OFF = { reason: 'CrashLoopBackOff', message: '' };

test('an OOM kill names the limit, the exit code and how often', () => {
  const pod = aSickPod(
    { restartCount: 4, waiting: BACK_OFF, lastTerminated: killed },
    { containers: [aContainer({ limits: { memory: '256Mi' } })] },
  );

  const [finding] = findingsOf(oomKill, { Pod: [pod] });

  expect(finding).toMatchObject({ reason: 'OOMKilled', impact: 'critical' });
  expect(finding?.title).toBe(
    '0 of 1 replica ready: container api was OOM killed (limit 256Mi, exit code 137, 4 restarts)',
  );
  expect(finding?.evidence.map(({ quote }) => quote)).toEqual(['exitCode: 137, reason: OOMKilled', 'memory: 256Mi']);
});

test('the first steps work on a container that does not run, and end with what was rolled out', () => {
  const deployment = aDeployment({ readyReplicas: 0 });
  const pod = aSickPod(
    { restartCount: 4, waiting: BACK_OFF, lastTerminated: killed },
    { meta: { owners: ownedBy('Deployment', deployment.meta) } },
  );

  expect(findingsOf(oomKill, { Pod: [pod], Deployment: [deployment] })[0]?.nextSteps).toEqual([
    'kubectl describe pod api-5d4f-x1 -n payments',
    'kubectl logs api-5d4f-x1 -c api --previous --tail=100 -n payments',
    'kubectl rollout history deployment/api -n payments',
  ]);
});

test('of a container that runs again its memory can be measured, of a bare pod there is no rollout', () => {
  const pod = aPod({
    containerStatuses: [aStatus({ restartCount: 1, running: { startedAtMs: ago(9) }, lastTerminated: killed })],
  });

  expect(findingsOf(oomKill, { Pod: [pod] })[0]?.nextSteps).toEqual([
    'kubectl describe pod api-5d4f-x1 -n payments',
    'kubectl logs api-5d4f-x1 -c api --previous --tail=100 -n payments',
    'kubectl top pod api-5d4f-x1 --containers -n payments',
  ]);
});

test('a container that is ready again is at risk, not down', () => {
  const pod = aPod({
    containerStatuses: [aStatus({ restartCount: 1, running: { startedAtMs: ago(9) }, lastTerminated: killed })],
  });

  expect(findingsOf(oomKill, { Pod: [pod] })[0]).toMatchObject({ impact: 'warning', onsetAtMs: ago(10) });
});

test('without a limit it says that the node ran out', () => {
  const pod = aSickPod({ restartCount: 1, waiting: BACK_OFF, lastTerminated: killed });

  expect(findingsOf(oomKill, { Pod: [pod] })[0]?.title).toContain('no memory limit: the node ran out');
});

test.each([
  { minutesAgo: 1.99, found: 0 },
  { minutesAgo: 2, found: 1 },
  { minutesAgo: 59.9, found: 1 },
  { minutesAgo: 60, found: 0 },
])('a kill $minutesAgo minutes ago, running since, yields $found findings', ({ minutesAgo, found }) => {
  const finishedAtMs = ago(minutesAgo);
  const pod = aPod({ containerStatuses: [aStatus({ restartCount: 1, lastTerminated: { ...killed, finishedAtMs } })] });

  expect(findingsOf(oomKill, { Pod: [pod] })).toHaveLength(found);
});

test.each([
  {
    name: 'a crash with another cause',
    pod: aSickPod({ waiting: BACK_OFF, restartCount: 3, lastTerminated: aTermination({ exitCode: 137 }) }),
  },
  { name: 'a pod that is being deleted', pod: aSickPod({ terminated: killed }, { meta: { deletedAtMs: ago(1) } }) },
  { name: 'a failed left-over', pod: aSickPod({ terminated: killed }, { phase: 'Failed' }) },
  {
    name: 'a pod that a Job retries',
    pod: aSickPod(
      { terminated: killed },
      { meta: { owners: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }] } },
    ),
  },
])('$name is no OOM kill of ours', ({ pod }) => {
  expect(findingsOf(oomKill, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  const pod = aSickPod({ restartCount: 1, waiting: BACK_OFF, lastTerminated: killed });

  expect(withGap(oomKill, 'Pod', { Pod: [pod] })).toMatchObject({ findings: [], outcomes: [{ evaluated: 'partly' }] });
});
