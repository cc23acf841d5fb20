/** One Kubernetes object. `namespace` is the empty string for cluster-wide objects, as in Kubernetes' own clients. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The topmost controller of an object: whose problem it is. An object without one owns itself. */
export interface Owner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `Deployment payments/checkout-api`, or `Node worker-1`: the form used in titles, logs and digests. */
export function nameOf(object: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return object.namespace === ''
    ? `${object.kind} ${object.name}`
    : `${object.kind} ${object.namespace}/${object.name}`;
}
