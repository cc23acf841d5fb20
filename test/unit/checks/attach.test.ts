import { expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/finding.ts';
import type { ObjectsByKind } from '../../../src/domain/snapshot.ts';
import {
  aClaim,
  aCondition,
  aContainer,
  aDeployment,
  aJob,
  aNode,
  anEvent,
  aPod,
  aReplicaSet,
  aService,
  aSickPod,
  aSlice,
  aSnapshot,
  aStatus,
  aStorageClass,
  aTermination,
  ago,
  ownedBy,
} from '../../builders/kubernetes.ts';
import { aFailure, aPreparingPod } from './preparing.ts';
import { run } from './run.ts';

const down = aDeployment({
  replicas: 1,
  readyReplicas: 0,
  updatedReplicas: 0,
  conditions: [
    aCondition('Available', 'False', { changedAtMs: ago(30) }),
    aCondition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', changedAtMs: ago(10) }),
  ],
});
const owners = ownedBy('Deployment', down.meta);
const crashed = {
  restartCount: 9,
  waiting: { reason: 'CrashLoopBackOff', message: '' },
  lastTerminated: aTermination({ exitCode: 137, reason: 'OOMKilled' }),
};

/** `CrashLoop → OOMKilled`: each finding's reason with that of its cause. */
function links(objects: Partial<ObjectsByKind>): readonly string[] {
  const { findings } = run(aSnapshot(objects));
  const reasonOf = (id: string | undefined): string => findings.find((finding) => finding.id === id)?.reason ?? 'root';
  return findings.map((finding: Finding) => `${finding.reason} → ${reasonOf(finding.attachedTo)}`).toSorted();
}

test('an OOM killed container explains its crashes, the stuck rollout, the missing replicas and the Service without endpoints', () => {
  const objects = {
    Deployment: [down],
    Pod: [aSickPod(crashed, { meta: { owners } })],
    Service: [aService()],
    EndpointSlice: [aSlice([false])],
  };

  expect(links(objects)).toEqual([
    'CrashLoop → OOMKilled',
    'NoEndpoints → OOMKilled',
    'OOMKilled → root',
    'ReplicasShort → OOMKilled',
    'RolloutStuck → OOMKilled',
  ]);
});

test('a node that is down explains the pods on it, their workload and their Service', () => {
  const node = aNode({ conditions: [aCondition('Ready', 'Unknown', { changedAtMs: ago(20) })] });
  const lost = aDeployment({
    readyReplicas: 0,
    conditions: [aCondition('Available', 'False', { changedAtMs: ago(15) })],
  });
  const pod = aSickPod(
    { running: { startedAtMs: ago(900) } },
    { meta: { owners }, containers: [aContainer({ hasReadinessProbe: true })], unreadySinceMs: ago(15) },
  );

  expect(
    links({ Node: [node], Deployment: [lost], Pod: [pod], Service: [aService()], EndpointSlice: [aSlice([false])] }),
  ).toEqual([
    'NoEndpoints → NodeUnreachable',
    'NodeUnreachable → root',
    'ProbeFailing → NodeUnreachable',
    'ReplicasShort → NodeUnreachable',
  ]);
});

test('a node that is down does not explain pods that also fail elsewhere', () => {
  const node = aNode({ conditions: [aCondition('Ready', 'Unknown', { changedAtMs: ago(20) })] });
  const here = aSickPod(crashed, { meta: { owners } });
  const there = aSickPod(crashed, { nodeName: 'worker-2', meta: { name: 'api-5d4f-x2', owners } });

  expect(links({ Node: [node], Pod: [here, there] })).toContain('OOMKilled → root');
});

test('a pending claim explains the pod that no node can take, and its workload', () => {
  const claim = aClaim({ phase: 'Pending', meta: { createdAtMs: ago(40) } });
  const pod = aSickPod(
    {},
    {
      phase: 'Pending',
      nodeName: '',
      claimNames: ['data'],
      containerStatuses: [],
      meta: { owners },
      conditions: [
        aCondition('PodScheduled', 'False', {
          reason: 'Unschedulable',
          message: 'pod has unbound immediate PersistentVolumeClaims',
          changedAtMs: ago(30),
        }),
      ],
    },
  );

  expect(
    links({ Deployment: [down], Pod: [pod], PersistentVolumeClaim: [claim], StorageClass: [aStorageClass()] }),
  ).toEqual([
    'ClaimPending → root',
    'ReplicasShort → ClaimPending',
    'RolloutStuck → ClaimPending',
    'Unschedulable → ClaimPending',
  ]);
});

test('a failed Job is explained by the image that its pod cannot pull', () => {
  const job = aJob({
    succeeded: 0,
    conditions: [aCondition('Failed', 'True', { reason: 'DeadlineExceeded', changedAtMs: ago(10) })],
  });
  const pod = aSickPod(
    { waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } },
    { phase: 'Pending', meta: { owners: ownedBy('Job', job.meta, 'batch/v1') } },
  );

  expect(links({ Job: [job], Pod: [pod] })).toEqual(['ImagePull → root', 'JobFailed → ImagePull']);
});

