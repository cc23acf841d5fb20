import type { KindName } from '../../src/domain/snapshot.ts';

/** An object as it is posted, and the status that is written afterwards. */
export interface OddObject {
  readonly kind: KindName;
  /** The version that it is written in, where that is not the one which is read. */
  readonly version?: string;
  readonly body: object;
  readonly status?: object;
}

export const TIME = '2026-11-21T12:34:56Z';
export const BEFORE_1970 = '1969-12-31T23:59:58Z';
export const FAR = '9999-12-31T23:59:59Z';

export const oddMeta = (name: string) => ({
  name,
  labels: { 'app.kubernetes.io/name': 'Grün'.toLowerCase().replace('ü', 'ue'), empty: '', constructor: 'x' },
  annotations: {
    empty: '',
    unicode: 'héllo – 世界 🚀 \u0000 \u2028 \ud83d\ude80',
    'byte-order-mark': '\ufefftext that begins with one',
    'short-mark': '\ufeff',
    replacement: '\ufffd',
    huge: 'ä1'.repeat(60_000),
    'kubectl.kubernetes.io/last-applied-configuration': '{"secret":"x"}',
  },
  finalizers: ['example.com/one', 'example.com/two'],
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: 'u-1', controller: true, blockOwnerDeletion: true },
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: 'u-2' },
  ],
});

export const condition = {
  type: 'Odd',
  status: 'Unknown',
  reason: 'BecauseIt',
  message: 'ist größer\n"quoted"',
  lastTransitionTime: TIME,
};
export const plainCondition = { type: 'Plain', status: 'True' };
export const conditions = [condition, plainCondition, { ...condition, type: 'Early', lastTransitionTime: BEFORE_1970 }];

export const selector = {
  matchLabels: { app: 'odd' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'old', operator: 'DoesNotExist' },
  ],
};
