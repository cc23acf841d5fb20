import type {
  EndpointSlice,
  Ingress,
  IngressBackend,
  IngressClass,
  NetworkPolicy,
  Service,
} from '../../domain/kubernetes/network.ts';
import {
  count,
  fields,
  flag,
  many,
  optionalCount,
  optionalFields,
  optionalFlag,
  optionalNumberOrText,
  optionalText,
  text,
  textMap,
  texts,
  type Raw,
} from './fields.ts';
import { projectMeta, projectSelector } from './meta.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

export function projectService(object: Raw): Service {
  const spec = fields(object['spec'], 'spec');
  return {
    meta: projectMeta(object, true),
    type: text(spec['type'], 'spec.type'),
    clusterIP: text(spec['clusterIP'], 'spec.clusterIP'),
    externalName: text(spec['externalName'], 'spec.externalName'),
    selector: textMap(spec['selector'], 'spec.selector'),
    publishNotReadyAddresses: flag(spec['publishNotReadyAddresses'], 'spec.publishNotReadyAddresses'),
    loadBalancerClass: text(spec['loadBalancerClass'], 'spec.loadBalancerClass'),
    ports: many(spec['ports'], 'spec.ports', (port) => ({
      name: text(port['name'], 'ports.name'),
      port: count(port['port'], 'ports.port'),
      protocol: text(port['protocol'], 'ports.protocol'),
      targetPort: optionalNumberOrText(port['targetPort'], 'ports.targetPort') ?? '',
    })),
    loadBalancerAddresses: projectLoadBalancer(object),
  };
}

export function projectEndpointSlice(object: Raw): EndpointSlice {
  const meta = projectMeta(object, true);
  return {
    meta,
    serviceName: meta.labels[SERVICE_NAME_LABEL] ?? '',
    endpoints: many(object['endpoints'], 'endpoints', (endpoint) => {
      const target = fields(endpoint['targetRef'], 'endpoints.targetRef');
      return {
        addresses: texts(endpoint['addresses'], 'endpoints.addresses'),
        ready: optionalFlag(
          fields(endpoint['conditions'], 'endpoints.conditions')['ready'],
          'endpoints.conditions.ready',
        ),
        targetKind: text(target['kind'], 'targetRef.kind'),
        targetName: text(target['name'], 'targetRef.name'),
        nodeName: text(endpoint['nodeName'], 'endpoints.nodeName'),
      };
    }),
    ports: many(object['ports'], 'ports', (port) => ({
      name: text(port['name'], 'ports.name'),
      port: optionalCount(port['port'], 'ports.port'),
    })),
  };
}

export function projectIngress(object: Raw): Ingress {
  const spec = fields(object['spec'], 'spec');
  return {
    meta: projectMeta(object, true),
    className: optionalText(spec['ingressClassName'], 'spec.ingressClassName'),
    defaultBackend: projectBackend(spec['defaultBackend'], 'spec.defaultBackend'),
    rules: many(spec['rules'], 'spec.rules', (rule) => ({
      host: text(rule['host'], 'rules.host'),
      paths: many(fields(rule['http'], 'rules.http')['paths'], 'http.paths', (path) => ({
        path: text(path['path'], 'paths.path'),
        backend: projectBackend(path['backend'], 'paths.backend') ?? NO_SERVICE,
      })),
    })),
    tlsSecretNames: many(spec['tls'], 'spec.tls', (tls) => text(tls['secretName'], 'tls.secretName')).filter(
      (name) => name !== '',
    ),
    loadBalancerAddresses: projectLoadBalancer(object),
  };
}

const NO_SERVICE: IngressBackend = { serviceName: '', servicePort: '' };

function projectBackend(value: unknown, field: string): IngressBackend | undefined {
  const backend = optionalFields(value, field);
  if (backend === undefined) return undefined;
  const service = fields(backend['service'], 'backend.service');
  const port = fields(service['port'], 'service.port');
  const portNumber = count(port['number'], 'port.number');
  return {
    serviceName: text(service['name'], 'service.name'),
    servicePort: portNumber === 0 ? text(port['name'], 'port.name') : String(portNumber),
  };
}

export function projectIngressClass(object: Raw): IngressClass {
  const meta = projectMeta(object, false);
  return {
    meta,
    controller: text(fields(object['spec'], 'spec')['controller'], 'spec.controller'),
    isDefault: meta.annotations[DEFAULT_CLASS_ANNOTATION] === 'true',
  };
}

export function projectNetworkPolicy(object: Raw): NetworkPolicy {
  const spec = fields(object['spec'], 'spec');
  return {
    meta: projectMeta(object, true),
    podSelector: projectSelector(spec['podSelector']),
    policyTypes: texts(spec['policyTypes'], 'spec.policyTypes'),
  };
}

function projectLoadBalancer(object: Raw): readonly string[] {
  const loadBalancer = fields(fields(object['status'], 'status')['loadBalancer'], 'status.loadBalancer');
  return many(loadBalancer['ingress'], 'loadBalancer.ingress', (ingress) => {
    const ip = text(ingress['ip'], 'ingress.ip');
    return ip === '' ? text(ingress['hostname'], 'ingress.hostname') : ip;
  });
}
