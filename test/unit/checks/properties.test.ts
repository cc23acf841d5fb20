import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/catalogue.ts';
import { SHIPPED_ROWS } from '../../../src/checks/custom-resource/shipped-rows.ts';
import { createView } from '../../../src/checks/view.ts';
import { customResourceName } from '../../../src/domain/custom-resource.ts';
import type { ObjectsByKind } from '../../../src/domain/snapshot.ts';
import {
  aBudget,
  aClaim,
  aCondition,
  aCronJob,
  aCustomResourceDefinition,
  aDaemonSet,
  aDeployment,
  aJob,
  aNetworkPolicy,
  aNode,
  anApiService,
  anAutoscaler,
  anEvent,
  anIngress,
  anIngressClass,
  aPod,
  aReplicaSet,
  aService,
  aSlice,
  aSnapshot,
  aStatefulSet,
  aStatus,
  aStorageClass,
  aTermination,
  aWebhook,
  aWebhookConfiguration,
  NOW_MS,
  ownedBy,
} from '../../builders/kubernetes.ts';
import { run } from './run.ts';
import { propertyRuns } from '../../harness/property-runs.ts';

/** The Service of the API server's extensions, as `aWebhook` names it. */
const BEHIND = { namespace: 'policy', name: 'webhook', uid: 'uid-webhook-service' } as const;
const HTTPS = { name: 'https', port: 443, protocol: 'TCP', targetPort: '8443' } as const;

function healthyCluster(nowMs = NOW_MS): ObjectsByKind {
  const caExpiresAtMs = nowMs + 10 * 365 * 86_400_000;
  const deployment = aDeployment();
  const replicaSet = aReplicaSet({ meta: { owners: ownedBy('Deployment', deployment.meta) } });
  const pod = aPod({ meta: { owners: ownedBy('ReplicaSet', replicaSet.meta) } });
  const set = aStatefulSet();
  const daemon = aDaemonSet({ desiredNumberScheduled: 1 });
  return {
    ...aSnapshot().objects,
    Node: [aNode()],
    Deployment: [deployment],
    ReplicaSet: [replicaSet],
    StatefulSet: [set],
    DaemonSet: [daemon],
    Pod: [
      pod,
      aPod({ meta: { name: 'db-0', uid: 'db-0', labels: {}, owners: ownedBy('StatefulSet', set.meta) } }),
      aPod({ meta: { name: 'agent-1', uid: 'agent-1', labels: {}, owners: ownedBy('DaemonSet', daemon.meta) } }),
    ],
    Job: [aJob()],
    // It has kept its time: the last full hour.
    CronJob: [aCronJob({ lastScheduleAtMs: Math.floor(nowMs / 3_600_000) * 3_600_000 })],
    Service: [aService(), aService({ selector: {}, ports: [HTTPS], meta: BEHIND })],
    EndpointSlice: [aSlice([true]), { ...aSlice([true], { ...BEHIND, name: 'webhook-x' }), serviceName: BEHIND.name }],
    Ingress: [anIngress()],
    IngressClass: [anIngressClass()],
    NetworkPolicy: [aNetworkPolicy()],
    HorizontalPodAutoscaler: [anAutoscaler()],
    PodDisruptionBudget: [aBudget()],
    ValidatingWebhookConfiguration: [aWebhookConfiguration({ webhooks: [aWebhook({ caExpiresAtMs })] })],
    APIService: [anApiService({ caExpiresAtMs })],
    CustomResourceDefinition: [
      aCustomResourceDefinition({
        servedVersions: ['v1', 'v2'],
        conversionService: { namespace: BEHIND.namespace, name: BEHIND.name, port: HTTPS.port },
        conversionCaExpiresAtMs: caExpiresAtMs,
      }),
    ],
    PersistentVolumeClaim: [aClaim()],
    StorageClass: [aStorageClass()],
    Event: [anEvent({ kind: 'Pod', meta: pod.meta }, { type: 'Normal', reason: 'Pulled' })],
  };
}

