import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { anEvent } from '../../../control-plane/builders/event.ts';
import { kubeObject } from '../../../control-plane/builders/plain.ts';
import { aService } from '../../../control-plane/builders/service.ts';
import { aStatefulSet } from '../../../control-plane/builders/stateful-set.ts';
import type { CheckCase } from '../case.ts';
import { aPlainCronJob, aPlainPod, aPlainService, aPlainSlice } from './network-objects.ts';

const noEndpoints = 'service-without-endpoints';

export const serviceWithoutEndpointsCases: readonly CheckCase[] = [
  {
    check: noEndpoints,
    name: 'the selector has one label that the pods have not',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api').in(namespace).at(nowMs).replicas(3).labelled({ tier: 'web' }),
      aService('api').in(namespace).selecting({ app: 'api', tier: 'backend' }).withoutEndpoints(),
    ],
    finds: [
      {
        check: noEndpoints,
        reason: 'NoEndpoints',
        impact: 'critical',
        object: 'Service api',
        owner: 'Service api',
        onsetMinutes: 60,
        title: /no pod matches its selector app=api,tier=backend \(3 pods match all but tier=backend\)/,
      },
    ],
  },
  {
    check: noEndpoints,
    name: 'its workload is gone',
    objects: ({ namespace, nowMs }) => [
      aDeployment('web').in(namespace).at(nowMs),
      aService('api').in(namespace).withoutEndpoints(),
    ],
    finds: [
      { check: noEndpoints, reason: 'NoEndpoints', impact: 'critical', title: /no pod matches its selector app=api$/ },
    ],
  },
  {
    check: noEndpoints,
    name: 'its pods run and none is ready: a symptom of what the probe says',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .replicas(2)
        .probeFailing({ sinceMs: 25 * 60_000 }),
      aService('api').in(namespace).withUnreadyEndpoints(),
    ],
    finds: [
      { check: 'probes-failing', reason: 'ProbeFailing', impact: 'critical', owner: 'Deployment api' },
      {
        check: noEndpoints,
        reason: 'NoEndpoints',
        onsetMinutes: 25,
        title: /none of its 2 pods is ready/,
        attachedTo: 'probes-failing',
      },
    ],
  },
  {
    check: noEndpoints,
    name: 'the leader of a database is gone, and only copies are left',
    objects: (given) => [
      aPlainPod(given, 'db-1', { application: 'spilo', 'spilo-role': 'replica' }),
      aPlainService(given, 'db', { selector: { application: 'spilo', 'spilo-role': 'master' } }),
    ],
    finds: [
      {
        check: noEndpoints,
        reason: 'NoEndpoints',
        impact: 'critical',
        title: /1 pod matches all but spilo-role=master/,
      },
    ],
  },
  {
    check: noEndpoints,
    name: 'its pods are ready and have addresses of another family than it',
    objects: (given) => [
      aDeployment('api').in(given.namespace).at(given.nowMs).replicas(2),
      aService('api').in(given.namespace).withoutEndpoints(),
    ],
    finds: [
      {
        check: noEndpoints,
        reason: 'NoEndpoints',
        impact: 'critical',
        object: 'Service api',
        title: /no endpoint although 2 of its 2 pods are ready/,
      },
    ],
  },
  {
    check: noEndpoints,
    name: 'some pods are not ready, others serve',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api').in(namespace).at(nowMs).replicas(2),
      aService('api').in(namespace).withEndpoints('10.244.0.10'),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'its workloads are scaled to zero, or run once a year',
    objects: (given) => [
      aDeployment('api').in(given.namespace).at(given.nowMs).replicas(0),
      aService('api').in(given.namespace).withoutEndpoints(),
      aPlainCronJob(given, 'report', { app: 'report' }),
      aPlainService(given, 'report', { selector: { app: 'report' } }),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'it has no selector, with addresses written by hand or none at all, or is but a DNS name',
    objects: (given) => [
      aPlainService(given, 'legacy', {}),
      aPlainSlice(given, 'legacy', true),
      aPlainService(given, 'leader-election', {}),
      aPlainService(given, 'mail', { type: 'ExternalName', externalName: 'mail.example.com' }),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'it publishes addresses that are not ready',
    ageMinutes: 4,
    objects: (given) => [
      aPlainPod(given, 'db-0', { app: 'db' }, { status: startingStatus }),
      aPlainService(given, 'db', { clusterIP: 'None', publishNotReadyAddresses: true, selector: { app: 'db' } }),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'its only pod started three minutes ago and has not failed',
    ageMinutes: 3,
    objects: (given) => [
      aPlainPod(given, 'jvm', { app: 'jvm' }, { status: startingStatus }),
      aPlainService(given, 'jvm', { selector: { app: 'jvm' } }),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'it is for the copies of a database that has none',
    objects: (given) => [
      aPlainPod(given, 'db-0', { 'cnpg.io/cluster': 'db', 'cnpg.io/instanceRole': 'primary' }),
      {
        ...aPlainService(given, 'db-ro', {
          selector: { 'cnpg.io/cluster': 'db', 'cnpg.io/instanceRole': 'replica' },
        }),
        metadata: {
          name: 'db-ro',
          namespace: given.namespace,
          owner: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'db' },
        },
      },
      aPlainPod(given, 'spilo-0', { application: 'spilo', 'spilo-role': 'master' }),
      aPlainService(given, 'spilo-repl', { selector: { application: 'spilo', 'spilo-role': 'replica' } }),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'it is for a single pod of a StatefulSet that was scaled down',
    objects: (given) => [
      aStatefulSet('db').in(given.namespace).at(given.nowMs).replicas(2),
      aPlainService(given, 'db-2', { selector: { app: 'db', 'statefulset.kubernetes.io/pod-name': 'db-2' } }),
    ],
    finds: [],
  },
  {
    check: noEndpoints,
    name: 'it was made for one Job, which is gone',
    objects: (given) => [
      aDeployment('web').in(given.namespace).at(given.nowMs),
      aPlainService(given, 'migration', { selector: { 'job-name': 'migration-7' } }),
    ],
    finds: [],
  },
];

const startingStatus = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
  containerStatuses: [
    {
      name: 'app',
      image: 'registry.example.com/app:1.0.0',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { running: {} },
    },
  ],
};

const portUnknown = 'service-port-unknown';

/** A container with ports of these names. */
function serving(...names: readonly string[]) {
  return [
    {
      name: 'app',
      image: 'registry.example.com/app:1.0.0',
      ports: names.map((name, index) => ({ name, containerPort: 8080 + index })),
    },
  ];
}

export const servicePortUnknownCases: readonly CheckCase[] = [
  {
    check: portUnknown,
    name: 'its only target port has another name in the pods',
    objects: (given) => [
      aPlainPod(given, 'web-1', { app: 'web' }, { containers: serving('web') }),
      aPlainService(given, 'web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] }),
      aPlainSlice(given, 'web', true),
    ],
    finds: [
      {
        check: portUnknown,
        reason: 'TargetPortUnknown',
        impact: 'critical',
        object: 'Service web',
        onsetMinutes: 60,
        title: /sends port 80 to target port http, which no container of its pod has \(they have web\)/,
      },
    ],
  },
  {
    check: portUnknown,
    name: 'one of two target ports is in no pod',
    objects: (given) => [
      aPlainPod(given, 'web-1', { app: 'web' }, { containers: serving('http') }),
      aPlainPod(given, 'web-2', { app: 'web' }, { containers: serving('http') }),
      aPlainService(given, 'web', {
        selector: { app: 'web' },
        ports: [
          { name: 'http', port: 80, targetPort: 'http' },
          { name: 'metrics', port: 9090, targetPort: 'metrics' },
        ],
      }),
      aPlainSlice(given, 'web', true),
    ],
    finds: [{ check: portUnknown, reason: 'TargetPortUnknown', impact: 'error', title: /target port metrics.*2 pods/ }],
  },
  {
    check: portUnknown,
    name: 'its target port is a number that no container declares',
    objects: (given) => [
      aPlainPod(given, 'web-1', { app: 'web' }),
      aPlainService(given, 'web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 9000 }] }),
      aPlainSlice(given, 'web', true),
    ],
    finds: [],
  },
  {
    check: portUnknown,
    name: 'pods of the next version have the name already, pods of the last one not',
    objects: (given) => [
      aPlainPod(given, 'web-1', { app: 'web' }, { containers: serving('web') }),
      aPlainPod(given, 'web-2', { app: 'web' }, { containers: serving('http') }),
      aPlainService(given, 'web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] }),
      aPlainSlice(given, 'web', true),
    ],
    finds: [],
  },
];

const balancer = 'load-balancer-pending';

export const loadBalancerPendingCases: readonly CheckCase[] = [
  {
    check: balancer,
    name: 'nothing gives it an address',
    objects: (given) => [aPlainService(given, 'edge', { type: 'LoadBalancer' }), aPlainSlice(given, 'edge', true)],
    finds: [
      {
        check: balancer,
        reason: 'LoadBalancerPending',
        impact: 'warning',
        object: 'Service edge',
        onsetMinutes: 60,
        title: /no load balancer address: nothing has given it one/,
      },
    ],
  },
  {
    check: balancer,
    name: 'nobody serves its class',
    objects: (given) => [
      aPlainService(given, 'edge', { type: 'LoadBalancer', loadBalancerClass: 'example.com/internal' }),
      aPlainSlice(given, 'edge', true),
    ],
    finds: [
      {
        check: balancer,
        reason: 'LoadBalancerPending',
        impact: 'warning',
        title: /no controller serves its load balancer class example\.com\/internal/,
      },
    ],
  },
  {
    check: balancer,
    name: 'the cloud says why it gets none',
    objects: (given) => {
      const service = aPlainService(given, 'edge', { type: 'LoadBalancer' });
      return [
        service,
        anEvent({
          about: kubeObject(service),
          reason: 'SyncLoadBalancerFailed',
          message: 'Error syncing load balancer: failed to ensure load balancer: QuotaExceeded: no more addresses',
          firstAtMs: given.nowMs - 40 * 60_000,
          lastAtMs: given.nowMs - 2 * 60_000,
          count: 9,
        }),
      ];
    },
    finds: [
      { check: balancer, reason: 'LoadBalancerPending', impact: 'error', onsetMinutes: 40, title: /QuotaExceeded/ },
    ],
  },
  {
    check: balancer,
    name: 'it has a host name, and a failure from before',
    objects: (given) => {
      const service = aPlainService(
        given,
        'edge',
        { type: 'LoadBalancer' },
        { loadBalancer: { ingress: [{ hostname: 'lb-1.example.com' }] } },
      );
      return [
        service,
        anEvent({
          about: kubeObject(service),
          reason: 'SyncLoadBalancerFailed',
          message: 'Error syncing load balancer: failed to ensure load balancer: throttled',
          firstAtMs: given.nowMs - 30 * 60_000,
          lastAtMs: given.nowMs - 30 * 60_000,
        }),
      ];
    },
    finds: [],
  },
  {
    check: balancer,
    name: 'it was made five minutes ago',
    ageMinutes: 5,
    objects: (given) => [aPlainService(given, 'edge', { type: 'LoadBalancer' }), aPlainSlice(given, 'edge', true)],
    finds: [],
  },
];
