import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KindName } from '../../../src/domain/snapshot.ts';
import { jsonLists } from '../../../src/cluster/decode.ts';
import { snapshotKindNames, snapshotKinds } from '../../../src/cluster/kinds.ts';
import { base64, certificates } from '../../builders/certificates.ts';
import { decodePage } from '../../builders/pages.ts';
import { propertyRuns } from '../../harness/property-runs.ts';

const MINUTE = '2026-11-21T12:00:00Z';
const MINUTE_MS = Date.parse(MINUTE);
const metadata = { namespace: 'shop', name: 'x' };

test.each(snapshotKindNames())('a %s of which only the name is known takes every default', (kind) => {
  const object = snapshotKinds[kind].project({ metadata });

  expect(object.meta).toEqual({
    namespace: 'shop',
    name: 'x',
    uid: '',
    resourceVersion: '',
    generation: 0,
    createdAtMs: 0,
    deletedAtMs: undefined,
    labels: {},
    annotations: {},
    finalizers: [],
    owners: [],
  });
});

/** Each row: the object beside its metadata, and what of it must come out. */
const ROWS: readonly (readonly [KindName, string, object, object])[] = [
  [
    'Pod',
    'a crash loop with its last end',
    {
      status: {
        phase: 'Running',
        startTime: MINUTE,
        containerStatuses: [
          {
            name: 'api',
            restartCount: 7,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: MINUTE } },
          },
        ],
      },
    },
    {
      phase: 'Running',
      startedAtMs: MINUTE_MS,
      containerStatuses: [
        {
          name: 'api',
          image: '',
          ready: false,
          started: undefined,
          restartCount: 7,
          waiting: { reason: 'CrashLoopBackOff', message: 'back-off' },
          running: undefined,
          terminated: undefined,
          lastTerminated: {
            exitCode: 137,
            signal: 0,
            reason: 'OOMKilled',
            message: '',
            startedAtMs: undefined,
            finishedAtMs: MINUTE_MS,
          },
        },
      ],
    },
  ],
  [
    'Pod',
    'a sidecar, probes, limits and ports',
    {
      spec: {
        initContainers: [{ name: 'proxy', restartPolicy: 'Always' }],
        containers: [
          {
            name: 'api',
            image: 'api:1',
            readinessProbe: { httpGet: {} },
            resources: { limits: { memory: '256Mi', cpu: 1 } },
            ports: [{ containerPort: 80, name: 'http', protocol: 'TCP' }],
          },
        ],
      },
    },
    {
      initContainers: [expect.objectContaining({ name: 'proxy', restartPolicy: 'Always' })],
      containers: [
        {
          name: 'api',
          image: 'api:1',
          restartPolicy: '',
          requests: {},
          limits: { memory: '256Mi', cpu: '1' },
          ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }],
          hasStdin: false,
          hasReadinessProbe: true,
          hasLivenessProbe: false,
          hasStartupProbe: false,
        },
      ],
    },
  ],
  [
    'Pod',
    'claims of volumes, also of ephemeral ones, and gates',
    {
      spec: {
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'data-0' } },
          { name: 'tmp', emptyDir: {} },
          { name: 'scratch', ephemeral: { volumeClaimTemplate: {} } },
        ],
        schedulingGates: [{ name: 'quota' }],
      },
    },
    { claimNames: ['data-0', 'x-scratch'], schedulingGates: ['quota'] },
  ],
  ['Deployment', 'defaults of the API', {}, { replicas: 1, paused: false, progressDeadlineSeconds: 600 }],
  ['Deployment', 'a wish for nothing', { spec: { replicas: 0 } }, { replicas: 0 }],
  [
    'Deployment',
    'conditions with both times',
    { status: { conditions: [{ type: 'Progressing', status: 'False', lastUpdateTime: MINUTE }] } },
    {
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: '',
          message: '',
          changedAtMs: undefined,
          updatedAtMs: MINUTE_MS,
        },
      ],
    },
  ],
  [
    'StatefulSet',
    'ordinals and claim templates',
    { spec: { ordinals: { start: 3 }, volumeClaimTemplates: [{ metadata: { name: 'data' } }] } },
    { ordinalStart: 3, volumeClaimTemplateNames: ['data'] },
  ],
  [
    'DaemonSet',
    'counts',
    { status: { numberReady: 2, desiredNumberScheduled: 3 } },
    { numberReady: 2, numberAvailable: 0 },
  ],
  ['Job', 'defaults of the API', {}, { parallelism: 1, backoffLimit: 6, completions: undefined, suspend: false }],
  [
    'CronJob',
    'its active jobs and its template',
    {
      spec: { schedule: '@hourly', jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c' }] } } } } },
      status: { active: [{ name: 'x-1' }], lastScheduleTime: MINUTE },
    },
    { schedule: '@hourly', activeJobNames: ['x-1'], lastScheduleAtMs: MINUTE_MS },
  ],
  [
    'Service',
    'ports by number and by name',
    { spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 81, targetPort: 'http' }, { port: 82 }] } },
    {
      ports: [
        { name: '', port: 80, protocol: '', targetPort: '8080' },
        { name: '', port: 81, protocol: '', targetPort: 'http' },
        { name: '', port: 82, protocol: '', targetPort: '' },
      ],
    },
  ],
  [
    'EndpointSlice',
    'unknown readiness stays unknown',
    { endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: [], conditions: { ready: false } }] },
    {
      endpoints: [
        { addresses: ['10.0.0.1'], ready: undefined, targetKind: '', targetName: '', nodeName: '' },
        { addresses: [], ready: false, targetKind: '', targetName: '', nodeName: '' },
      ],
    },
  ],
  ['PersistentVolumeClaim', 'no class at all', { spec: { storageClassName: '' } }, { storageClassName: '' }],
  ['PersistentVolumeClaim', 'the default class', {}, { storageClassName: undefined, requestedStorage: '' }],
  [
    'Node',
    'taints and conditions',
    { spec: { unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule', timeAdded: MINUTE }] } },
    { unschedulable: true, taints: [{ key: 'k', value: '', effect: 'NoSchedule', addedAtMs: MINUTE_MS }] },
  ],
  [
    'Event',
    'of the older kind',
    { count: 4, firstTimestamp: MINUTE, lastTimestamp: '2026-11-21T12:05:00Z', source: { component: 'kubelet' } },
    { count: 4, firstAtMs: MINUTE_MS, lastAtMs: MINUTE_MS + 300_000, source: 'kubelet' },
  ],
  [
    'Event',
    'of the newer kind',
    {
      eventTime: '2026-11-21T12:00:00.000000Z',
      series: { count: 3, lastObservedTime: '2026-11-21T12:01:00.000000Z' },
      reportingComponent: 'scheduler',
    },
    { count: 3, firstAtMs: MINUTE_MS, lastAtMs: MINUTE_MS + 60_000, source: 'scheduler' },
  ],
  ['Event', 'that nobody counted', {}, { count: 1, lastAtMs: 0 }],
  [
    'PersistentVolume',
    'that its claim has left',
    {
      spec: {
        storageClassName: 'fast',
        persistentVolumeReclaimPolicy: 'Retain',
        capacity: { storage: '10Gi' },
        claimRef: { namespace: 'shop', name: 'data', uid: 'u-1' },
      },
      status: { phase: 'Released', reason: 'Odd', message: 'left', lastPhaseTransitionTime: MINUTE },
    },
    {
      storageClassName: 'fast',
      reclaimPolicy: 'Retain',
      capacityStorage: '10Gi',
      claim: { namespace: 'shop', name: 'data', uid: 'u-1' },
      phase: 'Released',
      reason: 'Odd',
      message: 'left',
      phaseChangedAtMs: MINUTE_MS,
    },
  ],
  [
    'PersistentVolume',
    'that nobody claimed, of a server that does not say since when',
    { status: { phase: 'Available' } },
    { claim: undefined, capacityStorage: '', phaseChangedAtMs: undefined },
  ],
  [
    'ResourceQuota',
    'as its controller saw it, not as it is wished',
    { spec: { hard: { pods: '9' } }, status: { hard: { pods: 5, cpu: '2' }, used: { pods: '4', cpu: '1500m' } } },
    { hard: { pods: '5', cpu: '2' }, used: { pods: '4', cpu: '1500m' } },
  ],
  [
    'LimitRange',
    'smallest and largest',
    { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, default: { cpu: '1' } }, { type: 'Pod' }] } },
    {
      limits: [
        { type: 'Container', min: {}, max: { cpu: '2' } },
        { type: 'Pod', min: {}, max: {} },
      ],
    },
  ],
  [
    'HorizontalPodAutoscaler',
    'defaults of the API',
    { spec: { scaleTargetRef: { kind: 'Deployment', name: 'api' }, maxReplicas: 3 } },
    {
      target: { apiVersion: '', kind: 'Deployment', name: 'api' },
      minReplicas: 1,
      maxReplicas: 3,
      currentReplicas: 0,
      lastScaledAtMs: undefined,
    },
  ],
  [
    'HorizontalPodAutoscaler',
    'that may go to zero, and its counts',
    {
      spec: { minReplicas: 0 },
      status: { currentReplicas: 2, desiredReplicas: 3, lastScaleTime: MINUTE },
    },
    { minReplicas: 0, currentReplicas: 2, desiredReplicas: 3, lastScaledAtMs: MINUTE_MS },
  ],
  [
    'PodDisruptionBudget',
    'by number; nobody selected',
    {
      spec: { minAvailable: 0 },
      status: { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 4 },
    },
    {
      minAvailable: '0',
      maxUnavailable: undefined,
      selector: undefined,
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 4,
    },
  ],
  [
    'PodDisruptionBudget',
    'by percentage; everybody selected',
    { spec: { maxUnavailable: '25%', selector: {} }, status: { observedGeneration: 7 } },
    {
      minAvailable: undefined,
      maxUnavailable: '25%',
      selector: { matchLabels: {}, matchExpressions: [] },
      observedGeneration: 7,
    },
  ],
  [
    'Ingress',
    'backends that are Services, by number and by name, and one that is none',
    {
      spec: {
        ingressClassName: 'public',
        defaultBackend: { service: { name: 'web', port: { number: 80 } } },
        rules: [
          {
            host: 'api.example.com',
            http: {
              paths: [
                { path: '/', backend: { service: { name: 'api', port: { name: 'http' } } } },
                { path: '/static', backend: { resource: { kind: 'Bucket', name: 'files' } } },
              ],
            },
          },
          { host: 'empty.example.com' },
        ],
        tls: [{ hosts: ['api.example.com'], secretName: 'api-tls' }, { hosts: ['by-the-controller.example.com'] }],
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }] } },
    },
    {
      className: 'public',
      defaultBackend: { serviceName: 'web', servicePort: '80' },
      rules: [
        {
          host: 'api.example.com',
          paths: [
            { path: '/', backend: { serviceName: 'api', servicePort: 'http' } },
            { path: '/static', backend: { serviceName: '', servicePort: '' } },
          ],
        },
        { host: 'empty.example.com', paths: [] },
      ],
      tlsSecretNames: ['api-tls'],
      loadBalancerAddresses: ['192.0.2.1', 'lb.example.com'],
    },
  ],
  ['Ingress', 'without a class', {}, { className: undefined, defaultBackend: undefined, rules: [] }],
  ['IngressClass', 'its controller', { spec: { controller: 'c.io/x' } }, { controller: 'c.io/x', isDefault: false }],
  [
    'NetworkPolicy',
    'whom it selects',
    { spec: { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress', 'Egress'] } },
    { podSelector: { matchLabels: { app: 'api' }, matchExpressions: [] }, policyTypes: ['Ingress', 'Egress'] },
  ],
  [
    'ValidatingWebhookConfiguration',
    'behind a Service, and behind a URL with the defaults of the API',
    {
      webhooks: [
        {
          name: 'a.example.com',
          failurePolicy: 'Ignore',
          clientConfig: {
            service: { namespace: 'policy', name: 'webhook', port: 8443 },
            caBundle: base64(certificates.until2030.pem),
          },
          namespaceSelector: { matchLabels: { checked: 'yes' } },
          rules: [{ operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] }],
        },
        { name: 'b.example.com', clientConfig: { url: 'https://b.example.com' } },
      ],
    },
    {
      webhooks: [
        {
          name: 'a.example.com',
          failurePolicy: 'Ignore',
          service: { namespace: 'policy', name: 'webhook', port: 8443 },
          caExpiresAtMs: certificates.until2030.expiresAtMs,
          caLifetimeMs: certificates.until2030.expiresAtMs - Date.parse('2020-01-01T00:00:00Z'),
          namespaceSelector: { matchLabels: { checked: 'yes' }, matchExpressions: [] },
          rules: [{ operations: ['CREATE'], apiGroups: ['apps'], resources: ['deployments'] }],
        },
        {
          name: 'b.example.com',
          failurePolicy: 'Fail',
          service: undefined,
          caExpiresAtMs: undefined,
          caLifetimeMs: undefined,
          namespaceSelector: { matchLabels: {}, matchExpressions: [] },
          rules: [],
        },
      ],
    },
  ],
  [
    'MutatingWebhookConfiguration',
    'on the port of the API where it leaves it out',
    { webhooks: [{ name: 'a', clientConfig: { service: { namespace: 'policy', name: 'webhook' } } }] },
    { webhooks: [expect.objectContaining({ service: { namespace: 'policy', name: 'webhook', port: 443 } })] },
  ],
  [
    'APIService',
    'of an aggregated API',
    {
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        service: { namespace: 'kube-system', name: 'metrics-server' },
        caBundle: base64(certificates.until2020.pem),
        insecureSkipTLSVerify: true,
      },
      status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
    },
    {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      service: { namespace: 'kube-system', name: 'metrics-server', port: 443 },
      caExpiresAtMs: certificates.until2020.expiresAtMs,
      caLifetimeMs: certificates.until2020.expiresAtMs - Date.parse('2010-01-01T00:00:00Z'),
      insecureSkipTLSVerify: true,
      conditions: [expect.objectContaining({ type: 'Available', status: 'False', reason: 'MissingEndpoints' })],
    },
  ],
  ['APIService', 'of the server itself', { spec: { version: 'v1' } }, { group: '', version: 'v1', service: undefined }],
  [
    'CustomResourceDefinition',
    'of several versions, which a webhook converts',
    {
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets' },
        versions: [
          { name: 'v1alpha1', served: false },
          { name: 'v1beta1', served: true },
          { name: 'v1', served: true },
        ],
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: {
              service: { namespace: 'widgets', name: 'converter' },
              caBundle: base64(certificates.until2030.pem),
            },
          },
        },
      },
      status: { storedVersions: ['v1alpha1', 'v1'], conditions: [{ type: 'Established', status: 'True' }] },
    },
    {
      group: 'example.com',
      kind: 'Widget',
      resource: 'widgets',
      namespaced: true,
      servedVersions: ['v1beta1', 'v1'],
      storedVersions: ['v1alpha1', 'v1'],
      conversionService: { namespace: 'widgets', name: 'converter', port: 443 },
      conversionCaExpiresAtMs: certificates.until2030.expiresAtMs,
      conversionCaLifetimeMs: certificates.until2030.expiresAtMs - Date.parse('2020-01-01T00:00:00Z'),
      conditions: [expect.objectContaining({ type: 'Established', status: 'True' })],
    },
  ],
  [
    'CustomResourceDefinition',
    'that needs no conversion',
    { spec: { scope: 'Cluster', conversion: { strategy: 'None' } } },
    {
      namespaced: false,
      conversionService: undefined,
      conversionCaExpiresAtMs: undefined,
      conversionCaLifetimeMs: undefined,
    },
  ],
];

