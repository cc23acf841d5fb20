import { expect, test } from 'vitest';
import { namespacesOfLoosePods, podsToRead } from '../../../src/checks/pods-to-read.ts';
import type { ObjectsByKind, Snapshot } from '../../../src/domain/snapshot.ts';
import {
  aClaim,
  aCondition,
  aDaemonSet,
  aDeployment,
  aJob,
  aMeta,
  anEvent,
  aNode,
  aPod,
  aReplicaSet,
  aService,
  aSlice,
  aSnapshot,
  aStatefulSet,
  aWebhook,
  aWebhookConfiguration,
  ago,
  NOW_MS,
  ownedBy,
} from '../../builders/kubernetes.ts';

const decide = (
  objects: Partial<ObjectsByKind>,
  {
    loose = new Set<string>(),
    open = new Set<string>(),
    over = {},
  }: {
    readonly loose?: ReadonlySet<string> | undefined;
    readonly open?: ReadonlySet<string>;
    readonly over?: Partial<Snapshot>;
  } = {},
) => podsToRead(aSnapshot(objects, over), { nowMs: NOW_MS, loose, open });

const whole: Partial<ObjectsByKind> = {
  Node: [aNode()],
  Deployment: [aDeployment()],
  ReplicaSet: [aReplicaSet()],
  StatefulSet: [aStatefulSet()],
  DaemonSet: [aDaemonSet()],
  Service: [aService()],
  EndpointSlice: [aSlice([true])],
  PersistentVolumeClaim: [aClaim()],
  Job: [aJob({ conditions: [aCondition('Complete', 'True')] })],
};

test('where every workload says that it is whole, no pod is read', () => {
  expect(decide(whole)).toEqual(new Set());
});

test.each<readonly [what: string, objects: Partial<ObjectsByKind>]>([
  ['a Deployment that is short', { Deployment: [aDeployment({ readyReplicas: 0 })] }],
  ['a Deployment whose rollout goes on', { Deployment: [aDeployment({ updatedReplicas: 0 })] }],
  ['a Deployment that nobody has looked at since it changed', { Deployment: [aDeployment({ observedGeneration: 0 })] }],
  ['a ReplicaSet that is short', { ReplicaSet: [aReplicaSet({ readyReplicas: 0 })] }],
  ['a StatefulSet that is short', { StatefulSet: [aStatefulSet({ readyReplicas: 0 })] }],
  ['a DaemonSet that misses a node', { DaemonSet: [aDaemonSet({ numberReady: 0 })] }],
  ['a Service without ready endpoints', { EndpointSlice: [aSlice([false])] }],
  ['a Service one of whose ports nobody serves', { EndpointSlice: [{ ...aSlice([true]), ports: [] }] }],
  ['a node that is not ready', { Node: [aNode({ conditions: [aCondition('Ready', 'Unknown')] })] }],
  [
    'a node under pressure',
    { Node: [aNode({ conditions: [aCondition('Ready', 'True'), aCondition('DiskPressure', 'True')] })] },
  ],
  [
    'a webhook whose Service is gone',
    {
      ValidatingWebhookConfiguration: [
        aWebhookConfiguration({
          webhooks: [aWebhook({ service: { namespace: 'policy', name: 'gone', port: 443 } })],
        }),
      ],
    },
  ],
])('%s makes a patrol read all pods', (_what, objects) => {
  expect(decide({ ...whole, ...objects })).toBe('all');
});

test('what is told already asks for no more than its own namespace', () => {
  const objects = { ...whole, Deployment: [aDeployment({ readyReplicas: 0 })] };

  expect(decide(objects, { open: new Set(['payments']) })).toEqual(new Set(['payments']));
});

test.each<readonly [what: string, objects: Partial<ObjectsByKind>, namespaces: readonly string[]]>([
  ['a running Job', { Job: [aJob({ conditions: [] })] }, ['payments']],
  ['a waiting claim', { PersistentVolumeClaim: [aClaim({ phase: 'Pending' })] }, ['payments']],
  ['a fresh warning', { Event: [anEvent({ kind: 'Pod', meta: aMeta() }, { lastAtMs: ago(14) })] }, ['payments']],
  ['an old warning', { Event: [anEvent({ kind: 'Pod', meta: aMeta() }, { lastAtMs: ago(16) })] }, []],
  ['news that is none', { Event: [anEvent({ kind: 'Pod', meta: aMeta() }, { type: 'Normal' })] }, []],
])('%s: pods of its own namespace at most', (_what, objects, namespaces) => {
  expect(decide({ ...whole, ...objects })).toEqual(new Set(namespaces));
});

test('pods without a workload that speaks for them are read each time', () => {
  const loose = namespacesOfLoosePods({
    ...aSnapshot().objects,
    Pod: [
      aPod({ meta: { namespace: 'kube-system', owners: ownedBy('Node', aMeta({ namespace: '' }), 'v1') } }),
      aPod({ meta: { namespace: 'bare', owners: [] } }),
      aPod({ meta: { namespace: 'batch', owners: ownedBy('Job', aMeta(), 'batch/v1') } }),
      aPod({ meta: { namespace: 'shop', owners: ownedBy('ReplicaSet', aMeta()) } }),
    ],
  });

  expect(loose).toEqual(new Set(['kube-system', 'bare', 'batch']));
  expect(decide(whole, { loose })).toEqual(loose);
});

test.each<readonly [what: string, options: Parameters<typeof decide>[1]]>([
  ['all pods were never read', { loose: undefined }],
  ['a node has an open incident', { open: new Set(['']) }],
  [
    'Deployments could not be read somewhere',
    { over: { gaps: [{ resource: 'Deployment', namespace: 'shop', cause: 'forbidden', detail: 'no list' }] } },
  ],
  ['events are not read', { over: { read: ['Pod', 'Deployment'] } }],
])('when %s, nothing is left out', (_what, options) => {
  expect(
    podsToRead(aSnapshot(whole, options?.over ?? {}), {
      nowMs: NOW_MS,
      loose: options !== undefined && 'loose' in options ? options.loose : new Set(),
      open: options?.open ?? new Set(),
    }),
  ).toBe('all');
});
