import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { condition } from '../../../control-plane/builders/kube-object.ts';
import { aNode } from '../../../control-plane/builders/node.ts';
import { aPod } from '../../../control-plane/builders/pod.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { told } from './storage-objects.ts';

const terminating = 'namespace-terminating';

/** Another namespace than the case's own, being deleted since the case was loaded. */
function aLeavingNamespace(
  given: Given,
  conditions: readonly (readonly [type: string, reason: string, message: string])[],
): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: given.named('old'), deletionTimestamp: given.ago(60) },
    status: {
      phase: 'Active',
      conditions: conditions.map(([type, reason, message]) =>
        condition(type, 'True', given.nowMs - 59 * 60_000, reason, message),
      ),
    },
  };
}

export const namespaceTerminatingCases: readonly CheckCase[] = [
  {
    check: terminating,
    name: 'the operator that would take its finalizer away is gone',
    objects: (given) => [
      aLeavingNamespace(given, [
        [
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          'Some resources are remaining: kafkas.kafka.strimzi.io has 1 resource instances',
        ],
        [
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          'Some content in the namespace has finalizers remaining: strimzi.io/cleanup in 1 resource instances',
        ],
      ]),
    ],
    finds: [
      {
        check: terminating,
        reason: 'NamespaceTerminating',
        impact: 'warning',
        object: 'Namespace old-$',
        owner: 'Namespace old-$',
        onsetMinutes: 60,
        title: /finalizers remaining: strimzi.io\/cleanup in 1 resource instances; .*kafkas.kafka.strimzi.io has 1/,
      },
    ],
  },
  {
    check: terminating,
    name: 'a webhook that answers wrongly keeps its content',
    objects: (given) => [
      aLeavingNamespace(given, [
        [
          'NamespaceDeletionContentFailure',
          'ContentDeletionFailed',
          'Failed to delete all resource types, 1 remaining: Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.example.com/": EOF',
        ],
      ]),
    ],
    finds: [
      { check: terminating, reason: 'NamespaceTerminating', title: /failed calling webhook "guard.example.com"/ },
    ],
  },
  {
    check: terminating,
    name: 'nothing in it, and a finalizer of its own',
    objects: (given) => {
      const { metadata, ...namespace } = aLeavingNamespace(given, []);
      return [{ ...namespace, metadata: { ...metadata, finalizers: ['example.com/hold'] } }];
    },
    finds: [{ check: terminating, reason: 'NamespaceTerminating', title: /it waits for example.com\/hold/ }],
  },
  {
    check: terminating,
    name: 'an API that does not answer keeps its content from being known: a symptom of that',
    objects: (given) => {
      const group = `${given.namespace}.example.com`;
      return [
        {
          apiVersion: 'apiregistration.k8s.io/v1',
          kind: 'APIService',
          metadata: { name: `v1beta1.${group}` },
          spec: {
            group,
            version: 'v1beta1',
            groupPriorityMinimum: 100,
            versionPriority: 10,
            insecureSkipTLSVerify: true,
            service: { namespace: given.namespace, name: 'gone', port: 443 },
          },
        },
        aLeavingNamespace(given, [
          [
            'NamespaceDeletionDiscoveryFailure',
            'DiscoveryFailed',
            `Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: ${group}/v1beta1: stale GroupVersion discovery: ${group}/v1beta1`,
          ],
        ]),
      ];
    },
    finds: [
      { check: 'api-service-unavailable', reason: 'ApiServiceUnavailable' },
      { check: terminating, reason: 'NamespaceTerminating', attachedTo: 'api-service-unavailable' },
    ],
  },
  {
    check: terminating,
    name: 'deleted five minutes ago',
    objects: (given) => [
      aLeavingNamespace(given, [
        [
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          'Some resources are remaining: pods. has 3 resource instances',
        ],
      ]),
    ],
    finds: [],
    ageMinutes: 5,
  },
  {
    check: terminating,
    name: 'in use, with what an earlier look left in its conditions',
    objects: (given) => [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: given.named('live') },
        status: {
          phase: 'Active',
          conditions: [
            condition('NamespaceDeletionDiscoveryFailure', 'False', given.nowMs, 'ResourcesDiscovered', 'ok'),
          ],
        },
      },
    ],
    finds: [],
  },
];

const warnings = 'warning-events';

function firstOf(objects: ReturnType<ReturnType<typeof aPod>['objects']>): (typeof objects)[number] {
  const [first] = objects;
  if (first === undefined) throw new Error('a builder makes at least one object');
  return first;
}

export const warningEventsCases: readonly CheckCase[] = [
  {
    check: warnings,
    name: 'a Deployment that its controller complains about again and again',
    objects: (given) => {
      const deployment = aDeployment('api').in(given.namespace).at(given.nowMs);
      const message = 'cannot inject the sidecar: template "default" is invalid';
      return [deployment, told(given, firstOf(deployment.objects()), 'SidecarInjectionFailed', message)];
    },
    finds: [
      {
        check: warnings,
        reason: 'Other:sidecar-injection-failed',
        impact: 'warning',
        object: 'Deployment api',
        owner: 'Deployment api',
        onsetMinutes: 30,
        title: /cannot inject the sidecar/,
      },
    ],
  },
  {
    check: warnings,
    name: 'a node that finds no images to delete',
    objects: (given) => {
      const node = aNode(given.named('worker')).at(given.nowMs);
      const message =
        'Failed to garbage collect required amount of images. Attempted to free 5 GiB, but only found 0 bytes';
      return [node, told(given, firstOf(node.objects()), 'FreeDiskSpaceFailed', message, { count: 20 })];
    },
    finds: [{ check: warnings, reason: 'Other:free-disk-space-failed', impact: 'warning', owner: 'Node worker-$' }],
  },
  {
    check: warnings,
    name: 'an object of a kind that nobody reads',
    objects: (given) => {
      const account: PlainObject = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'robot', namespace: given.namespace },
      };
      return [account, told(given, account, 'TokenSyncFailed', 'cannot write the token to the vault')];
    },
    finds: [{ check: warnings, reason: 'Other:token-sync-failed', owner: 'ServiceAccount robot' }],
  },
  ...(
    [
      ['a burst of a minute', { firstMinutes: 2, lastMinutes: 1, count: 40 }],
      ['three in half an hour', { firstMinutes: 30, lastMinutes: 1, count: 3 }],
      ['over since half an hour', { firstMinutes: 59, lastMinutes: 31, count: 40 }],
      ['no warning at all', { type: 'Normal' }],
    ] as const
  ).map(([name, over]): CheckCase => ({
    check: warnings,
    name,
    objects: (given) => {
      const deployment = aDeployment('api').in(given.namespace).at(given.nowMs);
      return [deployment, told(given, firstOf(deployment.objects()), 'SyncFailed', 'conflict, will retry', over)];
    },
    finds: [],
  })),
  {
    check: warnings,
    name: 'about a pod that is gone',
    objects: (given) => [
      told(given, firstOf(aPod('gone').in(given.namespace).objects()), 'SidecarFailed', 'the sidecar does not answer'),
    ],
    finds: [],
  },
];
