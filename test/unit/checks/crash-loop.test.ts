import { expect, test } from 'vitest';
import { crashLoop } from '../../../src/checks/workload/crash-loop.ts';
import {
  aContainer,
  aDeployment,
  aPod,
  aReplicaSet,
  aSickPod,
  aStatus,
  aTermination,
  ago,
  anEvent,
  aSnapshot,
  NOW_MS,
  ownedBy,
} from '../../builders/kubernetes.ts';
import { findingsOf, run, withGap } from './run.ts';

const BACK_OFF = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=api' };
const looping = { restartCount: 7, waiting: BACK_OFF, lastTerminated: aTermination({ message: 'no DATABASE_URL' }) };

test('a container in back-off is a crash loop of its Deployment, with exit code, restarts and its last words', () => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: 0 });
  const replicaSet = aReplicaSet({ meta: { owners: ownedBy('Deployment', deployment.meta) } });
  const pod = aSickPod(looping, { meta: { owners: ownedBy('ReplicaSet', replicaSet.meta) } });

  const [finding] = findingsOf(crashLoop, { Pod: [pod], ReplicaSet: [replicaSet], Deployment: [deployment] });

  expect(finding).toMatchObject({
    id: 'f1',
    origin: 'check',
    check: 'crash-loop',
    reason: 'CrashLoop',
    impact: 'critical',
    object: { kind: 'Pod', name: 'api-5d4f-x1' },
    owner: { kind: 'Deployment', namespace: 'payments', name: 'api' },
    onsetAtMs: ago(60),
    title: '0 of 3 replicas ready: container api keeps crashing (exit code 1, 7 restarts): no DATABASE_URL',
    nextSteps: [
      'kubectl logs api-5d4f-x1 -c api --previous --tail=100 -n payments',
      'kubectl describe pod api-5d4f-x1 -n payments',
    ],
  });
  expect(finding?.evidence[0]).toEqual({
    id: 'e1',
    source: 'Pod payments/api-5d4f-x1 status.containerStatuses[api].lastState.terminated',
    quote: 'exitCode: 1, reason: Error, message: no DATABASE_URL',
    atMs: ago(2),
  });
});

test.each([
  { ready: 0, podReady: false, impact: 'critical' },
  { ready: 2, podReady: false, impact: 'error' },
  { ready: 3, podReady: true, impact: 'warning' },
])('with $ready of 3 replicas ready and the pod ready=$podReady it is $impact', ({ ready, podReady, impact }) => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: ready });
  const owners = ownedBy('Deployment', deployment.meta);
  const status = aStatus({ restartCount: 9, running: { startedAtMs: ago(1) }, lastTerminated: aTermination() });
  const pod = podReady
    ? aPod({ meta: { owners }, containerStatuses: [status] })
    : aSickPod(looping, { meta: { owners } });

  expect(
    findingsOf(crashLoop, { Pod: [pod], Deployment: [deployment] }, { settings: () => ({ graceMs: 0 }) })[0]?.impact,
  ).toBe(impact);
});

test('every reading of one loop says the same, whether it falls into waiting, dying or the short running phase', () => {
  const lastTerminated = aTermination({ startedAtMs: ago(3), finishedAtMs: ago(2) });
  const phases = [
    { restartCount: 7, waiting: BACK_OFF, lastTerminated },
    { restartCount: 7, running: { startedAtMs: ago(0.5) }, lastTerminated },
    { restartCount: 7, terminated: lastTerminated },
  ];

  const onsets = phases.map((phase) =>
    findingsOf(crashLoop, { Pod: [aSickPod(phase)] }).map(({ onsetAtMs }) => onsetAtMs),
  );

  expect(onsets).toEqual([[ago(60)], [ago(60)], [ago(60)]]);
});

test('without a readiness probe the loop is as old as its restarts, not as its last one', () => {
  const pod = aPod({
    containerStatuses: [
      aStatus({
        ready: true,
        restartCount: 8,
        running: { startedAtMs: ago(0.2) },
        lastTerminated: aTermination({ finishedAtMs: ago(0.3) }),
      }),
    ],
  });

  const [finding] = findingsOf(crashLoop, { Pod: [pod] });

  expect(finding?.onsetAtMs).toBeLessThan(ago(10));
});

test('the first back-off event is the oldest witness', () => {
  const pod = aSickPod({
    restartCount: 2,
    waiting: BACK_OFF,
    lastTerminated: aTermination({ finishedAtMs: ago(0.5) }),
  });
  const event = anEvent(
    { kind: 'Pod', meta: pod.meta },
    {
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      firstAtMs: ago(25),
      fieldPath: 'spec.containers{api}',
    },
  );

  expect(findingsOf(crashLoop, { Pod: [pod], Event: [event] })[0]?.onsetAtMs).toBe(ago(25));
});

test.each([
  { minutes: 1.99, found: 0 },
  { minutes: 2, found: 1 },
])('$minutes minutes after its first crash a loop yields $found findings', ({ minutes, found }) => {
  const pod = aSickPod({
    restartCount: 1,
    waiting: BACK_OFF,
    lastTerminated: aTermination({ finishedAtMs: ago(minutes) }),
  });

  expect(findingsOf(crashLoop, { Pod: [pod] })).toHaveLength(found);
});

