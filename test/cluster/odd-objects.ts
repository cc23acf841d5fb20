import fc from 'fast-check';
import {
  BEFORE_1970,
  condition,
  conditions,
  FAR,
  oddMeta,
  plainCondition,
  selector,
  TIME,
  type OddObject,
} from './odd-parts.ts';

/** What is easily read in two ways: all that is optional set or none of it, odd text, numbers and times. */
export function oddObjects(): readonly OddObject[] {
  return [...storage(), ...cluster(), ...pods(), ...workloads(), ...network(), ...events()];
}

const container = (name: string) => ({
  name,
  image: `registry.example.com/${name}:1.0`,
  resources: { requests: { cpu: '0.5', memory: '1e3' }, limits: { cpu: 2, memory: '1.5Gi', 'example.com/gpu': '1' } },
  ports: [
    { name: 'http', containerPort: 8080 },
    { containerPort: 53, protocol: 'UDP' },
  ],
  readinessProbe: { httpGet: { path: '/', port: 'http' } },
  livenessProbe: { exec: { command: ['true'] } },
  startupProbe: { tcpSocket: { port: 8080 } },
  stdin: true,
});

const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1.5Gi' } } };

const fullSpec = {
  initContainers: [{ ...container('sidecar'), restartPolicy: 'Always' }],
  containers: [container('main'), { name: 'bare', image: 'bare' }],
  volumes: [
    { name: 'claimed', persistentVolumeClaim: { claimName: 'odd-claim' } },
    { name: 'own', ephemeral: { volumeClaimTemplate: { spec: claimSpec } } },
    { name: 'scratch', emptyDir: {} },
  ],
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
};

const bareSpec = { containers: [{ name: 'bare', image: 'bare' }] };
const fullTemplate = { metadata: { labels: { app: 'odd', tier: 'a' } }, spec: fullSpec };
const bareSelector = { matchLabels: { app: 'bare' } };
const bareTemplate = { metadata: { labels: { app: 'bare' } }, spec: bareSpec };

function pods(): readonly OddObject[] {
  return [
    { kind: 'Pod', body: { metadata: { name: 'bare' }, spec: bareSpec } },
    {
      kind: 'Pod',
      body: {
        metadata: oddMeta('full'),
        spec: {
          ...fullSpec,
          priorityClassName: 'system-cluster-critical',
          restartPolicy: 'OnFailure',
          resources: { requests: { cpu: '4', memory: '4Gi' }, limits: { cpu: '8', memory: '8.5Gi' } },
        },
      },
      status: {
        phase: 'Running',
        reason: 'Odd',
        message: 'größer',
        startTime: TIME,
        conditions,
        initContainerStatuses: [status('sidecar', { state: { waiting: {} }, started: false })],
        containerStatuses: [
          status('main', {
            state: { running: { startedAt: null } },
            lastState: {
              terminated: { exitCode: -1, signal: 9, reason: 'OOMKilled', startedAt: TIME, finishedAt: FAR },
            },
            ready: true,
            started: true,
            restartCount: 2_147_483_647,
          }),
          status('bare', { state: { waiting: { reason: 'ImagePullBackOff', message: '…' } } }),
        ],
      },
    },
    {
      kind: 'Pod',
      body: { metadata: { name: 'gated' }, spec: { ...bareSpec, schedulingGates: [{ name: 'example.com/gate' }] } },
    },
    {
      kind: 'Pod',
      body: { metadata: { name: 'ended' }, spec: { ...bareSpec, restartPolicy: 'Never' } },
      status: {
        phase: 'Failed',
        containerStatuses: [
          status('bare', { state: { terminated: { exitCode: -2_147_483_648, finishedAt: BEFORE_1970 } } }),
        ],
      },
    },
  ];
}

function status(name: string, more: object): object {
  return { name, image: name, imageID: '', ready: false, restartCount: 0, ...more };
}

