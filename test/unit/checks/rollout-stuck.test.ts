import { expect, test } from 'vitest';
import { rolloutStuck } from '../../../src/checks/workload/rollout-stuck.ts';
import { aCondition, aDeployment, ago, aReplicaSet, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const EXCEEDED = aCondition('Progressing', 'False', {
  reason: 'ProgressDeadlineExceeded',
  message: 'ReplicaSet "api-2" has timed out progressing.',
  changedAtMs: ago(1),
});
const stuck = { replicas: 3, updatedReplicas: 1, readyReplicas: 3, conditions: [EXCEEDED] };

test('a rollout past its deadline is stuck since its last progress', () => {
  expect(findingsOf(rolloutStuck, { Deployment: [aDeployment(stuck)] })[0]).toMatchObject({
    reason: 'RolloutStuck',
    impact: 'error',
    onsetAtMs: ago(11),
    title: 'rollout stuck: 1 of 3 replicas updated, 3 ready, no progress for 600 s',
    evidence: [
      {
        source: 'Deployment payments/api status.conditions[Progressing]',
        quote:
          'status: False, reason: ProgressDeadlineExceeded, message: ReplicaSet "api-2" has timed out progressing.',
      },
      { quote: 'replicas: 3, updatedReplicas: 1, readyReplicas: 3' },
    ],
  });
});

test('with nothing ready it is critical', () => {
  expect(findingsOf(rolloutStuck, { Deployment: [aDeployment({ ...stuck, readyReplicas: 0 })] })[0]?.impact).toBe(
    'critical',
  );
});

test.each([
  { minutes: 1.9, found: 0 },
  { minutes: 2, found: 1 },
])('pods that have been refused for $minutes minutes: $found findings', ({ minutes, found }) => {
  const failure = aCondition('ReplicaFailure', 'True', {
    reason: 'FailedCreate',
    message: 'exceeded quota',
    changedAtMs: ago(minutes),
  });

  expect(findingsOf(rolloutStuck, { Deployment: [aDeployment({ conditions: [failure] })] })).toHaveLength(found);
});

test.each([
  {
    name: 'progressing',
    deployment: aDeployment({ conditions: [aCondition('Progressing', 'True', { reason: 'ReplicaSetUpdated' })] }),
  },
  { name: 'complete', deployment: aDeployment() },
  { name: 'paused on purpose', deployment: aDeployment({ ...stuck, paused: true }) },
  { name: 'scaled to zero', deployment: aDeployment({ ...stuck, replicas: 0 }) },
  { name: 'being deleted', deployment: aDeployment({ ...stuck, meta: { deletedAtMs: ago(1) } }) },
  {
    name: 'over an old creation failure',
    deployment: aDeployment({ conditions: [aCondition('ReplicaFailure', 'False')] }),
  },
])('a Deployment that is $name is not stuck', ({ deployment }) => {
  expect(findingsOf(rolloutStuck, { Deployment: [deployment] })).toEqual([]);
});

test('Deployments that cannot be read leave it unevaluated', () => {
  expect(withGap(rolloutStuck, 'Deployment', { Deployment: [aDeployment(stuck)] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});

test('the new ReplicaSet and the old ones that still run are quoted, newest first', () => {
  const deployment = aDeployment({
    replicas: 3,
    conditions: [aCondition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', changedAtMs: ago(10) })],
  });
  const revision = (number: string, statusReplicas: number) =>
    aReplicaSet({
      statusReplicas,
      readyReplicas: 0,
      meta: {
        name: `api-${number}`,
        uid: `r${number}`,
        annotations: { 'deployment.kubernetes.io/revision': number },
        owners: ownedBy('Deployment', deployment.meta),
      },
    });

  const [finding] = findingsOf(rolloutStuck, {
    Deployment: [deployment],
    ReplicaSet: [revision('9', 2), revision('8', 0), revision('10', 1)],
  });

  expect(finding?.evidence.slice(2).map(({ quote }) => quote)).toEqual([
    'revision: 10, images: registry.example/api:1.0, replicas: 1, readyReplicas: 0',
    'revision: 9, images: registry.example/api:1.0, replicas: 2, readyReplicas: 0',
  ]);
});
