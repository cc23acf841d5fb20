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
  aService,
  aSickPod,
  aSlice,
  aSnapshot,
  aStorageClass,
  aTermination,
  ago,
  ownedBy,
} from '../../builders/kubernetes.ts';
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
