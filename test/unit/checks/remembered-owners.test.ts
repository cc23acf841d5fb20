import { expect, test } from 'vitest';
import { ownersToRemember } from '../../../src/checks/remembered-owners.ts';
import { crashLoop } from '../../../src/checks/workload/crash-loop.ts';
import { aDeployment, aReplicaSet, aSickPod, aSnapshot, aTermination, ownedBy } from '../../builders/kubernetes.ts';
import { run } from './run.ts';

const LOOPING = {
  restartCount: 7,
  waiting: { reason: 'CrashLoopBackOff', message: '' },
  lastTerminated: aTermination(),
};

test('whose a controller is, is remembered once for all its broken pods, and not where the pod says it itself', () => {
  const deployment = aDeployment();
  const replicaSet = aReplicaSet({
    meta: { name: 'api-7c', uid: 'set', owners: ownedBy('Deployment', deployment.meta) },
  });
  const owners = ownedBy('ReplicaSet', replicaSet.meta);
  const snapshot = aSnapshot({
    Deployment: [deployment],
    ReplicaSet: [replicaSet],
    Pod: [
      aSickPod(LOOPING, { meta: { name: 'api-7c-1', uid: '1', owners } }),
      aSickPod(LOOPING, { meta: { name: 'api-7c-2', uid: '2', owners } }),
      aSickPod(LOOPING, { meta: { name: 'alone', uid: '3' } }),
    ],
  });
  const { findings } = run(snapshot, { checks: [crashLoop] });

  expect(findings).toHaveLength(2);
  expect(ownersToRemember(snapshot, findings)).toEqual([
    {
      object: { kind: 'ReplicaSet', namespace: 'payments', name: 'api-7c' },
      owner: { kind: 'Deployment', namespace: 'payments', name: deployment.meta.name },
    },
  ]);
  // What is not there any more has no owner to be remembered.
  expect(ownersToRemember(aSnapshot(), findings)).toEqual([]);
});
