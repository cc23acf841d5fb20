import type { ClusterQueries, ServedKind } from '../../../src/domain/cluster-queries.ts';
import { MonitorError } from '../../../src/errors.ts';

type KubernetesObject = Readonly<Record<string, unknown>>;

const KINDS: readonly (ServedKind & { readonly short: readonly string[] })[] = [
  { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true, short: ['po', 'pod'] },
  { group: '', version: 'v1', kind: 'Node', resource: 'nodes', namespaced: false, short: ['no', 'node'] },
  {
    group: '',
    version: 'v1',
    kind: 'Namespace',
    resource: 'namespaces',
    namespaced: false,
    short: ['ns', 'namespace'],
  },
  { group: '', version: 'v1', kind: 'Event', resource: 'events', namespaced: true, short: ['ev', 'event'] },
  { group: '', version: 'v1', kind: 'Service', resource: 'services', namespaced: true, short: ['svc', 'service'] },
  { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', namespaced: true, short: ['secret'] },
  {
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    resource: 'deployments',
    namespaced: true,
    short: ['deploy', 'deployment'],
  },
  {
    group: 'apps',
    version: 'v1',
    kind: 'ReplicaSet',
    resource: 'replicasets',
    namespaced: true,
    short: ['rs', 'replicaset'],
  },
];

export interface MemoryCluster extends ClusterQueries {
  /** Each question, in one line. */
  readonly asked: string[];
}

/** Objects in a list, served like an API server would; `forbidden` are resources that RBAC refuses. */
export function clusterOf(
  objects: readonly KubernetesObject[],
  options: {
    readonly logs?: (pod: string, container: string, previous: boolean) => string;
    readonly forbidden?: readonly string[];
    readonly truncated?: boolean;
  } = {},
): MemoryCluster {
  const asked: string[] = [];
  const field = (object: KubernetesObject, path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (value as KubernetesObject | undefined)?.[key], object);
  const select = (
    kind: ServedKind,
    where: { namespace: string; labelSelector?: string; fieldSelector?: string; name?: string },
  ) => {
    asked.push(`${kind.resource} ${where.namespace} ${where.labelSelector ?? ''} ${where.fieldSelector ?? ''}`.trim());
    if (options.forbidden?.includes(kind.resource)) {
      throw new MonitorError('CLUSTER_FORBIDDEN', `RBAC does not allow list ${kind.resource}`);
    }
    const matches = (selector: string | undefined, prefix: string, object: KubernetesObject): boolean =>
      (selector ?? '').split(',').every((term) => {
        const [key = '', value = ''] = term.split('=');
        return (
          key === '' ||
          (prefix === '' ? field(object, key) : (field(object, prefix) as KubernetesObject | undefined)?.[key]) ===
            value
        );
      });
    return objects.filter(
      (object) =>
        object['kind'] === kind.kind &&
        (where.namespace === '' || field(object, 'metadata.namespace') === where.namespace) &&
        (where.name === undefined || field(object, 'metadata.name') === where.name) &&
        matches(where.labelSelector, 'metadata.labels', object) &&
        matches(where.fieldSelector, '', object),
    );
  };
  return {
    asked,
    findKind: (name) => {
      const [plain = ''] = name.toLowerCase().split('.');
      return Promise.resolve(KINDS.find(({ resource, short }) => resource === plain || short.includes(plain)));
    },
    async get(kind, namespace, name) {
      const [found] = select(kind, { namespace, name });
      if (found === undefined) throw new MonitorError('CLUSTER_NOT_FOUND', `${kind.resource} "${name}" not found`);
      return found;
    },
    async list(kind, where) {
      return { items: select(kind, where), truncated: options.truncated ?? false };
    },
    async table(kind, where) {
      const rows = select(kind, where).map((object) => [
        String(field(object, 'metadata.name')),
        (field(object, 'status.phase') as string | undefined) ?? '',
      ]);
      return {
        columns: ['Name', 'Status'],
        rows: rows.slice(0, where.maxRows),
        truncated: rows.length > where.maxRows,
      };
    },
    async logs(pod, { previous, tailLines }) {
      const text = options.logs?.(pod.name, pod.container ?? '', previous) ?? '';
      return text.split('\n').slice(-tailLines).join('\n');
    },
  };
}

export function aPod(name: string, changes: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'payments', uid: `uid-${name}`, creationTimestamp: '2026-11-21T12:00:00Z' },
    spec: { containers: [{ name: 'api', image: 'acme/api:1' }] },
    status: { phase: 'Running' },
    ...changes,
  };
}
