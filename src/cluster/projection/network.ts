import type { EndpointSlice, Service } from '../../domain/kubernetes/network.ts';
import { count, fields, flag, many, optionalCount, optionalFlag, text, textMap, texts, type Raw } from './fields.ts';
import { projectMeta } from './meta.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

export function projectService(object: Raw): Service {
  const spec = fields(object['spec'], 'spec');
  const loadBalancer = fields(fields(object['status'], 'status')['loadBalancer'], 'status.loadBalancer');
  return {
    meta: projectMeta(object, true),
    type: text(spec['type'], 'spec.type'),
    clusterIP: text(spec['clusterIP'], 'spec.clusterIP'),
    externalName: text(spec['externalName'], 'spec.externalName'),
    selector: textMap(spec['selector'], 'spec.selector'),
    publishNotReadyAddresses: flag(spec['publishNotReadyAddresses'], 'spec.publishNotReadyAddresses'),
    ports: many(spec['ports'], 'spec.ports', (port) => ({
      name: text(port['name'], 'ports.name'),
      port: count(port['port'], 'ports.port'),
      protocol: text(port['protocol'], 'ports.protocol'),
      targetPort: numberOrName(port['targetPort']),
    })),
    loadBalancerAddresses: many(loadBalancer['ingress'], 'loadBalancer.ingress', (ingress) => {
      const ip = text(ingress['ip'], 'ingress.ip');
      return ip === '' ? text(ingress['hostname'], 'ingress.hostname') : ip;
    }),
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

function numberOrName(value: unknown): string {
  return typeof value === 'number' ? String(value) : text(value, 'ports.targetPort');
}
