import { expect, test } from 'vitest';
import { probesFailing } from '../../../src/checks/workload/probes-failing.ts';
import {
  aCondition,
  aContainer,
  aDeployment,
  aPod,
  aSickPod,
  aTermination,
  ago,
  anEvent,
  ownedBy,
} from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const containers = [aContainer({ hasReadinessProbe: true, hasLivenessProbe: true })];
const UNHEALTHY = { reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 503' };

function unready(startedMinutesAgo: number, unreadyMinutesAgo: number, over: Parameters<typeof aSickPod>[1] = {}) {
  return aSickPod(
    { running: { startedAtMs: ago(startedMinutesAgo) } },
    { containers, unreadySinceMs: ago(unreadyMinutesAgo), ...over },
  );
}

test('a pod that lost its readiness fails its probe since then', () => {
  const pod = unready(600, 10);
  const event = anEvent({ kind: 'Pod', meta: pod.meta }, UNHEALTHY);

  const [finding] = findingsOf(probesFailing, { Pod: [pod], Event: [event] });

  expect(finding).toMatchObject({
    reason: 'ProbeFailing',
    impact: 'critical',
    onsetAtMs: ago(10),
    title:
      '0 of 1 replica ready: readiness probe of container api does not pass: HTTP probe failed with statuscode: 503',
  });
});

test.each([
  { name: 'without any event', Event: [] },
  {
    name: 'with a stale event',
    Event: [anEvent({ kind: 'Pod', meta: aPod().meta }, { ...UNHEALTHY, lastAtMs: ago(40) })],
  },
])('status is enough, $name', ({ Event }) => {
  expect(findingsOf(probesFailing, { Pod: [unready(600, 10)], Event })[0]?.title).toBe(
    '0 of 1 replica ready: readiness probe of container api does not pass',
  );
});

test.each([
  { started: 600, lost: 1.99, found: 0 },
  { started: 600, lost: 2, found: 1 },
  { started: 4.9, lost: 4.9, found: 0 },
  { started: 5, lost: 5, found: 1 },
])('started $started min ago, unready for $lost min: $found findings', ({ started, lost, found }) => {
  expect(findingsOf(probesFailing, { Pod: [unready(started, lost)] })).toHaveLength(found);
});

test('a probe that is seen failing on the first start counts after the grace, unless a rollout is under way', () => {
  const rolling = aDeployment({
    readyReplicas: 1,
    conditions: [
      aCondition('Available', 'True'),
      aCondition('Progressing', 'True', { reason: 'ReplicaSetUpdated', updatedAtMs: ago(3) }),
    ],
  });
  const settled = aDeployment();
  const pod = unready(3, 3, { meta: { owners: ownedBy('Deployment', settled.meta) } });
  const Event = [anEvent({ kind: 'Pod', meta: pod.meta }, UNHEALTHY)];

  expect(findingsOf(probesFailing, { Pod: [pod], Deployment: [settled], Event })).toHaveLength(1);
  expect(findingsOf(probesFailing, { Pod: [pod], Deployment: [rolling], Event })).toEqual([]);
});

test('a container that its liveness probe kills again and again', () => {
  const pod = aSickPod(
    {
      restartCount: 6,
      waiting: { reason: 'CrashLoopBackOff', message: '' },
      lastTerminated: aTermination({ exitCode: 137 }),
    },
    { containers },
  );
  const about = { kind: 'Pod', meta: pod.meta };
  const Event = [
    anEvent(about, {
      type: 'Normal',
      reason: 'Killing',
      message: 'Container api failed liveness probe, will be restarted',
    }),
    anEvent(about, { reason: 'Unhealthy', message: 'Liveness probe failed: connection refused' }),
  ];

  expect(findingsOf(probesFailing, { Pod: [pod], Event })[0]?.title).toBe(
    '0 of 1 replica ready: container api is killed by its liveness probe (6 restarts): Liveness probe failed: connection refused',
  );
});

test('a startup probe may be patient for ten minutes', () => {
  const starting = (minutes: number) =>
    aSickPod(
      { running: { startedAtMs: ago(minutes) }, started: false },
      { containers: [aContainer({ hasReadinessProbe: true, hasStartupProbe: true })] },
    );

  expect(findingsOf(probesFailing, { Pod: [starting(9)] })).toEqual([]);
  expect(findingsOf(probesFailing, { Pod: [starting(11)] })[0]?.title).toContain('startup probe of container api');
});

test.each([
  { name: 'a healthy pod', pod: aPod({ containers }) },
  { name: 'a container without probes', pod: { ...unready(600, 60), containers: [aContainer()] } },
  { name: 'a pod that is being deleted', pod: unready(600, 60, { meta: { deletedAtMs: ago(1) } }) },
  {
    name: 'a crashing container',
    pod: aSickPod({ restartCount: 9, waiting: { reason: 'CrashLoopBackOff', message: '' } }, { containers }),
  },
])('$name fails no probe', ({ pod }) => {
  expect(findingsOf(probesFailing, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  const { findings, outcomes } = withGap(probesFailing, 'Pod', { Pod: [unready(600, 60)] });

  expect(findings).toEqual([]);
  expect(outcomes[0]?.evaluated).toBe('partly');
});
