import { base64, certificates } from '../builders/certificates.ts';
import { BEFORE_1970, conditions, FAR, oddMeta, selector, TIME, type OddObject } from './odd-parts.ts';

/** Odd objects that rule over others: they come last, because the server obeys some of them at once. */
export function oddRules(): readonly OddObject[] {
  return [...volumes(), ...scaling(), ...routes(), ...webhooks(), ...apis(), ...definitions(), ...quotas()];
}

function volumes(): readonly OddObject[] {
  const spec = {
    capacity: { storage: '1.5Gi' },
    accessModes: ['ReadWriteOnce'],
    csi: { driver: 'disk.example.com', volumeHandle: 'one' },
  };
  return [
    { kind: 'PersistentVolume', body: { metadata: { name: 'bare' }, spec } },
    {
      kind: 'PersistentVolume',
      body: {
        metadata: oddMeta('full'),
        spec: {
          ...spec,
          capacity: { storage: 1_500_000_000 },
          storageClassName: 'default',
          persistentVolumeReclaimPolicy: 'Delete',
          claimRef: { kind: 'PersistentVolumeClaim', namespace: 'odd', name: 'gone', uid: 'u-1', apiVersion: 'v1' },
        },
      },
      status: { phase: 'Failed', reason: 'Odd', message: 'größer\n"quoted"', lastPhaseTransitionTime: BEFORE_1970 },
    },
    {
      kind: 'PersistentVolume',
      body: { metadata: { name: 'released' }, spec: { ...spec, claimRef: { namespace: 'odd', name: 'gone' } } },
      status: { phase: 'Released' },
    },
  ];
}

function scaling(): readonly OddObject[] {
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'full' };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
  const allowed = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: 'größer\n"quoted"',
    lastTransitionTime: TIME,
    observedGeneration: 7,
  };
  return [
    {
      kind: 'HorizontalPodAutoscaler',
      body: {
        metadata: { name: 'bare' },
        spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Odd', name: 'bare' }, maxReplicas: 1 },
      },
    },
    {
      kind: 'HorizontalPodAutoscaler',
      version: 'v1',
      body: {
        metadata: { name: 'older' },
        spec: { scaleTargetRef: target, maxReplicas: 3, targetCPUUtilizationPercentage: 80 },
      },
      status: { currentReplicas: 1, desiredReplicas: 2, lastScaleTime: TIME },
    },
    {
      kind: 'HorizontalPodAutoscaler',
      body: {
        metadata: oddMeta('full'),
        spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 2_147_483_647, metrics: [cpu] },
      },
      status: {
        observedGeneration: 3,
        lastScaleTime: FAR,
        currentReplicas: 4,
        desiredReplicas: 5,
        conditions,
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 90, averageValue: '100m' } } },
        ],
      },
    },
    { kind: 'PodDisruptionBudget', body: { metadata: { name: 'bare' }, spec: {} } },
    {
      kind: 'PodDisruptionBudget',
      body: { metadata: oddMeta('percentage'), spec: { minAvailable: '25%', selector } },
      status: {
        observedGeneration: 9,
        disruptionsAllowed: 1,
        currentHealthy: 2,
        desiredHealthy: 3,
        expectedPods: 4,
        conditions: [allowed, { ...allowed, type: 'Early', lastTransitionTime: BEFORE_1970, message: '' }],
        disruptedPods: { 'full-1': TIME },
      },
    },
    { kind: 'PodDisruptionBudget', body: { metadata: { name: 'number' }, spec: { maxUnavailable: 0, selector: {} } } },
  ];
}

function routes(): readonly OddObject[] {
  const toNumber = { service: { name: 'crashing', port: { number: 80 } } };
  const toName = { service: { name: 'full', port: { name: 'a' } } };
  const toBucket = { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'files' } };
  return [
    { kind: 'Ingress', body: { metadata: { name: 'bare' }, spec: { defaultBackend: toName } } },
    {
      kind: 'Ingress',
      body: {
        metadata: oddMeta('full'),
        spec: {
          ingressClassName: 'bare',
          defaultBackend: toBucket,
          rules: [
            {
              host: '*.example.com',
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: toNumber },
                  { path: '/größer', pathType: 'Exact', backend: toName },
                  { pathType: 'ImplementationSpecific', backend: toBucket },
                ],
              },
            },
            { host: 'empty.example.com' },
            { http: { paths: [{ path: '/', pathType: 'Prefix', backend: toNumber }] } },
          ],
          tls: [{ hosts: ['a.example.com'], secretName: 'a-tls' }, { hosts: ['b.example.com'] }, {}],
        },
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }] } },
    },
    { kind: 'IngressClass', body: { metadata: { name: 'bare' }, spec: { controller: 'example.com/bare' } } },
    {
      kind: 'IngressClass',
      body: {
        metadata: { ...oddMeta('default'), annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
        spec: {
          controller: 'example.com/full',
          parameters: { apiGroup: 'example.com', kind: 'Settings', name: 'x', scope: 'Cluster' },
        },
      },
    },
    { kind: 'NetworkPolicy', body: { metadata: { name: 'bare' }, spec: { podSelector: {} } } },
    {
      kind: 'NetworkPolicy',
      body: {
        metadata: oddMeta('full'),
        spec: {
          podSelector: selector,
          policyTypes: ['Egress', 'Ingress'],
          ingress: [{ from: [{ namespaceSelector: selector }], ports: [{ port: 'http' }, { port: 1, endPort: 9 }] }],
          egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.8/29'] } }] }],
        },
      },
    },
  ];
}

