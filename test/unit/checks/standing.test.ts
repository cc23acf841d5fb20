import { expect, test } from 'vitest';
import { standingOf } from '../../../src/checks/standing.ts';
import { createView } from '../../../src/checks/view.ts';
import {
  aDaemonSet,
  aDeployment,
  aMeta,
  aPod,
  aReplicaSet,
  aSickPod,
  aSnapshot,
  aStatefulSet,
  NOW_MS,
  ownedBy,
} from '../../builders/kubernetes.ts';

const rollout = aMeta({ name: 'checkout', uid: 'uid-rollout' });
const ofRollout = ownedBy('Rollout', rollout, 'argoproj.io/v1alpha1');
const canary = aReplicaSet({
  replicas: 1,
  readyReplicas: 0,
  meta: { name: 'canary', uid: 'rs-canary', owners: ofRollout },
});
const stable = aReplicaSet({
  replicas: 4,
  readyReplicas: 4,
  meta: { name: 'stable', uid: 'rs-stable', owners: ofRollout },
});
const workflow = ownedBy('Workflow', aMeta({ name: 'nightly', uid: 'uid-workflow' }), 'argoproj.io/v1alpha1');

test.each([
  {
    name: 'a Deployment counts as it says itself',
    pod: aPod({ meta: { owners: ownedBy('Deployment', aDeployment().meta) } }),
    objects: { Deployment: [aDeployment({ replicas: 3, readyReplicas: 2 })] },
    expected: { wanted: 3, ready: 2 },
  },
  {
    name: 'so does a StatefulSet',
    pod: aPod({ meta: { owners: ownedBy('StatefulSet', aStatefulSet().meta) } }),
    objects: { StatefulSet: [aStatefulSet({ replicas: 3, readyReplicas: 0 })] },
    expected: { wanted: 3, ready: 0 },
  },
  {
    name: 'and a DaemonSet',
    pod: aPod({ meta: { owners: ownedBy('DaemonSet', aDaemonSet().meta) } }),
    objects: { DaemonSet: [aDaemonSet({ desiredNumberScheduled: 9, numberReady: 8 })] },
    expected: { wanted: 9, ready: 8 },
  },
  {
    name: 'a ReplicaSet that nobody owns counts alone',
    pod: aPod({ meta: { owners: ownedBy('ReplicaSet', aReplicaSet().meta) } }),
    objects: { ReplicaSet: [aReplicaSet({ replicas: 2, readyReplicas: 1 }), canary] },
    expected: { wanted: 2, ready: 1 },
  },
  {
    name: 'the ReplicaSets of a foreign owner count together: a failing canary is not the loss of everything',
    pod: aPod({ meta: { owners: ownedBy('ReplicaSet', canary.meta) } }),
    objects: { ReplicaSet: [canary, stable] },
    expected: { wanted: 5, ready: 4 },
  },
  {
    name: 'an owner without a count of its own is counted by its pods',
    pod: aSickPod({}, { meta: { owners: workflow } }),
    objects: {
      Pod: [aSickPod({}, { meta: { owners: workflow } }), aPod({ meta: { name: 'other', owners: workflow } })],
    },
    expected: { wanted: 2, ready: 1 },
  },
  {
    name: 'finished and leaving pods are not wanted',
    pod: aPod({ meta: { owners: workflow } }),
    objects: {
      Pod: [
        aPod({ meta: { owners: workflow } }),
        aPod({ phase: 'Succeeded', meta: { name: 'done', owners: workflow } }),
      ],
    },
    expected: { wanted: 1, ready: 1 },
  },
])('$name', ({ pod, objects, expected }) => {
  const view = createView(aSnapshot(objects), { nowMs: NOW_MS, lastKnownOwner: () => undefined });

  expect(standingOf(view, 'Pod', pod.meta)).toEqual(expected);
});