test.each(ROWS)('%s: %s', (kind, _name, rest, expected) => {
  expect(snapshotKinds[kind].project({ metadata, ...rest })).toMatchObject(expected);
});

test('a StorageClass is the default by the current and by the older annotation', () => {
  const { project } = snapshotKinds.StorageClass;
  const annotated = (name: string) => project({ metadata: { name: 'fast', annotations: { [name]: 'true' } } });

  expect(annotated('storageclass.kubernetes.io/is-default-class').isDefault).toBe(true);
  expect(annotated('storageclass.beta.kubernetes.io/is-default-class').isDefault).toBe(true);
  expect(annotated('other').isDefault).toBe(false);
});

test('an IngressClass is the default by its annotation', () => {
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };

  expect(snapshotKinds.IngressClass.project({ metadata: { name: 'public', annotations } }).isDefault).toBe(true);
});

test('what kubectl applied is not kept', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"password":"x"}', keep: 'y' };

  expect(snapshotKinds.Pod.project({ metadata: { ...metadata, annotations } }).meta.annotations).toEqual({ keep: 'y' });
});

test('a field of the wrong type makes the object untrusted, not healthy', () => {
  const items = [
    { metadata, status: { containerStatuses: 'none' } },
    { metadata, status: { containerStatuses: [{ restartCount: 'many' }] } },
    { metadata: { ...metadata, creationTimestamp: 'yesterday' } },
    { metadata: { ...metadata, labels: { a: 1 } } },
    { metadata: { name: 'nowhere' } },
    { metadata: { namespace: 'shop' } },
    'text',
    null,
    [],
  ];
  const body = Buffer.from(JSON.stringify({ kind: 'PodList', metadata: {}, items }));

  const page = decodePage(jsonLists, snapshotKinds.Pod, body);

  expect(page).toMatchObject({ objects: [] });
  expect(typeof page === 'string' ? [] : page.malformed.map((object) => object.why)).toEqual([
    'status.containerStatuses is not a list',
    'containerStatuses.restartCount is not a number',
    'metadata.creationTimestamp is not a time',
    'metadata.labels is not a map of strings',
    'metadata.namespace is missing',
    'metadata.name is missing',
    'an item is not an object',
    'an item is not an object',
    'an item is not an object',
  ]);
});

