import { metadataOf, suffixOf, type Builder, type KubeObject } from './kube-object.ts';

export interface ServiceBuilder extends Builder {
  in(namespace: string): ServiceBuilder;
  /** `{ app: NAME }` unless told, which is what the built workloads are labelled with. */
  selecting(labels: Readonly<Record<string, string>>): ServiceBuilder;
  /** Ready addresses; three of them unless told. */
  withEndpoints(...addresses: string[]): ServiceBuilder;
  /** Its pods are there and none is ready. */
  withUnreadyEndpoints(...addresses: string[]): ServiceBuilder;
  /** No pod matches its selector. */
  withoutEndpoints(): ServiceBuilder;
  labelled(labels: Readonly<Record<string, string>>): ServiceBuilder;
  at(nowMs: number): ServiceBuilder;
  healthy(): ServiceBuilder;
}

interface ServicePlan {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly isReady: boolean;
  readonly nowMs: number;
}

const ADDRESSES = ['10.244.0.10', '10.244.1.10', '10.244.2.10'];

/** A Service and its EndpointSlice, with ready endpoints unless told otherwise. */
export function aService(name: string): ServiceBuilder {
  const endpoints = { addresses: ADDRESSES, isReady: true };
  return build({ name, namespace: 'default', selector: { app: name }, labels: {}, ...endpoints, nowMs: Date.now() });
}

function build(plan: ServicePlan): ServiceBuilder {
  const change = (changes: Partial<ServicePlan>): ServiceBuilder => build({ ...plan, ...changes });
  const endpoints = (isReady: boolean, addresses: readonly string[]): ServiceBuilder =>
    change({ isReady, addresses: addresses.length > 0 ? addresses : ADDRESSES });
  return {
    in: (namespace) => change({ namespace }),
    selecting: (selector) => change({ selector }),
    withEndpoints: (...addresses) => endpoints(true, addresses),
    withUnreadyEndpoints: (...addresses) => endpoints(false, addresses),
    withoutEndpoints: () => change({ addresses: [] }),
    labelled: (labels) => change({ labels: { ...plan.labels, ...labels } }),
    at: (nowMs) => change({ nowMs }),
    healthy: () => endpoints(true, []),
    objects: () => {
      const service = serviceObject(plan);
      return [service, sliceObject(plan, service)];
    },
  };
}

function serviceObject(plan: ServicePlan): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf({ kind: 'Service', ...plan, createdAtMs: plan.nowMs - 86_400_000 }),
    spec: {
      type: 'ClusterIP',
      selector: plan.selector,
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
    status: { loadBalancer: {} },
  };
}

function sliceObject(plan: ServicePlan, service: KubeObject): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadataOf({
      kind: 'EndpointSlice',
      name: `${plan.name}-${suffixOf(plan.name, 5)}`,
      namespace: plan.namespace,
      createdAtMs: plan.nowMs - 86_400_000,
      labels: {
        'kubernetes.io/service-name': plan.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      owner: service,
    }),
    addressType: 'IPv4',
    // The API says null for none.
    endpoints: plan.addresses.length === 0 ? null : plan.addresses.map((address) => endpointOf(address, plan.isReady)),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

function endpointOf(address: string, isReady: boolean): Record<string, unknown> {
  return { addresses: [address], conditions: { ready: isReady, serving: isReady, terminating: false } };
}
