import { expect, test } from 'vitest';
import { replicasShort } from '../../../src/checks/workload/replicas-short.ts';
import { aCondition, aDeployment, aPod, aSickPod, ago, anEvent, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const COMPLETE = aCondition('Progressing', 'True', { reason: 'NewReplicaSetAvailable', updatedAtMs: ago(900) });
const ROLLING = aCondition('Progressing', 'True', { reason: 'ReplicaSetUpdated', updatedAtMs: ago(4) });
const lost = (minutes: number) =>
  aCondition('Available', 'False', { reason: 'MinimumReplicasUnavailable', changedAtMs: ago(minutes) });

test('a Deployment that lost all its replicas is critical since then', () => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: 0, conditions: [lost(10), COMPLETE] });

  expect(findingsOf(replicasShort, { Deployment: [deployment] })[0]).toMatchObject({
    reason: 'ReplicasShort',
    impact: 'critical',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
    owner: { kind: 'Deployment', name: 'api' },
    onsetAtMs: ago(10),
    title: '0 of 3 replicas ready',
    nextSteps: ['kubectl describe deployment api -n payments', 'kubectl get pods -n payments -l app=api'],
  });
});

test('a Deployment that lost some is an error since its pod stopped being ready', () => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: 2 });
  const owners = ownedBy('Deployment', deployment.meta);
  const pod = aSickPod({ running: { startedAtMs: ago(900) } }, { meta: { owners }, unreadySinceMs: ago(7) });

  const [finding] = findingsOf(replicasShort, { Deployment: [deployment], Pod: [pod] });

  expect(finding).toMatchObject({ impact: 'error', onsetAtMs: ago(7) });
  expect(finding?.title).toBe('2 of 3 replicas ready: pod api-5d4f-x1 is not ready (ContainersNotReady)');
});

test('a quota that forbids new pods is told as the cause', () => {
  const failure = aCondition('ReplicaFailure', 'True', {
    reason: 'FailedCreate',
    message: 'exceeded quota: cpu',
    changedAtMs: ago(20),
  });
  const deployment = aDeployment({ replicas: 5, readyReplicas: 3, conditions: [COMPLETE, failure] });

  expect(findingsOf(replicasShort, { Deployment: [deployment] })[0]).toMatchObject({
    title: '3 of 5 replicas ready: pods cannot be created: exceeded quota: cpu',
    onsetAtMs: ago(20),
  });
});

test('the event of a refused creation is enough', () => {
  const deployment = aDeployment({ replicas: 2, readyReplicas: 1 });
  const event = anEvent(
    { kind: 'Deployment', meta: deployment.meta },
    { reason: 'FailedCreate', message: 'denied by webhook', firstAtMs: ago(9) },
  );

  expect(findingsOf(replicasShort, { Deployment: [deployment], Event: [event] })[0]).toMatchObject({
    title: '1 of 2 replicas ready: pods cannot be created: denied by webhook',
    onsetAtMs: ago(9),
  });
});

test.each([
  { minutes: 1.99, found: 0 },
  { minutes: 2, found: 1 },
])('unavailable for $minutes minutes: $found findings', ({ minutes, found }) => {
  const deployment = aDeployment({ replicas: 1, readyReplicas: 0, conditions: [lost(minutes), COMPLETE] });

  expect(findingsOf(replicasShort, { Deployment: [deployment] })).toHaveLength(found);
});

test('a rollout is no excuse for losing what was there', () => {
  const deployment = aDeployment({ replicas: 1, readyReplicas: 0, updatedReplicas: 1, conditions: [lost(3), ROLLING] });

  expect(findingsOf(replicasShort, { Deployment: [deployment] })).toHaveLength(1);
});

test.each([
  { name: 'healthy', deployment: aDeployment({ replicas: 3 }) },
  { name: 'scaled to zero on purpose', deployment: aDeployment({ replicas: 0 }) },
  {
    name: 'being deleted',
    deployment: aDeployment({ readyReplicas: 0, conditions: [lost(9)], meta: { deletedAtMs: ago(8) } }),
  },
  {
    name: 'on a rolling update within its deadline',
    deployment: aDeployment({ replicas: 3, readyReplicas: 2, conditions: [aCondition('Available', 'True'), ROLLING] }),
  },
  {
    name: 'new, and on its first rollout',
    deployment: aDeployment({ readyReplicas: 0, conditions: [lost(4), ROLLING], meta: { createdAtMs: ago(4) } }),
  },
  {
    name: 'not yet looked at by its controller since the last edit',
    deployment: aDeployment({ replicas: 5, readyReplicas: 3, observedGeneration: 3, meta: { generation: 4 } }),
  },
])('a Deployment that is $name is not short', ({ deployment }) => {
  expect(findingsOf(replicasShort, { Deployment: [deployment] })).toEqual([]);
});

test.each([
  { minutes: 9.9, found: 0 },
  { minutes: 10, found: 1 },
])(
  'a rollout that says it progresses but last did $minutes minutes ago, with a deadline of 10: $found findings',
  ({ minutes, found }) => {
    const stale = aCondition('Progressing', 'True', { reason: 'ReplicaSetUpdated', updatedAtMs: ago(minutes) });
    const deployment = aDeployment({
      replicas: 3,
      readyReplicas: 2,
      conditions: [aCondition('Available', 'True'), stale],
    });

    expect(findingsOf(replicasShort, { Deployment: [deployment] })).toHaveLength(found);
  },
);

test('scaling up gives each new pod five minutes', () => {
  const deployment = aDeployment({ replicas: 3, readyReplicas: 2 });
  const owners = ownedBy('Deployment', deployment.meta);
  const young = (minutes: number) =>
    aSickPod(
      { running: { startedAtMs: ago(minutes) } },
      { meta: { owners, createdAtMs: ago(minutes) }, unreadySinceMs: ago(minutes) },
    );

  expect(findingsOf(replicasShort, { Deployment: [deployment], Pod: [young(4.9)] })).toEqual([]);
  expect(findingsOf(replicasShort, { Deployment: [deployment], Pod: [young(5)] })).toHaveLength(1);
});

test('pods that are ready by now, read a moment later than the Deployment, end the matter', () => {
  const deployment = aDeployment({ replicas: 2, readyReplicas: 1 });
  const owners = ownedBy('Deployment', deployment.meta);
  const pods = ['a', 'b'].map((name) => aPod({ meta: { name, owners } }));

  expect(findingsOf(replicasShort, { Deployment: [deployment], Pod: pods })).toEqual([]);
});

test('Deployments that cannot be read leave it unevaluated; pods that cannot be read do not', () => {
  const deployment = aDeployment({ readyReplicas: 0, conditions: [lost(10)] });

  expect(withGap(replicasShort, 'Deployment', { Deployment: [deployment] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
  expect(withGap(replicasShort, 'Pod', { Deployment: [deployment] }).outcomes[0]).toMatchObject({
    evaluated: 'yes',
    findings: 1,
  });
});
