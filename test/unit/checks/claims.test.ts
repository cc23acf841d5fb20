import { expect, test } from 'vitest';
import { claimLost } from '../../../src/checks/volume/claim-lost.ts';
import { resizePending } from '../../../src/checks/volume/resize-pending.ts';
import { aClaim, aCondition, anEvent, aPod, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const user = aPod({ claimNames: ['data'] });
const lost = aClaim({ phase: 'Lost' });

test('a lost claim is an error when a pod uses it, a warning without', () => {
  const event = anEvent(
    { kind: 'PersistentVolumeClaim', meta: lost.meta },
    { reason: 'ClaimLost', message: 'Bound claim has lost its PersistentVolume', firstAtMs: ago(25) },
  );

  expect(findingsOf(claimLost, { PersistentVolumeClaim: [lost], Pod: [user], Event: [event] })).toMatchObject([
    {
      reason: 'ClaimLost',
      impact: 'error',
      onsetAtMs: ago(25),
      title: 'claim data has lost its volume pv-1; pod api-5d4f-x1 uses it',
    },
  ]);
  expect(findingsOf(claimLost, { PersistentVolumeClaim: [lost] })).toMatchObject([{ impact: 'warning' }]);
});

test('a claim that is bound, pending or being deleted is not lost', () => {
  const claims = [aClaim(), aClaim({ phase: 'Pending' }), { ...lost, meta: { ...lost.meta, deletedAtMs: ago(1) } }];

  expect(findingsOf(claimLost, { PersistentVolumeClaim: claims, Pod: [user] })).toEqual([]);
});

const growing = (minutes: number, type = 'FileSystemResizePending') =>
  aClaim({
    requestedStorage: '20Gi',
    conditions: [
      aCondition(type, 'True', { message: 'Waiting for user to (re-)start a pod', changedAtMs: ago(minutes) }),
    ],
  });

test.each(['FileSystemResizePending', 'Resizing', 'ControllerResizeError'])(
  '%s for 15 minutes is a warning',
  (type) => {
    expect(findingsOf(resizePending, { PersistentVolumeClaim: [growing(15, type)], Pod: [user] })).toMatchObject([
      {
        reason: 'ResizePending',
        impact: 'warning',
        onsetAtMs: ago(15),
        title: 'claim data does not grow to 20Gi: Waiting for user to (re-)start a pod',
      },
    ]);
  },
);

test.each([
  { name: 'has just begun to grow', claim: growing(14), pods: [user] },
  { name: 'grows at its next mount', claim: growing(60), pods: [] },
  { name: 'has grown', claim: aClaim({ conditions: [aCondition('Resizing', 'False')] }), pods: [user] },
])('a claim that $name is no finding', ({ claim, pods }) => {
  expect(findingsOf(resizePending, { PersistentVolumeClaim: [claim], Pod: pods })).toEqual([]);
});

test.each([
  { check: claimLost, kind: 'PersistentVolumeClaim' },
  { check: claimLost, kind: 'Pod' },
  { check: resizePending, kind: 'PersistentVolumeClaim' },
])('$kind that cannot be read leaves $check.id unevaluated', ({ check, kind }) => {
  const claims = [lost, { ...growing(60), meta: { ...lost.meta, name: 'other' } }];

  expect(withGap(check, kind, { PersistentVolumeClaim: claims, Pod: [user] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
