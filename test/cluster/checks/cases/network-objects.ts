import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { Given } from '../case.ts';

type Fields = Readonly<Record<string, unknown>>;

export function aPlainService({ namespace }: Given, name: string, spec: Fields, status: Fields = {}): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
    status: { loadBalancer: {}, ...status },
  };
}

/** A slice of a Service as its controller, or a person, writes it. */
export function aPlainSlice({ namespace }: Given, serviceName: string, isReady: boolean): PlainObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${serviceName}-byhand`, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['203.0.113.7'], conditions: { ready: isReady, serving: isReady, terminating: false } }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

/** A pod as the kubelet reports it; one that runs and is ready unless told. */
export function aPlainPod(
  { namespace }: Given,
  name: string,
  labels: Readonly<Record<string, string>>,
  over: { readonly status?: Fields; readonly containers?: readonly Fields[]; readonly metadata?: Fields } = {},
): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, ...over.metadata },
    spec: {
      nodeName: 'worker-1',
      containers: over.containers ?? [{ name: 'app', image: 'registry.example.com/app:1.0.0' }],
    },
    status: over.status ?? { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export function aBackend(name: string, port: number | string = 80): Fields {
  return { service: { name, port: typeof port === 'number' ? { number: port } : { name: port } } };
}

export interface IngressPlan {
  readonly className?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly backends?: readonly Fields[];
  readonly defaultBackend?: Fields;
  readonly address?: string;
}

/** To the Service `web`, port 80, and served, unless told. */
export function aPlainIngress(
  { namespace }: Given,
  name: string,
  { className, annotations = {}, backends = [aBackend('web')], defaultBackend, address }: IngressPlan,
): PlainObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations },
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      ...(defaultBackend !== undefined && { defaultBackend }),
      rules: [
        {
          host: `${name}.example.com`,
          http: {
            paths: backends.map((backend, index) => ({ path: `/${String(index)}`, pathType: 'Prefix', backend })),
          },
        },
      ],
    },
    status: { loadBalancer: address === undefined ? {} : { ingress: [{ ip: address }] } },
  };
}

export function anIngressClass(name: string, controller = 'example.com/ingress'): PlainObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } };
}

export function aPlainPolicy({ namespace }: Given, name: string, podSelector: Fields): PlainObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: { podSelector, policyTypes: ['Ingress'], ingress: [{}] },
  };
}

/** A CronJob whose pods carry these labels, between two runs. */
export function aPlainCronJob(given: Given, name: string, labels: Readonly<Record<string, string>>): PlainObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: given.namespace },
    spec: {
      schedule: '0 3 1 1 *',
      jobTemplate: {
        spec: {
          template: {
            metadata: { labels },
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'app', image: 'registry.example.com/app:1.0.0' }],
            },
          },
        },
      },
    },
  };
}
