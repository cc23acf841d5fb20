import type { KubeObject } from './kube-object.ts';

/** The kinds that builders make: the plural in paths, and whether there is a status to write. */
const KINDS: Readonly<Record<string, { readonly plural: string; readonly hasStatus: boolean }>> = {
  Namespace: { plural: 'namespaces', hasStatus: false }, // has one, and writes it itself
  Node: { plural: 'nodes', hasStatus: true },
  Pod: { plural: 'pods', hasStatus: true },
  Event: { plural: 'events', hasStatus: false },
  Service: { plural: 'services', hasStatus: false },
  EndpointSlice: { plural: 'endpointslices', hasStatus: false },
  PersistentVolumeClaim: { plural: 'persistentvolumeclaims', hasStatus: true },
  Deployment: { plural: 'deployments', hasStatus: true },
  ReplicaSet: { plural: 'replicasets', hasStatus: true },
  StatefulSet: { plural: 'statefulsets', hasStatus: true },
  Job: { plural: 'jobs', hasStatus: true },
};

function kindOf(kind: string): { readonly plural: string; readonly hasStatus: boolean } {
  const found = KINDS[kind];
  if (found === undefined) throw new Error(`builders/resource-paths.ts does not know the kind ${kind}`);
  return found;
}

export function hasStatus(kind: string): boolean {
  return kindOf(kind).hasStatus;
}

/** `/apis/apps/v1/namespaces/shop/deployments` */
export function collectionPath({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const area = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${area}/${kindOf(kind).plural}`;
}

/** `/apis/apps/v1/namespaces/shop/deployments/api` */
export function objectPath(object: KubeObject): string {
  return `${collectionPath(object)}/${object.metadata.name}`;
}