test('unknown fields, statuses and odd data never end a page', () => {
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'metadata',
          'spec',
          'status',
          'name',
          'namespace',
          'containers',
          'conditions',
          'state',
          '__proto__',
        ),
        tie('node'),
        { maxKeys: 4 },
      ),
    ),
  })).node;
  const part = fc.option(value, { nil: undefined });
  const item = fc.record({ metadata: fc.oneof(fc.constant(metadata), value), spec: part, status: part });

  const everyItemIsAccountedFor = fc.property(
    fc.constantFrom(...snapshotKindNames()),
    fc.array(item, { maxLength: 3 }),
    (kind, items) => {
      const body = Buffer.from(JSON.stringify({ kind: `${kind}List`, metadata: {}, items }));
      const page = decodePage<unknown>(jsonLists, snapshotKinds[kind], body);
      return typeof page !== 'string' && page.objects.length + page.malformed.length === items.length;
    },
  );

  expect(
    fc.check(everyItemIsAccountedFor, {
      numRuns: propertyRuns(4_000),
      ...(process.env['PROPERTY_RUNS'] === undefined && { seed: 1 }),
    }),
  ).toMatchObject({ failed: false });
});

/** Text of a page as the API server writes it, from the texts of its items. */
const pageText = (...items: readonly string[]) =>
  Buffer.from(`{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"next"},"items":[${items.join(',')}]}\n`);