const { until2020, until2030, until9999 } = certificates;
const converter = { namespace: 'odd', name: 'converter', path: '/convert' };

/** They are asked about nothing that exists, so that nothing waits for them. */
function webhooks(): readonly OddObject[] {
  const always = { admissionReviewVersions: ['v1'], sideEffects: 'None' };
  const rule = {
    operations: ['CREATE', 'UPDATE'],
    apiGroups: ['nothing.example.com'],
    apiVersions: ['*'],
    resources: ['odd', 'odd/status'],
    scope: 'Namespaced',
  };
  const full = [
    {
      ...always,
      name: 'full.odd.example.com',
      clientConfig: {
        service: { namespace: 'odd', name: 'webhook', port: 8443, path: '/x' },
        caBundle: base64(until2020.pem, '# größer\n', until9999.pem, until2030.pem),
      },
      failurePolicy: 'Ignore',
      matchPolicy: 'Exact',
      namespaceSelector: selector,
      objectSelector: selector,
      rules: [rule, { ...rule, operations: ['*'], resources: ['*/*'] }],
      timeoutSeconds: 3,
    },
    {
      ...always,
      name: 'expired.odd.example.com',
      clientConfig: { service: { namespace: 'odd', name: 'webhook' }, caBundle: base64(until2020.pem) },
    },
    { ...always, name: 'url.odd.example.com', clientConfig: { url: 'https://webhook.example.com/x' }, rules: [rule] },
  ];
  return (['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const).flatMap((kind) => [
    { kind, body: { metadata: { name: 'bare' } } },
    { kind, body: { metadata: oddMeta('full'), webhooks: full } },
  ]);
}

/** Their status is the server's own to write. */
function apis(): readonly OddObject[] {
  const priority = { groupPriorityMinimum: 10, versionPriority: 10 };
  return [
    {
      kind: 'APIService',
      body: {
        metadata: oddMeta('v1.full.example.org'),
        spec: {
          ...priority,
          group: 'full.example.org',
          version: 'v1',
          service: { namespace: 'odd', name: 'nowhere', port: 6443 },
          caBundle: base64(until2030.pem, until2020.pem),
        },
      },
    },
    {
      kind: 'APIService',
      body: {
        metadata: { name: 'v1beta1.bare.example.org' },
        spec: {
          ...priority,
          group: 'bare.example.org',
          version: 'v1beta1',
          service: { namespace: 'odd', name: 'nowhere' },
          insecureSkipTLSVerify: true,
        },
      },
    },
  ];
}

/** Their status is the server's own to write. */
function definitions(): readonly OddObject[] {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const description = 'größer '.repeat(20_000);
  return [
    {
      kind: 'CustomResourceDefinition',
      body: {
        metadata: { name: 'bares.odd.example.org' },
        spec: {
          group: 'odd.example.org',
          scope: 'Cluster',
          names: { kind: 'Bare', plural: 'bares' },
          versions: [{ name: 'v1', served: true, storage: true, schema }],
        },
      },
    },
    {
      kind: 'CustomResourceDefinition',
      body: {
        metadata: oddMeta('widgets.odd.example.org'),
        spec: {
          group: 'odd.example.org',
          scope: 'Namespaced',
          names: { kind: 'Widget', plural: 'widgets', singular: 'widget', shortNames: ['w'], categories: ['all'] },
          versions: [
            { name: 'v1alpha1', served: false, storage: false, deprecated: true, schema },
            { name: 'v1beta1', served: true, storage: false, schema, subresources: { status: {} } },
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { ...schema.openAPIV3Schema, description } },
              additionalPrinterColumns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
            },
          ],
          conversion: {
            strategy: 'Webhook',
            webhook: {
              conversionReviewVersions: ['v1'],
              clientConfig: { service: { ...converter, port: 9443 }, caBundle: base64(until2030.pem) },
            },
          },
        },
      },
    },
    {
      kind: 'CustomResourceDefinition',
      body: {
        metadata: { name: 'gadgets.odd.example.org' },
        spec: {
          group: 'odd.example.org',
          scope: 'Namespaced',
          names: { kind: 'Gadget', plural: 'gadgets' },
          versions: [{ name: 'v1', served: true, storage: true, schema }],
          conversion: {
            strategy: 'Webhook',
            webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://converter.example.com' } },
          },
        },
      },
    },
  ];
}

function quotas(): readonly OddObject[] {
  const hard = { 'requests.cpu': '1.5', pods: '10', 'count/widgets.odd.example.org': '1k' };
  return [
    { kind: 'LimitRange', body: { metadata: { name: 'bare' }, spec: { limits: [] } } },
    {
      kind: 'LimitRange',
      body: {
        metadata: oddMeta('full'),
        spec: {
          limits: [
            {
              type: 'Container',
              min: { cpu: '10m' },
              max: { cpu: 2, memory: '1.5Gi' },
              default: { cpu: '1' },
              maxLimitRequestRatio: { cpu: '4' },
            },
            { type: 'Pod', max: { 'example.com/gpu': '1' } },
            { type: 'PersistentVolumeClaim', min: { storage: '1e9' } },
          ],
        },
      },
    },
    { kind: 'ResourceQuota', body: { metadata: { name: 'bare' } } },
    {
      kind: 'ResourceQuota',
      body: { metadata: oddMeta('full'), spec: { hard } },
      status: { hard, used: { 'requests.cpu': '1499m', pods: 9, 'count/widgets.odd.example.org': '0' } },
    },
  ];
}
