import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { told } from './storage-objects.ts';
import { aMember, aWorkload, ownerOf, since, templateFor } from './workload-objects.ts';

const full = 'quota-nearly-full';
const forbidden = 'creation-forbidden';

/** Last among the objects of a case: from then on the server itself obeys it. */
function aQuota(
  { namespace }: Given,
  hard: Readonly<Record<string, string>>,
  used: Readonly<Record<string, string>>,
): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace },
    spec: { hard },
    status: { hard, used },
  };
}

/** All of it is used. */
function aFullQuota(given: Given, hard: Readonly<Record<string, string>>): PlainObject {
  return aQuota(given, hard, hard);
}

const BY_QUOTA =
  'pods "api-5d4f-x7x2p" is forbidden: exceeded quota: team, requested: requests.cpu=1, used: requests.cpu=4, limited: requests.cpu=4';

/** A Deployment whose new ReplicaSet may not make a pod. */
function refusedDeployment(
  given: Given,
  {
    message,
    name = 'api',
    wanted = 3,
    ready = 1,
    minutes = 25,
  }: { message: string; name?: string; wanted?: number; ready?: number; minutes?: number },
): readonly PlainObject[] {
  const failure = since(given, 'ReplicaFailure', 'True', minutes, 'FailedCreate', message);
  const deployment = aWorkload('Deployment', given, name, {
    spec: { replicas: wanted },
    status: {
      replicas: ready,
      updatedReplicas: ready,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: wanted - ready,
      conditions: [since(given, 'Available', ready === wanted ? 'True' : 'False', minutes, 'MinimumReplicas'), failure],
    },
  });
  const set = aWorkload('ReplicaSet', given, `${name}-5d4f`, {
    owner: ownerOf(deployment),
    spec: { replicas: wanted },
    status: { replicas: ready, readyReplicas: ready, availableReplicas: ready, conditions: [failure] },
  });
  const pods = Array.from({ length: ready }, (_, index) =>
    aMember(given, set, `${name}-5d4f-${String(index)}`, { labels: { app: name } }),
  );
  return [deployment, set, ...pods];
}

export const quotaNearlyFullCases: readonly CheckCase[] = [
  {
    check: full,
    name: 'the cpu that its pods may request is nearly all given out',
    objects: (given) => [aQuota(given, { 'requests.cpu': '4', pods: '50' }, { 'requests.cpu': '3800m', pods: '12' })],
    finds: [
      {
        check: full,
        reason: 'QuotaNearlyFull',
        impact: 'warning',
        object: 'ResourceQuota team',
        owner: 'ResourceQuota team',
        title: /^quota is nearly used up: requests\.cpu 3800m of 4 \(95 %\)$/,
      },
    ],
  },
  {
    check: full,
    name: 'it was lowered below what is used already',
    objects: (given) => [aQuota(given, { 'limits.memory': '8Gi' }, { 'limits.memory': '10240Mi' })],
    finds: [
      {
        check: full,
        reason: 'QuotaNearlyFull',
        title: /^quota is more than used up: limits\.memory 10Gi of 8Gi \(125 %\)$/,
      },
    ],
  },
  {
    check: full,
    name: 'objects of a kind, with storage written as powers of ten',
    objects: (given) => [
      aQuota(
        given,
        { 'count/configmaps': '100', 'requests.storage': '1T' },
        { 'count/configmaps': '92', 'requests.storage': '5e11' },
      ),
    ],
    finds: [{ check: full, reason: 'QuotaNearlyFull', title: /nearly used up: count\/configmaps 92 of 100 \(92 %\)$/ }],
  },
  {
    check: full,
    name: 'it is full and a Deployment is refused for it: a row of that',
    objects: (given) => [
      ...refusedDeployment(given, { message: BY_QUOTA }),
      aFullQuota(given, { 'requests.cpu': '4' }),
    ],
    finds: [
      {
        check: forbidden,
        reason: 'CreationForbidden',
        impact: 'error',
        object: 'ReplicaSet api-5d4f',
        owner: 'Deployment api',
        onsetMinutes: 25,
        title: /^1 of 3 replicas ready: a quota refuses new pods: exceeded quota: team, requested/,
      },
      { check: full, reason: 'QuotaNearlyFull', object: 'ResourceQuota team', attachedTo: forbidden },
    ],
  },
  {
    check: full,
    name: 'three workloads are refused for it: one trouble, that of the quota',
    objects: (given) => [
      ...['api', 'web', 'worker'].flatMap((name) => refusedDeployment(given, { name, message: BY_QUOTA })),
      aFullQuota(given, { 'requests.cpu': '4' }),
    ],
    finds: [
      {
        check: full,
        reason: 'QuotaNearlyFull',
        impact: 'error',
        object: 'ResourceQuota team',
        onsetMinutes: 25,
        title: /used up: requests\.cpu 4 of 4 \(100 %\), 3 workloads are refused new pods$/,
      },
      ...['api', 'web', 'worker'].map((name) => ({
        check: forbidden,
        reason: 'CreationForbidden',
        object: `ReplicaSet ${name}-5d4f`,
        attachedTo: full,
      })),
    ],
  },
  {
    check: full,
    name: 'four fifths are used',
    objects: (given) => [
      aQuota(
        given,
        { 'requests.memory': '1Gi', 'requests.cpu': '1' },
        { 'requests.memory': '820Mi', 'requests.cpu': '890m' },
      ),
    ],
    finds: [],
  },
  {
    check: full,
    name: 'load balancers are forbidden on purpose',
    objects: (given) => [aFullQuota(given, { 'services.loadbalancers': '0', 'services.nodeports': '0' })],
    finds: [],
  },
  {
    check: full,
    name: 'the one pod and the two claims that it is meant for are there',
    objects: (given) => [aFullQuota(given, { pods: '1', persistentvolumeclaims: '2', 'requests.nvidia.com/gpu': '4' })],
    finds: [],
  },
  {
    check: full,
    name: 'nothing was counted yet',
    objects: ({ namespace }) => [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'team', namespace },
        spec: { hard: { pods: '10' } },
      },
    ],
    finds: [],
  },
];