const podText = (name: string, more = '') => `{"metadata":{"namespace":"shop","name":"${name}"${more}}}`;

test.each([
  ['none', pageText(), []],
  ['one', pageText(podText('a')), ['a']],
  ['several', pageText(podText('a'), podText('b'), podText('c')), ['a', 'b', 'c']],
  ['with characters of several bytes', pageText(podText('ä'), podText('é')), ['ä', 'é']],
  [
    'with the kind before the metadata',
    pageText(podText('a').replace('{', '{"kind":"Pod",'), podText('b')),
    ['a', 'b'],
  ],
  [
    'with a list inside that looks like items',
    pageText(podText('a', ',"extra":[{"x":{}},{"metadata":{"name":"inner"}}],"items":[]'), podText('b')),
    ['a', 'b'],
  ],
  [
    'with text inside that looks like items',
    pageText(podText('a', String.raw`,"annotations":{"x":"},{\"metadata\":{ \"items\":["}`), podText('b')),
    ['a', 'b'],
  ],
  [
    'before the metadata of the list',
    Buffer.from(`{"items":[${podText('a')}],"kind":"PodList","metadata":{"continue":"next"}}`),
    ['a'],
  ],
  [
    'with more after them',
    Buffer.from(`{"kind":"PodList","metadata":{"continue":"next"},"items":[${podText('a')}],"more":[{}]}`),
    ['a'],
  ],
] as const)('items are read however they are written: %s', (_, body, names) => {
  const page = decodePage(jsonLists, snapshotKinds.Pod, body);

  expect(typeof page === 'string' ? page : page.objects.map(({ meta }) => meta.name)).toEqual(names);
  expect(page).toMatchObject({ malformed: [], continueToken: 'next' });
});

test('a page that breaks off is no page, wherever it does', () => {
  const whole = pageText(podText('a'), podText('b', ',"extra":[{"x":{}},{"metadata":{}}]'), podText('c'));

  for (let bytes = 1; bytes < whole.length - 1; bytes += 1) {
    expect(decodePage(jsonLists, snapshotKinds.Pod, whole.subarray(0, bytes))).toBe(
      'the answer is not JSON, or only a part of it',
    );
  }
});
