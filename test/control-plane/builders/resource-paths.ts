import type { KubeObject } from './kube-object.ts';

/** Kinds whose status, if they have one, is not for us to write. */
const WITHOUT_STATUS: readonly string[] = [
  'Event',
  'EndpointSlice',
  'LimitRange',
  'StorageClass',
  'IngressClass',
  'NetworkPolicy',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
];

export function hasStatus(kind: string): boolean {
  return !WITHOUT_STATUS.includes(kind);
}

/** The plural as API conventions make it: `ingresses`, `networkpolicies`, `gateways`. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/[sx]$/.test(singular)) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

/** `/apis/apps/v1/namespaces/shop/deployments` */
export function collectionPath({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const area = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${area}/${pluralOf(kind)}`;
}

/** `/apis/apps/v1/namespaces/shop/deployments/api` */
export function objectPath(object: KubeObject): string {
  return `${collectionPath(object)}/${object.metadata.name}`;
}