function refusal(message: string, title: RegExp, name: string): CheckCase {
  return {
    check: forbidden,
    name,
    objects: (given) => refusedDeployment(given, { message, ready: 0, wanted: 2 }),
    finds: [
      {
        check: forbidden,
        reason: 'CreationForbidden',
        impact: 'critical',
        owner: 'Deployment api',
        onsetMinutes: 25,
        title,
      },
    ],
  };
}

export const creationForbiddenCases: readonly CheckCase[] = [
  {
    check: forbidden,
    name: 'a rollout may not make its new pod while all old ones serve',
    objects: (given) => [...surge(given), aQuota(given, { 'requests.cpu': '10' }, { 'requests.cpu': '8' })],
    finds: [
      {
        check: forbidden,
        reason: 'CreationForbidden',
        impact: 'error',
        object: 'ReplicaSet api-new',
        owner: 'Deployment api',
        title: /^2 of 2 replicas ready: a quota refuses new pods/,
      },
    ],
  },
  {
    check: forbidden,
    name: 'a limit range forbids the size of its containers',
    objects: (given) => [
      ...refusedDeployment(given, {
        message: 'pods "api-5d4f-q8s2k" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
        ready: 0,
        wanted: 1,
      }),
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'sizes', namespace: given.namespace },
        spec: { limits: [{ type: 'Container', max: { memory: '1024Mi' } }] },
      },
    ],
    finds: [
      {
        check: forbidden,
        reason: 'CreationForbidden',
        impact: 'critical',
        owner: 'Deployment api',
        title: /a limit range refuses new pods: maximum memory usage per Container is 1Gi, but limit is 2Gi$/,
      },
    ],
  },
  refusal(
    'pods "api-5d4f-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true',
    /Pod Security refuses new pods: violates PodSecurity/,
    'Pod Security refuses its containers',
  ),
  refusal(
    'admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/shop/api was blocked due to the following policies: require-labels',
    /a webhook refuses new pods: .*require-labels/,
    'a policy engine denies it',
  ),
  refusal(
    'pods "api-5d4f-x" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found',
    /a missing service account refuses new pods/,
    'its service account does not exist',
  ),
  refusal(
    'pods "api-5d4f-x" is forbidden: no PriorityClass with name urgent was found',
    /a missing priority class refuses new pods/,
    'its priority class does not exist',
  ),
  refusal(
    'Internal error occurred: failed calling webhook "inject.mesh.example.com": failed to call webhook: Post "https://mesh.mesh-system.svc:443/inject?timeout=10s": no endpoints available for service "mesh"',
    /a webhook that does not answer refuses new pods/,
    'a webhook does not answer',
  ),
  {
    check: forbidden,
    name: 'the Service of a webhook is gone: that is the cause',
    objects: (given) => [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: given.named('mesh') },
        webhooks: [
          {
            name: 'inject.mesh.example.com',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            // Nobody makes these, so that no other case is stopped.
            rules: [
              {
                operations: ['CREATE'],
                apiGroups: ['nobody.example.com'],
                apiVersions: ['v1'],
                resources: ['nothings'],
              },
            ],
            clientConfig: { service: { namespace: given.namespace, name: 'mesh' } },
          },
        ],
      },
      ...refusedDeployment(given, {
        message: `Internal error occurred: failed calling webhook "inject.mesh.example.com": failed to call webhook: Post "https://mesh.${given.namespace}.svc:443/inject?timeout=10s": service "mesh" not found`,
      }),
    ],
    finds: [
      { check: 'webhook-unavailable', reason: 'WebhookUnavailable', object: 'ValidatingWebhookConfiguration mesh-$' },
      { check: forbidden, reason: 'CreationForbidden', owner: 'Deployment api', attachedTo: 'webhook-unavailable' },
    ],
  },
  {
    check: forbidden,
    name: 'a StatefulSet may not make the claim of its next member',
    objects: (given) => {
      const set = aWorkload('StatefulSet', given, 'db', {
        spec: { replicas: 2 },
        status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
      });
      const message =
        'create Claim data-db-1 for Pod db-1 in StatefulSet db failed error: persistentvolumeclaims "data-db-1" is forbidden: exceeded quota: team, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1';
      return [set, aMember(given, set, 'db-0'), told(given, set, 'FailedCreate', message, { firstMinutes: 18 })];
    },
    finds: [
      {
        check: forbidden,
        reason: 'CreationForbidden',
        impact: 'error',
        object: 'StatefulSet db',
        owner: 'StatefulSet db',
        onsetMinutes: 18,
        title: /^1 of 2 replicas ready: a quota refuses new pods: exceeded quota: team/,
      },
    ],
  },
  {
    check: forbidden,
    name: 'a Job never got its pod',
    objects: (given) => {
      const job = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'import', namespace: given.namespace },
        spec: { template: templateFor('import', { restartPolicy: 'Never' }) },
      };
      return [job, told(given, job, 'FailedCreate', `Error creating: ${BY_QUOTA}`, { firstMinutes: 12 })];
    },
    finds: [{ check: forbidden, reason: 'CreationForbidden', impact: 'error', owner: 'Job import', onsetMinutes: 12 }],
  },
  {
    check: forbidden,
    name: 'it was refused a while ago and has all its pods now',
    objects: (given) => {
      const set = aWorkload('ReplicaSet', given, 'api', {
        spec: { replicas: 1 },
        status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
      });
      return [
        set,
        aMember(given, set, 'api-1'),
        told(given, set, 'FailedCreate', `Error creating: ${BY_QUOTA}`, { firstMinutes: 20, lastMinutes: 12 }),
      ];
    },
    finds: [],
  },
  {
    check: forbidden,
    name: 'an old revision wants nothing any more and keeps its condition',
    objects: (given) => [
      aWorkload('ReplicaSet', given, 'api-old', {
        spec: { replicas: 0 },
        status: {
          replicas: 0,
          conditions: [since(given, 'ReplicaFailure', 'True', 500, 'FailedCreate', BY_QUOTA)],
        },
      }),
    ],
    finds: [],
  },
  {
    check: forbidden,
    name: 'a Job was refused once and then ran to its end',
    objects: (given) => {
      const job = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'import', namespace: given.namespace },
        spec: { template: templateFor('import', { restartPolicy: 'Never' }) },
        status: {
          startTime: given.ago(20),
          completionTime: given.ago(10),
          succeeded: 1,
          conditions: [
            since(given, 'SuccessCriteriaMet', 'True', 10, 'CompletionsReached'),
            since(given, 'Complete', 'True', 10, 'CompletionsReached'),
          ],
        },
      };
      return [
        job,
        told(given, job, 'FailedCreate', `Error creating: ${BY_QUOTA}`, { firstMinutes: 20, lastMinutes: 18 }),
      ];
    },
    finds: [],
  },
];

/** Two old pods serve, and the new ReplicaSet may not make its first. */
function surge(given: Given): readonly PlainObject[] {
  const failure = since(given, 'ReplicaFailure', 'True', 20, 'FailedCreate', BY_QUOTA);
  const deployment = aWorkload('Deployment', given, 'api', {
    spec: { replicas: 2 },
    status: {
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [
        since(given, 'Available', 'True', 60, 'MinimumReplicasAvailable'),
        since(given, 'Progressing', 'True', 21, 'NewReplicaSetCreated'),
        failure,
      ],
    },
  });
  const owner = ownerOf(deployment);
  const old = aWorkload('ReplicaSet', given, 'api-old', {
    owner,
    spec: { replicas: 2 },
    status: { replicas: 2, readyReplicas: 2, availableReplicas: 2 },
  });
  return [
    deployment,
    old,
    ...['1', '2'].map((suffix) => aMember(given, old, `api-old-${suffix}`, { labels: { app: 'api' } })),
    aWorkload('ReplicaSet', given, 'api-new', {
      owner,
      spec: { replicas: 1 },
      status: { replicas: 0, conditions: [failure] },
    }),
  ];
}