function workloads(): readonly OddObject[] {
  const counts = { replicas: 3, readyReplicas: 2, availableReplicas: 1, observedGeneration: 7, conditions };
  return [
    {
      kind: 'Deployment',
      body: { metadata: { name: 'bare' }, spec: { selector: bareSelector, template: bareTemplate } },
    },
    {
      kind: 'Deployment',
      body: {
        metadata: oddMeta('full'),
        spec: {
          replicas: 0,
          paused: true,
          strategy: { type: 'Recreate' },
          progressDeadlineSeconds: 99,
          selector,
          template: fullTemplate,
        },
      },
      status: {
        ...counts,
        updatedReplicas: 3,
        unavailableReplicas: 2,
        conditions: [...conditions, { ...condition, type: 'Updated', lastUpdateTime: TIME, lastTransitionTime: null }],
      },
    },
    {
      kind: 'ReplicaSet',
      body: { metadata: { name: 'bare' }, spec: { selector: bareSelector, template: bareTemplate } },
    },
    {
      kind: 'ReplicaSet',
      body: { metadata: oddMeta('full'), spec: { replicas: 0, selector, template: fullTemplate } },
      status: counts,
    },
    {
      kind: 'StatefulSet',
      body: { metadata: { name: 'bare' }, spec: { serviceName: '', selector: bareSelector, template: bareTemplate } },
    },
    {
      kind: 'StatefulSet',
      body: {
        metadata: oddMeta('full'),
        spec: {
          replicas: 3,
          serviceName: 'full',
          podManagementPolicy: 'Parallel',
          ordinals: { start: 5 },
          selector,
          template: fullTemplate,
          volumeClaimTemplates: [
            { metadata: { name: 'data' }, spec: claimSpec },
            { metadata: { name: 'logs' }, spec: claimSpec },
          ],
        },
      },
      status: { ...counts, updatedReplicas: 1, currentRevision: 'full-1', updateRevision: 'full-2' },
    },
    {
      kind: 'DaemonSet',
      body: { metadata: { name: 'bare' }, spec: { selector: bareSelector, template: bareTemplate } },
    },
    {
      kind: 'DaemonSet',
      body: { metadata: oddMeta('full'), spec: { selector, template: fullTemplate } },
      status: {
        observedGeneration: 2,
        desiredNumberScheduled: 9,
        currentNumberScheduled: 8,
        numberReady: 7,
        numberAvailable: 6,
        numberUnavailable: 3,
        updatedNumberScheduled: 4,
        numberMisscheduled: 1,
        conditions,
      },
    },
    ...jobs(),
  ];
}

function jobs(): readonly OddObject[] {
  const once = (template: object, spec: object) => ({ ...template, spec: { ...spec, restartPolicy: 'Never' } });
  const bare = { template: once({}, bareSpec) };
  const full = {
    suspend: true,
    completions: 4,
    parallelism: 0,
    backoffLimit: 0,
    activeDeadlineSeconds: 3_600,
    template: once({ metadata: { labels: { app: 'odd' } } }, fullSpec),
  };
  return [
    { kind: 'Job', body: { metadata: { name: 'bare' }, spec: bare } },
    { kind: 'Job', body: { metadata: oddMeta('full'), spec: full }, status: { conditions } },
    {
      kind: 'Job',
      body: { metadata: { name: 'started' }, spec: bare },
      status: { startTime: TIME, active: 1, succeeded: 0, failed: 3, ready: 0 },
    },
    {
      kind: 'CronJob',
      body: { metadata: { name: 'bare' }, spec: { schedule: '@daily', jobTemplate: { spec: bare } } },
    },
    {
      kind: 'CronJob',
      body: {
        metadata: oddMeta('full'),
        spec: {
          schedule: '*/5 1-3 * * *',
          timeZone: 'Europe/Berlin',
          suspend: true,
          concurrencyPolicy: 'Forbid',
          startingDeadlineSeconds: 0,
          jobTemplate: { spec: full },
        },
      },
      status: {
        active: [
          { kind: 'Job', name: 'full-1' },
          { kind: 'Job', name: 'full-2' },
        ],
        lastScheduleTime: TIME,
        lastSuccessfulTime: BEFORE_1970,
      },
    },
  ];
}

function network(): readonly OddObject[] {
  const slice = { addressType: 'IPv4' };
  return [
    { kind: 'Service', body: { metadata: { name: 'bare' }, spec: { ports: [{ port: 80 }] } } },
    {
      kind: 'Service',
      body: { metadata: { name: 'external' }, spec: { type: 'ExternalName', externalName: 'db.example.com' } },
    },
    {
      kind: 'Service',
      body: {
        metadata: oddMeta('full'),
        spec: {
          type: 'LoadBalancer',
          publishNotReadyAddresses: true,
          loadBalancerClass: 'example.com/internal',
          selector: { app: 'odd' },
          ports: [
            { name: 'a', port: 80, targetPort: 'http' },
            { name: 'b', port: 53, targetPort: 5353, protocol: 'UDP' },
            { name: 'c', port: 65_535 },
            { name: 'd', port: 1, targetPort: '8080-x' },
          ],
        },
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }] } },
    },
    { kind: 'Service', body: { metadata: { name: 'headless' }, spec: { clusterIP: 'None', selector: { app: 'x' } } } },
    { kind: 'EndpointSlice', body: { metadata: { name: 'bare' }, ...slice, endpoints: [] } },
    {
      kind: 'EndpointSlice',
      body: {
        metadata: { ...oddMeta('full'), labels: { 'kubernetes.io/service-name': 'full' } },
        ...slice,
        endpoints: [
          { addresses: ['10.0.0.1', '10.0.0.2'], conditions: { ready: true }, nodeName: 'one' },
          { addresses: ['10.0.0.3'], conditions: { ready: false, serving: true, terminating: true } },
          { addresses: ['10.0.0.4'], conditions: {}, targetRef: { kind: 'Pod', name: 'full', namespace: 'odd' } },
          { addresses: ['10.0.0.5'] },
        ],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }, { name: 'any' }, { name: 'zero', port: 0 }],
      },
    },
  ];
}

