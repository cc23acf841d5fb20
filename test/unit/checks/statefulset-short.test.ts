import { expect, test } from 'vitest';
import { statefulSetShort } from '../../../src/checks/workload/statefulset-short.ts';
import { aPod, aSickPod, aStatefulSet, ago, anEvent, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const owners = ownedBy('StatefulSet', aStatefulSet().meta);

function member(ordinal: number, unreadyMinutes: number, createdMinutes = 900) {
  const meta = { name: `db-${String(ordinal)}`, owners, createdAtMs: ago(createdMinutes) };
  return unreadyMinutes === 0
    ? aPod({ meta })
    : aSickPod({ running: { startedAtMs: ago(unreadyMinutes) } }, { meta, unreadySinceMs: ago(unreadyMinutes) });
}

test('a member that is not ready is an error, all of them are critical', () => {
  const some = findingsOf(statefulSetShort, {
    StatefulSet: [aStatefulSet({ replicas: 2, readyReplicas: 1 })],
    Pod: [member(0, 0), member(1, 10)],
  });
  const none = findingsOf(statefulSetShort, {
    StatefulSet: [aStatefulSet({ replicas: 2, readyReplicas: 0 })],
    Pod: [member(0, 10), member(1, 5)],
  });

  expect(some[0]).toMatchObject({
    reason: 'ReplicasShort',
    impact: 'error',
    onsetAtMs: ago(10),
    owner: { kind: 'StatefulSet', name: 'db' },
  });
  expect(none[0]).toMatchObject({
    impact: 'critical',
    title: '0 of 2 replicas ready: stuck at db-0, 1 member behind it: 2 pods are not ready (ContainersNotReady)',
  });
});

test.each([
  { minutes: 1.9, updateRevision: 'db-1', found: 0 },
  { minutes: 2, updateRevision: 'db-1', found: 1 },
  { minutes: 9.9, updateRevision: 'db-2', found: 0 },
  { minutes: 10, updateRevision: 'db-2', found: 1 },
])(
  'a member unready for $minutes minutes, revision $updateRevision: $found findings',
  ({ minutes, updateRevision, found }) => {
    const set = aStatefulSet({ replicas: 2, readyReplicas: 1, updateRevision });

    expect(findingsOf(statefulSetShort, { StatefulSet: [set], Pod: [member(0, 0), member(1, minutes)] })).toHaveLength(
      found,
    );
  },
);

test('an ordered set is stuck at its lowest member that is not ready, a parallel one is not', () => {
  const titleOf = (podManagementPolicy: string) =>
    findingsOf(statefulSetShort, {
      StatefulSet: [aStatefulSet({ replicas: 3, readyReplicas: 1, podManagementPolicy })],
      Pod: [member(0, 0), member(1, 10)],
    })[0]?.title;

  expect(titleOf('OrderedReady')).toBe(
    '1 of 3 replicas ready: stuck at db-1, 1 member behind it: pod db-1 is not ready (ContainersNotReady)',
  );
  expect(titleOf('Parallel')).toBe('1 of 3 replicas ready: pod db-1 is not ready (ContainersNotReady)');
});

test.each([
  { name: 'scaled to zero', set: aStatefulSet({ replicas: 0, readyReplicas: 0 }), pods: [] },
  { name: 'healthy', set: aStatefulSet({ replicas: 1 }), pods: [member(0, 0)] },
  {
    name: 'starting its next member',
    set: aStatefulSet({ replicas: 3, readyReplicas: 1 }),
    pods: [member(0, 0), member(1, 3, 3)],
  },
  {
    name: 'being deleted',
    set: aStatefulSet({ readyReplicas: 0, meta: { deletedAtMs: ago(1) } }),
    pods: [member(0, 10)],
  },
])('a StatefulSet that is $name is not short', ({ set, pods }) => {
  expect(findingsOf(statefulSetShort, { StatefulSet: [set], Pod: pods })).toEqual([]);
});

test('a set whose pods may not be created says why', () => {
  const set = aStatefulSet({ replicas: 1, readyReplicas: 0 });
  const event = anEvent(
    { kind: 'StatefulSet', meta: set.meta },
    { reason: 'FailedCreate', message: 'exceeded quota', firstAtMs: ago(12) },
  );

  expect(findingsOf(statefulSetShort, { StatefulSet: [set], Event: [event] })[0]).toMatchObject({
    title: '0 of 1 replica ready: stuck at db-0, which does not exist: pods cannot be created: exceeded quota',
    onsetAtMs: ago(12),
  });
});

test.each(['StatefulSet', 'Pod'])('%s that cannot be read leaves it unevaluated', (kind) => {
  const set = aStatefulSet({ replicas: 1, readyReplicas: 0 });

  expect(withGap(statefulSetShort, kind, { StatefulSet: [set], Pod: [member(0, 10)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
