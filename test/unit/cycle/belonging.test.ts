import { expect, test } from 'vitest';
import { findingsOf } from '../../../src/cycle/belonging.ts';
import { aFinding } from '../agents/builders.ts';

const api = { kind: 'Deployment', namespace: 'shop', name: 'api' };
const web = { kind: 'Deployment', namespace: 'shop', name: 'web' };

test('an incident has the findings of its owner and family, and the symptoms that hang under them', () => {
  const findings = [
    aFinding({ id: 'f1', owner: web, family: 'workload' }),
    aFinding({ id: 'f2', owner: api, family: 'workload' }),
    aFinding({ id: 'f3', owner: { ...api, kind: 'Service' }, family: 'network', attachedTo: 'f2' }),
    aFinding({ id: 'f4', owner: api, family: 'volume' }),
  ];

  expect(findingsOf({ owner: api, family: 'workload' }, findings).map(({ id }) => id)).toEqual(['f2', 'f3']);
});

test('an incident that this cycle did not see has no findings of it, whatever ids an earlier cycle gave', () => {
  const kept = { owner: api, family: 'workload', findings: [aFinding({ id: 'f1', owner: api, family: 'workload' })] };

  expect(findingsOf(kept, [aFinding({ id: 'f1', owner: web, family: 'workload' })])).toEqual([]);
});