function storage(): readonly OddObject[] {
  const classOf = (name: string, more: object) =>
    ({ kind: 'StorageClass', body: { ...more, metadata: { name } } }) as const;
  return [
    classOf('bare', { provisioner: 'example.com/disk' }),
    {
      kind: 'StorageClass',
      body: {
        metadata: { ...oddMeta('default'), annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner: 'example.com/disk',
        volumeBindingMode: 'WaitForFirstConsumer',
        reclaimPolicy: 'Retain',
        parameters: { type: 'ssd' },
      },
    },
    { kind: 'PersistentVolumeClaim', body: { metadata: { name: 'bare' }, spec: claimSpec } },
    {
      kind: 'PersistentVolumeClaim',
      body: { metadata: { name: 'classless' }, spec: { ...claimSpec, storageClassName: '' } },
    },
    {
      kind: 'PersistentVolumeClaim',
      body: {
        metadata: oddMeta('odd-claim'),
        spec: {
          ...claimSpec,
          accessModes: ['ReadWriteMany', 'ReadOnlyMany'],
          storageClassName: 'default',
          volumeName: 'volume-1',
          resources: { requests: { storage: 1_500_000_000 } },
        },
      },
      status: { phase: 'Lost', conditions: [{ ...condition, lastProbeTime: TIME }, plainCondition] },
    },
  ];
}

function cluster(): readonly OddObject[] {
  return [
    { kind: 'Namespace', body: { metadata: { ...oddMeta('full'), finalizers: undefined } }, status: { conditions } },
    { kind: 'Node', body: { metadata: { name: 'bare' } } },
    {
      kind: 'Node',
      body: {
        metadata: oddMeta('full'),
        spec: {
          unschedulable: true,
          taints: [
            { key: 'a', effect: 'NoSchedule' },
            { key: 'b', value: 'c', effect: 'NoExecute', timeAdded: TIME },
          ],
        },
      },
      status: {
        capacity: { cpu: '3920m', memory: '32Gi', pods: 110, 'example.com/gpu': '0' },
        allocatable: { cpu: '3.5', memory: '1e10', pods: '110' },
        nodeInfo: {
          kubeletVersion: 'v1.36.3',
          architecture: 'arm64',
          machineID: 'm',
          systemUUID: 's',
          bootID: 'b',
          kernelVersion: 'k',
          osImage: 'o',
          containerRuntimeVersion: 'c',
          kubeProxyVersion: '',
          operatingSystem: 'linux',
        },
        conditions: [{ ...condition, lastHeartbeatTime: FAR }, plainCondition],
      },
    },
  ];
}

/** Events are checked least by the server, so they carry what chance thinks of. */
function events(): readonly OddObject[] {
  const time = fc
    .date({ min: new Date(-6e13), max: new Date(FAR), noInvalidDate: true })
    .map((date) => date.toISOString().replace(/\.\d+/, ''));
  const microTime = fc.tuple(time, fc.nat(999_999)).map(([at, micros]) => {
    return at.replace('Z', `.${String(micros).padStart(6, '0')}Z`);
  });
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const event = fc.record({
    reason: fc.string({ unit: 'grapheme', maxLength: 40 }),
    message: fc.string({ unit: 'binary', maxLength: 300 }),
    type: fc.constantFrom('Normal', 'Warning', ''),
    count: optional(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    firstTimestamp: fc.option(time),
    lastTimestamp: fc.option(time),
    source: optional(fc.record({ component: fc.string({ unit: 'grapheme' }), host: fc.string() })),
    series: optional(fc.record({ count: fc.integer({ min: -9, max: 2 ** 31 - 1 }), lastObservedTime: microTime })),
    fieldPath: optional(fc.constant('spec.containers{main}')),
  });
  const odd = fc.sample(event, { numRuns: 60, seed: 4 }).map(({ fieldPath, ...body }, index): OddObject => ({
    kind: 'Event',
    body: {
      ...body,
      metadata: { name: `odd-${index}`, namespace: 'odd' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'odd', name: 'full', uid: 'u', fieldPath },
    },
  }));
  const [newer] = fc.sample(microTime, { numRuns: 1, seed: 4 });
  return [
    ...odd,
    {
      kind: 'Event',
      body: {
        metadata: { name: 'newer', namespace: 'odd' },
        involvedObject: { kind: 'Pod', namespace: 'odd', name: 'full' },
        eventTime: newer,
        action: 'Binding',
        reason: 'Scheduled',
        reportingComponent: 'example.com/scheduler',
        reportingInstance: 'scheduler-1',
        type: 'Normal',
      },
    },
  ];
}
