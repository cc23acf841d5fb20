/** A kind as discovery announces it. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

const kind = (
  group: string,
  name: string,
  resource: string,
  shortNames: readonly string[] = [],
  { namespaced = true, version = 'v1' } = {},
): ServedKind => ({ group, version, kind: name, resource, singular: name.toLowerCase(), shortNames, namespaced });
const CLUSTER_WIDE = { namespaced: false };

/** Everything the simulated cluster serves; most of it is empty. */
export const servedKinds: readonly ServedKind[] = [
  kind('', 'Pod', 'pods', ['po']),
  kind('', 'Node', 'nodes', ['no'], CLUSTER_WIDE),
  kind('', 'Namespace', 'namespaces', ['ns'], CLUSTER_WIDE),
  kind('', 'Event', 'events', ['ev']),
  kind('', 'Service', 'services', ['svc']),
  kind('', 'ConfigMap', 'configmaps', ['cm']),
  kind('', 'PersistentVolumeClaim', 'persistentvolumeclaims', ['pvc']),
  kind('', 'PersistentVolume', 'persistentvolumes', ['pv'], CLUSTER_WIDE),
  kind('', 'ResourceQuota', 'resourcequotas', ['quota']),
  kind('', 'LimitRange', 'limitranges', ['limits']),
  kind('apps', 'Deployment', 'deployments', ['deploy']),
  kind('apps', 'ReplicaSet', 'replicasets', ['rs']),
  kind('apps', 'StatefulSet', 'statefulsets', ['sts']),
  kind('apps', 'DaemonSet', 'daemonsets', ['ds']),
  kind('batch', 'Job', 'jobs'),
  kind('batch', 'CronJob', 'cronjobs', ['cj']),
  kind('discovery.k8s.io', 'EndpointSlice', 'endpointslices'),
  kind('storage.k8s.io', 'StorageClass', 'storageclasses', ['sc'], CLUSTER_WIDE),
  kind('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', ['hpa'], { version: 'v2' }),
  kind('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', ['pdb']),
  kind('networking.k8s.io', 'Ingress', 'ingresses', ['ing']),
  kind('networking.k8s.io', 'IngressClass', 'ingressclasses', [], CLUSTER_WIDE),
  kind('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', ['netpol']),
  kind(
    'admissionregistration.k8s.io',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    [],
    CLUSTER_WIDE,
  ),
  kind(
    'admissionregistration.k8s.io',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    [],
    CLUSTER_WIDE,
  ),
  kind('apiregistration.k8s.io', 'APIService', 'apiservices', [], CLUSTER_WIDE),
  kind('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', ['crd'], CLUSTER_WIDE),
];

export const apiVersionOf = ({ group, version }: ServedKind): string =>
  group === '' ? version : `${group}/${version}`;

const VERBS = ['get', 'list', 'watch'];
const groupsOf = (kinds: readonly ServedKind[]): readonly string[] =>
  [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '');

/** What a discovery path answers, classic or aggregated; `undefined` for a path that is none. */
export function discovery(
  path: string,
  aggregated: boolean,
  served: readonly ServedKind[],
): Record<string, unknown> | undefined {
  if (path === '/api') {
    return aggregated
      ? aggregatedList([''], served)
      : { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  }
  if (path === '/apis') {
    const groups = groupsOf(served);
    return aggregated
      ? aggregatedList(groups, served)
      : { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => apiGroup(group, served)) };
  }
  const groupVersion = path.replace(/^\/apis?\//, '');
  const kinds = served.filter((each) => apiVersionOf(each) === groupVersion);
  const prefix = kinds[0]?.group === '' ? '/api/' : '/apis/';
  if (kinds.length > 0 && path === `${prefix}${groupVersion}`) {
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: kinds.flatMap(resources) };
  }
  const group = path.replace('/apis/', '');
  return groupsOf(served).includes(group) && path === `/apis/${group}`
    ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, served) }
    : undefined;
}

function apiGroup(name: string, served: readonly ServedKind[]): Record<string, unknown> {
  const version = served.find(({ group }) => group === name)?.version ?? 'v1';
  const entry = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [entry], preferredVersion: entry };
}

function resources({ kind: name, resource, singular, shortNames, namespaced }: ServedKind): Record<string, unknown>[] {
  const own = { name: resource, singularName: singular, kind: name, namespaced, shortNames, verbs: VERBS };
  if (name !== 'Pod') return [own];
  return [own, { name: 'pods/log', singularName: '', kind: 'Pod', namespaced: true, verbs: ['get'] }];
}

function aggregatedList(groups: readonly string[], served: readonly ServedKind[]): Record<string, unknown> {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => {
      const kinds = served.filter((each) => each.group === group);
      return {
        metadata: group === '' ? {} : { name: group },
        versions: [
          {
            version: kinds[0]?.version ?? 'v1',
            freshness: 'Current',
            resources: kinds.map((each) => ({
              resource: each.resource,
              responseKind: { group: each.group, version: each.version, kind: each.kind },
              scope: each.namespaced ? 'Namespaced' : 'Cluster',
              singularResource: each.singular,
              shortNames: each.shortNames,
              verbs: VERBS,
              ...(each.kind === 'Pod'
                ? {
                    subresources: [
                      { subresource: 'log', responseKind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
                    ],
                  }
                : {}),
            })),
          },
        ],
      };
    }),
  };
}