test.each([
  { name: 'a healthy pod', pod: aPod() },
  {
    name: 'a pod that restarted once long ago',
    pod: aPod({
      containerStatuses: [aStatus({ restartCount: 1, lastTerminated: aTermination({ finishedAtMs: ago(600) }) })],
    }),
  },
  {
    name: 'a pod that restarted five times while its database came up, and has run for an hour',
    pod: aPod({
      containerStatuses: [
        aStatus({
          restartCount: 5,
          running: { startedAtMs: ago(60) },
          lastTerminated: aTermination({ finishedAtMs: ago(61) }),
        }),
      ],
    }),
  },
  { name: 'a pod that is being deleted', pod: aSickPod(looping, { meta: { deletedAtMs: ago(1) } }) },
  { name: 'a finished pod', pod: aSickPod({ terminated: aTermination({ exitCode: 143 }) }, { phase: 'Succeeded' }) },
  {
    name: 'a pod that a Job retries',
    pod: aSickPod(looping, {
      meta: { owners: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }] },
    }),
  },
  {
    name: 'an init container in the middle of its second try',
    pod: aSickPod(
      { waiting: { reason: 'PodInitializing', message: '' } },
      {
        phase: 'Pending',
        initContainers: [aContainer({ name: 'migrate' })],
        initContainerStatuses: [
          aStatus({ name: 'migrate', ready: false, running: undefined, restartCount: 1, terminated: aTermination() }),
        ],
      },
    ),
  },
  {
    name: 'an init container that has done its work after retries',
    pod: aPod({
      initContainers: [aContainer({ name: 'migrate' })],
      initContainerStatuses: [
        aStatus({
          name: 'migrate',
          running: undefined,
          restartCount: 4,
          terminated: aTermination({ exitCode: 0, reason: 'Completed' }),
        }),
      ],
    }),
  },
])('$name is no crash loop', ({ pod }) => {
  expect(findingsOf(crashLoop, { Pod: [pod] })).toEqual([]);
});

test('a container that its liveness probe kills is left to the check of probes', () => {
  const pod = aSickPod(looping);
  const killing = anEvent(
    { kind: 'Pod', meta: pod.meta },
    { type: 'Normal', reason: 'Killing', message: 'Container api failed liveness probe, will be restarted' },
  );

  expect(findingsOf(crashLoop, { Pod: [pod], Event: [killing] })).toEqual([]);
});

test('three crashing pods of one owner are one finding with their number', () => {
  const owners = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-5d4f', uid: 'rs', controller: true }];
  const pods = ['x1', 'x2', 'x3'].map((suffix) =>
    aSickPod(looping, {
      meta: { name: `api-5d4f-${suffix}`, labels: { app: 'api', 'pod-template-hash': '5d4f' }, owners },
    }),
  );

  const findings = findingsOf(crashLoop, { Pod: pods });

  expect(findings).toHaveLength(1);
  expect(findings[0]?.title).toContain('0 of 3 replicas ready');
  expect(findings[0]?.title).toMatch(/ in 3 pods$/);
  expect(findings[0]?.owner).toEqual({ kind: 'Deployment', namespace: 'payments', name: 'api' });
});

test('where pods cannot be read it is not evaluated; elsewhere it is', () => {
  const there = aSickPod(looping);
  const elsewhere = aSickPod(looping, { meta: { namespace: 'shop', name: 'cart' } });

  const { outcomes, findings } = withGap(crashLoop, 'Pod', { Pod: [there, elsewhere] });

  expect(outcomes[0]).toMatchObject({
    evaluated: 'partly',
    findings: 1,
    gaps: [{ resource: 'Pod', namespace: 'payments' }],
  });
  expect(findings.map(({ object }) => object.namespace)).toEqual(['shop']);
});

test('events that cannot be read take nothing from it', () => {
  expect(withGap(crashLoop, 'Event', { Pod: [aSickPod(looping)] }).outcomes[0]).toMatchObject({
    evaluated: 'yes',
    findings: 1,
  });
});

test('a restarted kubelet clock that runs ahead makes no negative ages', () => {
  const pod = aSickPod({
    restartCount: 1,
    waiting: BACK_OFF,
    lastTerminated: aTermination({ finishedAtMs: NOW_MS + 600_000 }),
  });

  const { findings } = run(aSnapshot({ Pod: [pod] }), { checks: [crashLoop], settings: () => ({ graceMs: 0 }) });

  expect(findings[0]?.onsetAtMs).toBe(NOW_MS);
});

test('trouble that begins far in our future is told all the same: a clock that was set back must resolve nothing', () => {
  const pod = aSickPod({
    restartCount: 1,
    waiting: BACK_OFF,
    lastTerminated: aTermination({ finishedAtMs: NOW_MS + 3_600_000 }),
  });

  const { findings } = run(aSnapshot({ Pod: [pod] }), { checks: [crashLoop] });

  expect(findings.map(({ onsetAtMs }) => onsetAtMs <= NOW_MS)).toEqual([true]);
});
