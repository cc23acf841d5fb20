import { expect, test } from 'vitest';
import { schedulingGated } from '../../../src/checks/workload/scheduling-gated.ts';
import { aPod, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const gated = (hours: number, gate = 'example.com/quota') =>
  aPod({
    phase: 'Pending',
    nodeName: '',
    schedulingGates: [gate],
    conditions: [],
    containerStatuses: [],
    meta: { createdAtMs: ago(hours * 60) },
  });

test.each([
  { gate: 'example.com/quota', hours: 0.5 },
  { gate: 'kueue.x-k8s.io/admission', hours: 24 },
])('$gate after $hours hours is hygiene, not an alarm', ({ gate, hours }) => {
  expect(findingsOf(schedulingGated, { Pod: [gated(hours, gate)] })).toMatchObject([
    {
      reason: 'SchedulingGated',
      impact: 'info',
      onsetAtMs: ago(hours * 60),
      title: expect.stringContaining(`gate ${gate}`),
    },
  ]);
});

test.each([
  { name: 'held for less', pod: gated(0.4) },
  { name: 'held by a queue for less than a day', pod: gated(23.9, 'kueue.x-k8s.io/admission') },
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
