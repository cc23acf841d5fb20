import { expect, test } from 'vitest';
import { schedulingGated } from '../../../src/checks/workload/scheduling-gated.ts';
import { aPod, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const gated = (hours: number) =>
  aPod({
    phase: 'Pending',
    nodeName: '',
    schedulingGates: ['example.com/quota'],
    conditions: [],
    containerStatuses: [],
    meta: { createdAtMs: ago(hours * 60) },
  });

test('a gate that has held for a day is hygiene, not an alarm', () => {
  expect(findingsOf(schedulingGated, { Pod: [gated(24)] })).toMatchObject([
    {
      reason: 'SchedulingGated',
      impact: 'info',
      onsetAtMs: ago(24 * 60),
      title: expect.stringContaining('gate example.com/quota'),
    },
  ]);
});

test.each([
  { name: 'held for less', pod: gated(23.9) },
  { name: 'that no gate holds', pod: { ...gated(48), schedulingGates: [] } },
  { name: 'being deleted', pod: { ...gated(48), meta: { ...gated(48).meta, deletedAtMs: ago(1) } } },
])('a pod $name is no finding', ({ pod }) => {
  expect(findingsOf(schedulingGated, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  expect(withGap(schedulingGated, 'Pod', { Pod: [gated(48)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
