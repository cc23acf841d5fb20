import { expect, test } from 'vitest';
import { createView } from '../../../src/checks/view.ts';
import type { OwnerReference } from '../../../src/domain/kubernetes/meta.ts';
import type { Owner } from '../../../src/domain/object-ref.ts';
import {
  aCronJob,
  aDeployment,
  aJob,
  aNode,
  aPod,
  aReplicaSet,
  aSnapshot,
  NOW_MS,
  ownedBy,
} from '../../builders/kubernetes.ts';

function topOf(pod: ReturnType<typeof aPod>, objects: Parameters<typeof aSnapshot>[0] = {}, known?: Owner): Owner {
  const snapshot = aSnapshot({ Pod: [pod], ...objects });
  return createView(snapshot, { nowMs: NOW_MS, lastKnownOwner: () => known }).ownership('Pod', pod.meta).top;
}

const reference = (kind: string, name: string, uid = 'unread'): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid,
  controller: true,
});

const deployment = aDeployment();
const replicaSet = aReplicaSet({ meta: { owners: ownedBy('Deployment', deployment.meta) } });
const inReplicaSet = aPod({
  meta: { owners: ownedBy('ReplicaSet', replicaSet.meta), labels: { 'pod-template-hash': '5d4f' } },
});

test('a pod of a ReplicaSet of a Deployment is the Deployment’s', () => {
  expect(topOf(inReplicaSet, { ReplicaSet: [replicaSet], Deployment: [deployment] })).toEqual({
    kind: 'Deployment',
    namespace: 'payments',
    name: 'api',
  });
});

test('a pod of a Job of a CronJob is the CronJob’s', () => {
  const cron = aCronJob();
  const job = aJob({ meta: { name: 'import-28', owners: ownedBy('CronJob', cron.meta, 'batch/v1') } });
  const pod = aPod({ meta: { owners: ownedBy('Job', job.meta, 'batch/v1') } });

  expect(topOf(pod, { Job: [job], CronJob: [cron] })).toMatchObject({ kind: 'CronJob', name: 'import' });
});

test('what the Deployment cannot be read for, the ReplicaSet’s reference still names', () => {
  expect(topOf(inReplicaSet, { ReplicaSet: [replicaSet] })).toMatchObject({ kind: 'Deployment', name: 'api' });
});

test.each([
  {
    name: 'the last known owner wins',
    known: { kind: 'Deployment', namespace: 'payments', name: 'renamed' },
    expected: 'Deployment renamed',
  },
  {
    name: 'NAME-HASH with that pod-template-hash is the Deployment NAME',
    known: undefined,
    expected: 'Deployment api',
  },
])('of a ReplicaSet that cannot be read, $name', ({ known, expected }) => {
  const { kind, name } = topOf(inReplicaSet, {}, known);

  expect(`${kind} ${name}`).toBe(expected);
});

test.each([
  {
    name: 'a ReplicaSet without the hash in its name',
    owner: reference('ReplicaSet', 'by-hand'),
    expected: 'ReplicaSet by-hand',
  },
  { name: 'a StatefulSet that cannot be read', owner: reference('StatefulSet', 'db'), expected: 'StatefulSet db' },
  { name: 'a kind outside our table', owner: reference('Workflow', 'nightly'), expected: 'Workflow nightly' },
  { name: 'its node (a static pod)', owner: reference('Node', 'worker-1'), expected: 'Pod api-5d4f-x1' },
])('a pod of $name belongs to $expected', ({ owner, expected }) => {
  const { kind, name } = topOf(aPod({ meta: { owners: [owner], labels: { 'pod-template-hash': '5d4f' } } }), {
    Node: [aNode()],
  });

  expect(`${kind} ${name}`).toBe(expected);
});

test('a pod that nobody controls belongs to itself', () => {
  expect(topOf(aPod())).toEqual({ kind: 'Pod', namespace: 'payments', name: 'api-5d4f-x1' });
});

test('the controller counts, not whoever else is named first', () => {
  const owners = [{ ...reference('Backup', 'b'), controller: false }, ...ownedBy('ReplicaSet', replicaSet.meta)];

  expect(topOf(aPod({ meta: { owners } }), { ReplicaSet: [replicaSet] })).toMatchObject({
    kind: 'Deployment',
    name: 'api',
  });
});

test('owners in a circle come to an end', () => {
  const circle = aReplicaSet({ meta: { owners: ownedBy('ReplicaSet', aReplicaSet().meta) } });

  expect(topOf(aPod({ meta: { owners: ownedBy('ReplicaSet', circle.meta) } }), { ReplicaSet: [circle] }).kind).toBe(
    'ReplicaSet',
  );
});