test('a Service whose selector matches nothing has no cause but itself', () => {
  const elsewhere = aSickPod(crashed, { meta: { labels: { app: 'cart' } } });

  expect(links({ Service: [aService()], EndpointSlice: [aSlice([])], Pod: [elsewhere] })).toContain(
    'NoEndpoints → root',
  );
});

test('two owners in trouble stay apart', () => {
  const other = aSickPod(crashed, { meta: { name: 'cart-1', labels: { app: 'cart' } } });

  expect(links({ Deployment: [down], Pod: [other] })).toContain('RolloutStuck → root');
});

test('pods that a quota refuses explain the missing replicas and the stuck rollout', () => {
  const replicaSet = aReplicaSet({
    statusReplicas: 0,
    readyReplicas: 0,
    conditions: [aCondition('ReplicaFailure', 'True', { message: 'exceeded quota: compute', changedAtMs: ago(20) })],
    meta: { owners },
  });

  expect(links({ Deployment: [down], ReplicaSet: [replicaSet] })).toEqual([
    'CreationForbidden → root',
    'ReplicasShort → CreationForbidden',
    'RolloutStuck → CreationForbidden',
  ]);
});

test('a volume that cannot be mounted explains the missing replicas; a node that is down and holds it explains both', () => {
  const waiting = aPreparingPod(20, { claimNames: ['data'], nodeName: 'worker-2', meta: { owners } });
  const Event = [aFailure(waiting, 'FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"')];
  const holder = aPod({ claimNames: ['data'], meta: { name: 'old', owners, deletedAtMs: ago(25) } });
  const Node = [
    aNode({ conditions: [aCondition('Ready', 'Unknown', { changedAtMs: ago(30) })] }),
    aNode({ meta: { name: 'worker-2', uid: 'n2' } }),
  ];

  expect(links({ Deployment: [down], Pod: [waiting], Event })).toContain('ReplicasShort → VolumeNotMounted');
  expect(links({ Deployment: [down], Pod: [waiting, holder], Event, Node })).toEqual([
    'NodeUnreachable → root',
    'ReplicasShort → NodeUnreachable',
    'RolloutStuck → NodeUnreachable',
    'StuckTerminating → NodeUnreachable',
    'VolumeNotMounted → NodeUnreachable',
  ]);
});

test('an eviction is explained by the pressure of its node', () => {
  const node = aNode({
    conditions: [aCondition('Ready', 'True'), aCondition('MemoryPressure', 'True', { changedAtMs: ago(20) })],
  });
  const pod = aPod({ phase: 'Failed', reason: 'Evicted', startedAtMs: ago(10), containerStatuses: [] });

  expect(links({ Node: [node], Pod: [pod] })).toEqual(['Evicted → NodePressure', 'NodePressure → root']);
});

test('what is merely at risk or untidy explains no outage', () => {
  const restless = aPod({
    meta: { name: 'api-5d4f-x2', owners },
    containerStatuses: [
      aStatus({
        restartCount: 9,
        running: { startedAtMs: ago(60) },
        lastTerminated: aTermination({ startedAtMs: ago(90), finishedAtMs: ago(60) }),
      }),
    ],
  });

  expect(links({ Deployment: [down], Pod: [restless] })).toEqual([
    'ReplicasShort → RolloutStuck',
    'RestartsHigh → root',
    'RolloutStuck → root',
  ]);
});

test('warning events of an owner in trouble are a part of it', () => {
  const pod = aSickPod(crashed, { meta: { owners } });
  const event = anEvent({ kind: 'Pod', meta: pod.meta }, { reason: 'FailedKillPod', count: 20, firstAtMs: ago(30) });

  expect(links({ Deployment: [down], Pod: [pod], Event: [event] })).toContain('Other:failed-kill-pod → OOMKilled');
});
