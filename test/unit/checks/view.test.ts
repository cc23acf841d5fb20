import { expect, test } from 'vitest';
import { createView } from '../../../src/checks/view.ts';
import type { Gap, Snapshot } from '../../../src/domain/snapshot.ts';
import {
  aDeployment,
  aMeta,
  aNode,
  anEvent,
  aPod,
  aReplicaSet,
  aService,
  aSnapshot,
  ago,
  NOW_MS,
  ownedBy,
} from '../../builders/kubernetes.ts';

function viewOf(snapshot: Snapshot) {
  return createView(snapshot, { nowMs: NOW_MS, lastKnownOwner: () => undefined });
}

test('a Service selects what carries all its labels, in its namespace', () => {
  const narrow = aService({ selector: { app: 'api', tier: 'web' }, meta: { name: 'narrow' } });
  const wide = aService({ selector: { tier: 'web' }, meta: { name: 'wide' } });
  const other = aService({ selector: { tier: 'web' }, meta: { name: 'other', namespace: 'shop' } });
  const both = aPod({ meta: { name: 'both', labels: { app: 'api', tier: 'web' } } });
  const web = aPod({ meta: { name: 'web', labels: { app: 'cart', tier: 'web' } } });
  const half = aPod({ meta: { name: 'half', labels: { app: 'api' } } });
  const view = viewOf(aSnapshot({ Pod: [both, web, half], Service: [narrow, wide, other] }));

  expect(view.podsSelectedBy(narrow).map(({ meta }) => meta.name)).toEqual(['both']);
  expect(view.podsSelectedBy(wide).map(({ meta }) => meta.name)).toEqual(['both', 'web']);
  expect(view.podsSelectedBy(other)).toEqual([]);
  expect(view.servicesSelecting('payments', both.meta.labels)).toHaveLength(2);
});

test('a Deployment speaks for its ReplicaSets; one of a foreign owner speaks for itself', () => {
  const deployment = aDeployment();
  const own = aReplicaSet({ meta: { owners: ownedBy('Deployment', deployment.meta) } });
  const foreign = aReplicaSet({
    meta: { name: 'canary', uid: 'c', owners: ownedBy('Rollout', aMeta(), 'argoproj.io/v1alpha1') },
  });
  const service = aService();
  const view = viewOf(aSnapshot({ Deployment: [deployment], ReplicaSet: [own, foreign], Service: [service] }));

  expect(view.workloadsSelectedBy(service).map(({ kind, meta }) => `${kind} ${meta.name}`)).toEqual([
    'Deployment api',
    'ReplicaSet canary',
  ]);
});

test('events come newest first, by uid; the kubelet names nodes by their name and in the namespace default', () => {
  const pod = aPod();
  const about = { kind: 'Pod', meta: pod.meta };
  const node = aNode();
  const older = anEvent(about, { reason: 'Older', lastAtMs: ago(9) });
  const newer = anEvent(about, { reason: 'Newer', lastAtMs: ago(1) });
  const namesake = anEvent({ kind: 'Pod', meta: { ...pod.meta, uid: 'before' } }, { reason: 'Namesake' });
  const ofNode = anEvent({ kind: 'Node', meta: { ...node.meta, uid: node.meta.name } }, { reason: 'Rebooted' });
  const view = viewOf(
    aSnapshot({
      Event: [older, newer, namesake, ofNode, { ...ofNode, involved: { ...ofNode.involved, namespace: '' } }],
    }),
  );

  expect(view.eventsAbout(pod.meta, 'Pod').map(({ reason }) => reason)).toEqual(['Newer', 'Older']);
  expect(view.eventsAbout(node.meta, 'Node')).toHaveLength(2);
});

test.each([
  { gaps: [], read: ['Pod'], complete: true },
  { gaps: [{ namespace: 'payments' }], read: ['Pod'], complete: false },
  { gaps: [{ namespace: 'shop' }], read: ['Pod'], complete: true },
  { gaps: [{}], read: ['Pod'], complete: false },
  { gaps: [], read: [], complete: false },
] as const)('gaps $gaps, read $read: absence means something: $complete', ({ gaps, read, complete }) => {
  const full = gaps.map((gap): Gap => ({ resource: 'Pod', cause: 'timeout', detail: '', ...gap }));

  expect(viewOf(aSnapshot({}, { gaps: full, read })).isComplete('Pod', 'payments')).toBe(complete);
});