/** Values that a field may take although no healthy server sends them. */
const word = fc.constantFrom(
  '',
  'True',
  'False',
  'Unknown',
  'Pending',
  'Running',
  'Failed',
  'Node',
  'ReplicaSet',
  'Job',
  'CrashLoopBackOff',
  'OOMKilled',
  'ErrImagePull',
  'CreateContainerError',
  'Unschedulable',
  'Ready',
  '__proto__',
  'constructor',
  'ÿ\u{1F600}\n\0',
);
const scalar = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value === 'number') return fc.constantFrom(value, 0, -1, NOW_MS, NOW_MS + 86_400_000, 8.64e15);
  if (typeof value === 'string')
    return fc.oneof({ arbitrary: fc.constant(value), weight: 2 }, { arbitrary: word, weight: 1 });
  if (typeof value === 'boolean') return fc.boolean();
  return fc.constantFrom(value, undefined);
};

/** The same shape with other values: lists shorter, longer or empty, maps with odd keys, every leaf perhaps strange. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value)) {
    const items = value.map(mutated);
    return fc.oneof(
      { arbitrary: fc.constant([]), weight: 1 },
      { arbitrary: fc.tuple(...items), weight: 4 },
      { arbitrary: fc.tuple(...items, ...items), weight: 1 },
    );
  }
  if (typeof value === 'object' && value !== null) {
    return fc.record(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, mutated(field)])));
  }
  return scalar(value);
}

function sickCluster(): ObjectsByKind {
  const healthy = healthyCluster();
  const [pod] = healthy.Pod;
  const sick = aPod({
    meta: { name: 'sick', owners: pod?.meta.owners ?? [] },
    phase: 'Pending',
    conditions: [aCondition('PodScheduled', 'False', { reason: 'Unschedulable', message: 'no' })],
    initContainerStatuses: [aStatus({ restartCount: 3, terminated: aTermination() })],
    containerStatuses: [
      aStatus({
        ready: false,
        restartCount: 5,
        waiting: { reason: 'CrashLoopBackOff', message: 'm' },
        lastTerminated: aTermination(),
      }),
    ],
    claimNames: ['data'],
  });
  return { ...healthy, Pod: [...healthy.Pod, sick] };
}

test('a healthy cluster yields no finding, at any hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 365 * 86_400_000 }), (laterMs) => {
      const nowMs = NOW_MS + laterMs;
      const whole = aSnapshot(healthyCluster(nowMs));
      // No CRD is served: custom resources were asked for, and there are none.
      const read = [...whole.read, ...SHIPPED_ROWS.map(customResourceName)];
      const { findings, outcomes } = run({ ...whole, read }, { nowMs });

      expect(findings).toEqual([]);
      expect(outcomes.every(({ evaluated }) => evaluated === 'yes')).toBe(true);
    }),
  );
});

test('no check throws, whatever the snapshot holds, and findings keep their promises', () => {
  fc.assert(
    fc.property(mutated(sickCluster()), (objects) => {
      const { findings } = run(aSnapshot(objects as ObjectsByKind));

      const ids = new Set(findings.map(({ id }) => id));
      expect(ids.size).toBe(findings.length);
      for (const finding of findings) {
        expect(finding.onsetAtMs).toBeLessThanOrEqual(NOW_MS);
        expect(finding.title).not.toContain('undefined');
        expect(finding.evidence.length).toBeGreaterThan(0);
        expect(finding.nextSteps.length).toBeGreaterThan(0);
        const root = findings.find(({ id }) => id === finding.attachedTo);
        expect(root === undefined).toBe(finding.attachedTo === undefined);
        expect(root?.attachedTo).toBeUndefined();
      }
    }),
    { numRuns: propertyRuns(500) },
  );
}, 60_000);

test('what a check says of a pod, it says without looking at those at rest', () => {
  fc.assert(
    fc.property(mutated(sickCluster()), (objects) => {
      const view = createView(aSnapshot(objects as ObjectsByKind), { nowMs: NOW_MS, lastKnownOwner: () => undefined });
      const ofAll = { ...view, restlessPods: view.objects.Pod };

      for (const check of CHECKS) expect([...check.run(view)]).toEqual([...check.run(ofAll)]);
    }),
    { numRuns: propertyRuns(500) },
  );
}, 60_000);

test('a pod that has run since its start is at rest', () => {
  const { Pod } = healthyCluster();

  expect(createView(aSnapshot({ Pod }), { nowMs: NOW_MS, lastKnownOwner: () => undefined }).restlessPods).toEqual([]);
});
