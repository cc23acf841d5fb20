import type { KubeObject } from '../builders/kube-object.ts';

const IMAGES_PER_NODE = 20;
/** With it a pod of two containers is about 7 KB of JSON, a usual size. */
const ENVIRONMENT_COUNT = 2;

/**
 * Gives an object the weight that it has in a cluster: who wrote which field, a second container, environment, mounts,
 * the images of a node. Checks must not care; readers do.
 */
export function withRealisticSize(object: KubeObject): KubeObject {
  const sized = object.kind === 'Node' ? withImages(object) : withSecondContainer(object);
  return { ...sized, metadata: { ...sized.metadata, managedFields: managedFields(sized) } };
}

type Container = Readonly<Record<string, unknown>> & { readonly name: string };
interface PodLike {
  readonly containers: readonly Container[];
}

function withSecondContainer(object: KubeObject): KubeObject {
  if (object.kind === 'Pod') {
    const status = object['status'] as { containerStatuses?: readonly Container[] };
    const [first] = status.containerStatuses ?? [];
    const second = first === undefined ? [] : [{ ...first, ...READY, name: 'proxy' }];
    return {
      ...object,
      spec: dressed(object['spec'] as PodLike),
      status: { ...status, ...(first !== undefined && { containerStatuses: [dressedStatus(first), ...second] }) },
    };
  }
  const spec = object['spec'] as { template?: { spec: PodLike } } | undefined;
  if (spec?.template === undefined) return object;
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: dressed(spec.template.spec) } } };
}

const READY = {
  ready: true,
  started: true,
  restartCount: 0,
  state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
  lastState: {},
};

function dressedStatus(status: Container): Container {
  return { ...status, volumeMounts: MOUNTS.map((mount) => ({ ...mount, recursiveReadOnly: 'Disabled' })) };
}

const MOUNTS = [
  { name: 'config', mountPath: '/etc/service', readOnly: true },
  { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
];

function dressed(spec: PodLike): PodLike {
  const env = Array.from({ length: ENVIRONMENT_COUNT }, (_, index) => ({
    name: `SERVICE_SETTING_${index}`,
    value: `value-of-a-setting-number-${index}`,
  }));
  const [first] = spec.containers;
  if (first === undefined) return spec;
  const dress = (container: Container): Container => ({ ...container, env, volumeMounts: MOUNTS, ...TERMINATION });
  return {
    ...spec,
    ...PLACEMENT,
    containers: [
      dress(first),
      dress({ ...first, name: 'proxy', image: 'registry.example.com/mesh/proxy:2.14.0', ports: [] }),
    ],
  };
}

const TERMINATION = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true },
};

const PLACEMENT = {
  volumes: [
    { name: 'config', configMap: { name: 'service', defaultMode: 420 } },
    { name: 'kube-api-access', emptyDir: {} },
  ],
  tolerations: ['not-ready', 'unreachable'].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  })),
  enableServiceLinks: true,
  preemptionPolicy: 'PreemptLowerPriority',
  priority: 0,
};

function withImages(node: KubeObject): KubeObject {
  const images = Array.from({ length: IMAGES_PER_NODE }, (_, index) => ({
    names: [
      `registry.example.com/team-${index}/service-${index}@sha256:${'0'.repeat(62)}${10 + index}`,
      `registry.example.com/team-${index}/service-${index}:1.${index}.0`,
    ],
    sizeBytes: 100_000_000 + index,
  }));
  return { ...node, status: { ...(node['status'] as object), images } };
}

/** Who owns which field, made from the object itself as the API server does it; a third of what a client reads. */
function managedFields(object: KubeObject): Record<string, unknown>[] {
  const { spec, status } = object as { spec?: unknown; status?: unknown };
  const entry = (manager: string, fields: unknown): Record<string, unknown> => ({
    manager,
    operation: 'Update',
    apiVersion: object.apiVersion,
    time: object.metadata.creationTimestamp,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  });
  return [
    entry('kube-controller-manager', { 'f:spec': fieldSet(spec) }),
    entry('kubelet', { 'f:status': fieldSet(status) }),
  ];
}

function fieldSet(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [`f:${key}`, fieldSet(child)]));
  const named = value.filter((item: unknown) => typeof item === 'object' && item !== null && 'name' in item);
  return Object.fromEntries(
    named.map((item: { name: unknown }) => [
      `k:${JSON.stringify({ name: item.name })}`,
      { '.': {}, ...fieldSet(item) },
    ]),
  );
}
