import { expect, test } from 'vitest';
import { rolloutPaused } from '../../../src/checks/workload/rollout-paused.ts';
import { aCondition, aDeployment, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const DAY = 24 * 60;
const paused = (minutes: number, over: Parameters<typeof aDeployment>[0] = {}) =>
  aDeployment({
    paused: true,
    replicas: 3,
    conditions: [
      aCondition('Available', 'True'),
      aCondition('Progressing', 'Unknown', { reason: 'DeploymentPaused', updatedAtMs: ago(minutes) }),
    ],
    ...over,
  });

test('a rollout that has been paused for a day, half done, is worth a line', () => {
  expect(findingsOf(rolloutPaused, { Deployment: [paused(DAY, { updatedReplicas: 1 })] })).toMatchObject([
    {
      reason: 'RolloutPaused',
      impact: 'info',
      onsetAtMs: ago(DAY),
      title: 'the rollout is paused: 1 of 3 replicas run the new version',
    },
  ]);
});

test.each([
  { name: 'paused for less', deployment: paused(DAY - 1) },
  { name: 'scaled to zero', deployment: paused(2 * DAY, { replicas: 0 }) },
  { name: 'paused since nobody knows when', deployment: paused(2 * DAY, { conditions: [] }) },
  { name: 'not paused', deployment: aDeployment() },
])('a Deployment $name is no finding', ({ deployment }) => {
  expect(findingsOf(rolloutPaused, { Deployment: [deployment] })).toEqual([]);
});

test('Deployments that cannot be read leave it unevaluated', () => {
  expect(withGap(rolloutPaused, 'Deployment', { Deployment: [paused(DAY)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
