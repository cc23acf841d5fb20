import { expect, test } from 'vitest';
import { fingerprint, incidentId } from '../../../src/incidents/identity.ts';

const OWNER = { kind: 'Deployment', namespace: 'payments', name: 'api' };

test.each([
  { what: 'cluster', other: fingerprint('c2', OWNER, 'workload') },
  { what: 'namespace', other: fingerprint('c1', { ...OWNER, namespace: 'shop' }, 'workload') },
  { what: 'kind', other: fingerprint('c1', { ...OWNER, kind: 'StatefulSet' }, 'workload') },
  { what: 'name', other: fingerprint('c1', { ...OWNER, name: 'web' }, 'workload') },
  { what: 'family', other: fingerprint('c1', OWNER, 'network') },
  {
    what: 'place of a letter between two parts',
    other: fingerprint('c1', { ...OWNER, namespace: 'payment', name: 'sapi' }, 'workload'),
  },
])('another $what is another problem', ({ other }) => {
  expect(other).not.toBe(fingerprint('c1', OWNER, 'workload'));
  expect(other).toMatch(/^[0-9a-f]{64}$/);
});

test('the same problem has the same fingerprint in every process', () => {
  expect(fingerprint('c1', { ...OWNER }, 'workload')).toBe(fingerprint('c1', OWNER, 'workload'));
});

test.each([
  { sequence: 7, id: 'INC-20261118_100005-007' },
  { sequence: 999, id: 'INC-20261118_100005-999' },
  { sequence: 1234, id: 'INC-20261118_100005-1234' },
])('incident $sequence of the day is $id', ({ sequence, id }) => {
  expect(incidentId(Date.UTC(2026, 10, 18, 10, 0, 5), sequence)).toBe(id);
});
