import { expect, test } from 'vitest';
import { claimPending } from '../../../src/checks/volume/claim-pending.ts';
import { aClaim, aCondition, aPod, aSnapshot, aStorageClass, ago, anEvent } from '../../builders/kubernetes.ts';
import { findingsOf, run, withGap } from './run.ts';

const pending = (over: Parameters<typeof aClaim>[0] = {}) =>
  aClaim({ phase: 'Pending', volumeName: '', ...over, meta: { createdAtMs: ago(20), ...over.meta } });
const waiter = aPod({
  phase: 'Pending',
  nodeName: '',
  claimNames: ['data'],
  containerStatuses: [],
  conditions: [
    aCondition('PodScheduled', 'False', {
      reason: 'Unschedulable',
      message: 'pod has unbound immediate PersistentVolumeClaims.',
    }),
  ],
});
const lazyClass = aStorageClass({ volumeBindingMode: 'WaitForFirstConsumer' });

test('a claim for which a pod waits is an error that names the pod and the cause', () => {
  const claim = pending();
  const event = anEvent(
    { kind: 'PersistentVolumeClaim', meta: claim.meta },
    { reason: 'ProvisioningFailed', message: 'quota of disks exceeded', firstAtMs: ago(18) },
  );

  expect(
    findingsOf(claimPending, {
      PersistentVolumeClaim: [claim],
      Pod: [waiter],
      StorageClass: [aStorageClass()],
      Event: [event],
    })[0],
  ).toMatchObject({
    family: 'volume',
    reason: 'ClaimPending',
    impact: 'error',
    object: { kind: 'PersistentVolumeClaim', name: 'data' },
    onsetAtMs: ago(18),
    title: 'claim has no volume (10Gi): quota of disks exceeded; pod api-5d4f-x1 waits for it',
  });
});

test.each([
  { storageClassName: 'gone', why: 'storage class gone does not exist' },
  { storageClassName: undefined, why: 'it names no storage class and the cluster has no default' },
  { storageClassName: '', why: 'it asks for no storage class and no volume fits' },
  { storageClassName: 'fast', why: 'provisioner csi.example has not made one' },
])('class $storageClassName: $why', ({ storageClassName, why }) => {
  const objects = { PersistentVolumeClaim: [pending({ storageClassName })], StorageClass: [aStorageClass()] };

  expect(findingsOf(claimPending, objects)).toMatchObject([
    { impact: 'warning', title: `claim has no volume (10Gi): ${why}` },
  ]);
});

test.each([
  { name: 'bound', objects: { PersistentVolumeClaim: [aClaim()], Pod: [waiter] } },
  {
    name: 'waiting for its first consumer',
    objects: { PersistentVolumeClaim: [pending()], StorageClass: [lazyClass] },
  },
  {
    name: 'waiting for a consumer that has no node yet',
    objects: { PersistentVolumeClaim: [pending()], StorageClass: [lazyClass], Pod: [waiter] },
  },
  { name: 'being deleted', objects: { PersistentVolumeClaim: [pending({ meta: { deletedAtMs: ago(1) } })] } },
])('a claim that is $name is no trouble', ({ objects }) => {
  expect(findingsOf(claimPending, objects)).toEqual([]);
});

test('once the scheduler has chosen a node, waiting for a consumer is over', () => {
  const chosen = pending({ meta: { annotations: { 'volume.kubernetes.io/selected-node': 'worker-1' } } });

  expect(
    findingsOf(claimPending, { PersistentVolumeClaim: [chosen], StorageClass: [lazyClass], Pod: [waiter] }),
  ).toHaveLength(1);
});

test('the default class speaks for a claim that names none', () => {
  const objects = {
    PersistentVolumeClaim: [pending({ storageClassName: undefined })],
    StorageClass: [aStorageClass({ isDefault: true, volumeBindingMode: 'WaitForFirstConsumer' })],
  };

  expect(findingsOf(claimPending, objects)).toEqual([]);
});

test.each([
  { minutes: 1.9, found: 0 },
  { minutes: 2, found: 1 },
])('pending for $minutes minutes: $found findings', ({ minutes, found }) => {
  const claim = pending({ meta: { createdAtMs: ago(minutes) } });

  expect(
    findingsOf(claimPending, { PersistentVolumeClaim: [claim], StorageClass: [aStorageClass()], Pod: [waiter] }),
  ).toHaveLength(found);
});

test.each(['PersistentVolumeClaim', 'Pod'])('%s that cannot be read leaves it unevaluated', (kind) => {
  const objects = { PersistentVolumeClaim: [pending()], StorageClass: [aStorageClass()], Pod: [waiter] };

  expect(withGap(claimPending, kind, objects)).toMatchObject({ findings: [], outcomes: [{ evaluated: 'partly' }] });
});

test('without the storage classes it states only what pods or events say', () => {
  const gaps = [{ resource: 'StorageClass', cause: 'forbidden', detail: 'no list' }] as const;
  const alone = aSnapshot({ PersistentVolumeClaim: [pending()] }, { gaps });
  const held = aSnapshot({ PersistentVolumeClaim: [pending()], Pod: [waiter] }, { gaps });

  expect(run(alone, { checks: [claimPending] }).findings).toEqual([]);
  expect(run(held, { checks: [claimPending] }).findings).toHaveLength(1);
});

test.each(['StorageClass', 'PersistentVolume'])(
  'silence about a claim proves nothing while %s is unknown',
  (resource) => {
    const gap = { resource, cause: 'forbidden', detail: 'no list' } as const;
    const snapshot = aSnapshot({ PersistentVolumeClaim: [pending()], StorageClass: [] }, { gaps: [gap] });

    expect(run(snapshot, { checks: [claimPending] }).outcomes).toMatchObject([{ evaluated: 'partly', gaps: [gap] }]);
  },
);
