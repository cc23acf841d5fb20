import { expect, test } from 'vitest';
import { daemonSetShort } from '../../../src/checks/workload/daemonset-short.ts';
import { aDaemonSet, aPod, aSickPod, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const owners = ownedBy('DaemonSet', aDaemonSet().meta);

function agent(name: string, unreadyMinutes: number, createdMinutes = 900) {
  const meta = { name, owners, createdAtMs: ago(createdMinutes) };
  return unreadyMinutes === 0
    ? aPod({ meta })
    : aSickPod({ running: { startedAtMs: ago(unreadyMinutes) } }, { meta, unreadySinceMs: ago(unreadyMinutes) });
}

test('a node without a ready pod is an error since that pod stopped being ready', () => {
  const set = aDaemonSet({ desiredNumberScheduled: 2, numberReady: 1 });

  expect(findingsOf(daemonSetShort, { DaemonSet: [set], Pod: [agent('a', 0), agent('b', 8)] })[0]).toMatchObject({
    reason: 'ReplicasShort',
    impact: 'error',
    onsetAtMs: ago(8),
    title: '1 of 2 replicas ready: pod b is not ready (ContainersNotReady)',
    owner: { kind: 'DaemonSet', name: 'agent' },
  });
});

test('none ready is critical, also during an update', () => {
  const set = aDaemonSet({ desiredNumberScheduled: 1, numberReady: 0, updatedNumberScheduled: 0 });

  expect(findingsOf(daemonSetShort, { DaemonSet: [set], Pod: [agent('a', 3)] })[0]?.impact).toBe('critical');
});

test.each([
  { minutes: 1.9, updated: 2, found: 0 },
  { minutes: 2, updated: 2, found: 1 },
  { minutes: 9.9, updated: 1, found: 0 },
  { minutes: 10, updated: 1, found: 1 },
])('unready for $minutes minutes with $updated of 2 updated: $found findings', ({ minutes, updated, found }) => {
  const set = aDaemonSet({ numberReady: 1, updatedNumberScheduled: updated });

  expect(findingsOf(daemonSetShort, { DaemonSet: [set], Pod: [agent('a', 0), agent('b', minutes)] })).toHaveLength(
    found,
  );
});

test.each([
  { name: 'healthy', set: aDaemonSet(), pods: [agent('a', 0)] },
  { name: 'wanted nowhere', set: aDaemonSet({ desiredNumberScheduled: 0 }), pods: [] },
  { name: 'starting on a new node', set: aDaemonSet({ numberReady: 1 }), pods: [agent('a', 0), agent('b', 3, 3)] },
])('a DaemonSet that is $name is not short', ({ set, pods }) => {
  expect(findingsOf(daemonSetShort, { DaemonSet: [set], Pod: pods })).toEqual([]);
});

test.each(['DaemonSet', 'Pod'])('%s that cannot be read leaves it unevaluated', (kind) => {
  const objects = { DaemonSet: [aDaemonSet({ numberReady: 0 })], Pod: [agent('a', 10)] };

  expect(withGap(daemonSetShort, kind, objects)).toMatchObject({ findings: [], outcomes: [{ evaluated: 'partly' }] });
});
