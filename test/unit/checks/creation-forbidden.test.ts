import { expect, test } from 'vitest';
import { creationForbidden } from '../../../src/checks/quota/creation-forbidden.ts';
import {
  aCondition,
  aDaemonSet,
  aDeployment,
  aJob,
  aLimitRange,
  aQuota,
  anEvent,
  aReplicaSet,
  aStatefulSet,
  ago,
  ownedBy,
} from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const QUOTA =
  'pods "api-5d4f-abcde" is forbidden: exceeded quota: compute, requested: cpu=2, used: cpu=8, limited: cpu=8';

const set = (message: string, over: Parameters<typeof aReplicaSet>[0] = {}) =>
  aReplicaSet({
    replicas: 3,
    statusReplicas: 1,
    readyReplicas: 1,
    conditions: [aCondition('ReplicaFailure', 'True', { reason: 'FailedCreate', message, changedAtMs: ago(15) })],
    meta: { owners: ownedBy('Deployment', aDeployment().meta) },
    ...over,
  });

test.each([
  [QUOTA, 'a quota refuses new pods: exceeded quota: compute, requested: cpu=2, used: cpu=8, limited: cpu=8'],
  [
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": privileged',
    'Pod Security refuses new pods: violates PodSecurity',
  ],
  ['admission webhook "policy.example" denied the request: no', 'a webhook refuses new pods: '],
  [
    'Internal error occurred: failed calling webhook "policy.example": connection refused',
    'a webhook that does not answer refuses new pods: ',
  ],
  ['pods "a" is forbidden: maximum memory usage per Container is 1Gi', 'a limit range refuses new pods: '],
  [
    'pods "a" is forbidden: error looking up service account payments/api: serviceaccount "api" not found',
    'a missing service account refuses new pods: ',
  ],
])('%s', (message, words) => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: 1 });

  const [finding] = findingsOf(creationForbidden, { ReplicaSet: [set(message)], Deployment: [deployment] });

  expect(finding).toMatchObject({
    family: 'quota',
    reason: 'CreationForbidden',
    impact: 'error',
    onsetAtMs: ago(15),
    owner: { kind: 'Deployment', name: 'api' },
  });
  expect(finding?.title).toContain(`1 of 3 replicas ready: ${words}`);
});

test.each([
  {
    name: 'a quota',
    message: QUOTA,
    objects: {
      ResourceQuota: [
        aQuota({ meta: { name: 'compute' }, hard: { cpu: '8', pods: '20' }, used: { cpu: '8', pods: '9' } }),
        aQuota({ meta: { name: 'compute', namespace: 'other', uid: 'other' } }),
        aQuota({ meta: { name: 'objects', uid: 'objects' } }),
      ],
    },
    quotes: [['ResourceQuota payments/compute status', 'cpu 8 of 8, pods 9 of 20']],
  },
  {
    name: 'a limit range, whatever way its amount is written',
    message: 'pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    objects: {
      LimitRange: [
        aLimitRange({ limits: [{ type: 'Container', min: {}, max: { memory: '1024Mi' } }] }),
        aLimitRange({ meta: { name: 'b', uid: 'b' }, limits: [{ type: 'Pod', min: {}, max: { memory: '1Gi' } }] }),
        aLimitRange({
          meta: { name: 'c', uid: 'c' },
          limits: [{ type: 'Container', min: { memory: '1Gi' }, max: {} }],
        }),
      ],
    },
    quotes: [['LimitRange payments/limits spec.limits[Container]', 'max: memory=1024Mi']],
  },
  { name: 'nothing that could not be read', message: QUOTA, objects: {}, quotes: [] },
])('the refusal is followed by $name', ({ message, objects, quotes }) => {
  const [finding] = findingsOf(creationForbidden, { ReplicaSet: [set(message)], ...objects });

  expect(finding?.evidence.slice(1).map(({ source, quote }) => [source, quote])).toEqual(quotes);
});

test.each([
  'pods "a" is forbidden: unable to create new content in namespace payments because it is being terminated',
  'context deadline exceeded',
])('nobody refuses: %s', (message) => {
  expect(findingsOf(creationForbidden, { ReplicaSet: [set(message)] })).toEqual([]);
});

test.each([
  { ready: 0, impact: 'critical' },
  // All of the old pods are there: a rollout that cannot go on.
  { ready: 3, impact: 'error' },
])('with $ready of 3 ready it is $impact', ({ ready, impact }) => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: ready });

  expect(findingsOf(creationForbidden, { ReplicaSet: [set(QUOTA)], Deployment: [deployment] })).toMatchObject([
    { impact },
  ]);
});

const stateful = aStatefulSet({ replicas: 3, statusReplicas: 1, readyReplicas: 1 });
const daemon = aDaemonSet({ desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 2 });
const job = aJob({ active: 0, succeeded: 0, conditions: [], completedAtMs: undefined });
test.each([
  { kind: 'StatefulSet', meta: stateful.meta, objects: { StatefulSet: [stateful] } },
  { kind: 'DaemonSet', meta: daemon.meta, objects: { DaemonSet: [daemon] } },
  { kind: 'Job', meta: job.meta, objects: { Job: [job] } },
])('a $kind tells by events', ({ kind, meta, objects }) => {
  const event = anEvent(
    { kind, meta },
    { reason: 'FailedCreate', message: `Error creating: ${QUOTA}`, firstAtMs: ago(9) },
  );

  expect(findingsOf(creationForbidden, { ...objects, Event: [event] })).toMatchObject([
    { impact: 'error', onsetAtMs: ago(9), title: expect.stringContaining('a quota refuses new pods: exceeded quota') },
  ]);
  expect(findingsOf(creationForbidden, { ...objects, Event: [{ ...event, lastAtMs: ago(31) }] })).toEqual([]);
});

test.each([
  { name: 'that has all its pods by now', replicaSet: set(QUOTA, { statusReplicas: 3 }) },
  {
    name: 'whose condition is over',
    replicaSet: set(QUOTA, { conditions: [aCondition('ReplicaFailure', 'False', { message: QUOTA })] }),
  },
  { name: 'that is old and wants nothing', replicaSet: set(QUOTA, { replicas: 0, statusReplicas: 0 }) },
  { name: 'whose creation failed for want of time', replicaSet: set('context deadline exceeded') },
  { name: 'that is healthy', replicaSet: aReplicaSet() },
])('a ReplicaSet $name is no finding', ({ replicaSet }) => {
  expect(findingsOf(creationForbidden, { ReplicaSet: [replicaSet] })).toEqual([]);
});

test('a Job that ended after a refusal is no finding', () => {
  const done = aJob();
  const event = anEvent({ kind: 'Job', meta: done.meta }, { reason: 'FailedCreate', message: QUOTA });

  expect(findingsOf(creationForbidden, { Job: [done], Event: [event] })).toEqual([]);
});

test.each(['ReplicaSet', 'Event'])('%s that cannot be read leaves it unevaluated', (kind) => {
  expect(withGap(creationForbidden, kind, { ReplicaSet: [set(QUOTA)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
