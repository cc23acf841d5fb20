import { expect, test } from 'vitest';
import { claimPending } from '../../../src/checks/volume/claim-pending.ts';
import { storageClassMissing } from '../../../src/checks/volume/storage-class-missing.ts';
import { volumeReleased } from '../../../src/checks/volume/volume-released.ts';
import { aClaim, aPod, aSnapshot, aStorageClass, aVolume, ago, anEvent } from '../../builders/kubernetes.ts';
import { findingsOf, run } from './run.ts';

const released = (over: Parameters<typeof aVolume>[0] = {}) => aVolume({ phase: 'Released', ...over });
const HOUR = 60;

test.each([
  { policy: 'Delete', minutes: 14, found: [] },
  { policy: 'Delete', minutes: 15, found: ['warning'] },
  { policy: 'Recycle', minutes: 15, found: ['warning'] },
  { policy: 'Retain', minutes: 23 * HOUR, found: [] },
  { policy: 'Retain', minutes: 24 * HOUR, found: ['info'] },
])('a volume that its claim left $minutes minutes ago, to $policy: $found', ({ policy, minutes, found }) => {
  const volume = released({ reclaimPolicy: policy, phaseChangedAtMs: ago(minutes) });

  expect(findingsOf(volumeReleased, { PersistentVolume: [volume] }).map(({ impact }) => impact)).toEqual(found);
});

test('servers before 1.31 do not say since when: only a failed deletion tells that it lasts', () => {
  const volume = released({ phaseChangedAtMs: undefined });
  const failure = anEvent(
    { kind: 'PersistentVolume', meta: volume.meta },
    { reason: 'VolumeFailedDelete', message: 'volume is in use', firstAtMs: ago(30) },
  );

  expect(findingsOf(volumeReleased, { PersistentVolume: [volume] })).toEqual([]);
  expect(findingsOf(volumeReleased, { PersistentVolume: [volume], Event: [failure] })).toMatchObject([
    {
      impact: 'warning',
      onsetAtMs: ago(30),
      title: 'is still there although its claim payments/data is gone: volume is in use',
    },
  ]);
});

const pending = (name: string, over: Parameters<typeof aClaim>[0] = {}) =>
  aClaim({ phase: 'Pending', volumeName: '', ...over, meta: { name, uid: name, createdAtMs: ago(20), ...over.meta } });

test('of several default classes the newest counts, as for the API server', () => {
  const lazy = aStorageClass({ name: 'lazy', isDefault: true, volumeBindingMode: 'WaitForFirstConsumer' });
  const old = aStorageClass({ name: 'old', isDefault: true });
  const newest = { ...lazy, meta: { ...lazy.meta, createdAtMs: old.meta.createdAtMs + 1 } };
  const claims = [pending('data', { storageClassName: undefined })];

  expect(findingsOf(claimPending, { PersistentVolumeClaim: claims, StorageClass: [old, newest] })).toEqual([]);
});

test('the older way to name a class still counts', () => {
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'gone' };
  const claims = ['one', 'two'].map((name) => pending(name, { storageClassName: undefined, meta: { annotations } }));

  expect(findingsOf(storageClassMissing, { PersistentVolumeClaim: claims })).toMatchObject([
    {
      object: { kind: 'StorageClass', name: 'gone' },
      title: 'storage class gone does not exist, and 2 claims in payments wait for it',
    },
  ]);
});

test('a missing class weighs what its claims lose, and is matched as the services behind them', () => {
  const claims = ['one', 'two'].map((name) => pending(name));
  const pod = aPod({ phase: 'Pending', nodeName: '', claimNames: ['two'], containerStatuses: [] });

  expect(findingsOf(storageClassMissing, { PersistentVolumeClaim: claims })).toMatchObject([{ impact: 'warning' }]);
  expect(findingsOf(storageClassMissing, { PersistentVolumeClaim: claims, Pod: [pod] })).toMatchObject([
    { impact: 'error', images: [pod.containers[0]?.image] },
  ]);
});

test.each(['StorageClass', 'PersistentVolume', 'PersistentVolumeClaim'])(
  'without %s nobody can say that a class is missing',
  (resource) => {
    const gaps = [{ resource, cause: 'forbidden', detail: 'no list' }] as const;
    const snapshot = aSnapshot({ PersistentVolumeClaim: [pending('one'), pending('two')] }, { gaps });

    expect(run(snapshot, { checks: [storageClassMissing] })).toMatchObject({
      findings: [],
      outcomes: [{ evaluated: 'no' }],
    });
  },
);
