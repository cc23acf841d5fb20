import type { Ingress, Service } from '../../domain/kubernetes/network.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';
import { aboutIngress, andMore, classNameOf, forEachIngress, routesOf, type Route } from './ingress.ts';

const NGINX = 'k8s.io/ingress-nginx';

export const ingressPortUnknown: Check = {
  id: 'ingress-port-unknown',
  family: 'network',
  sees: 'Ingresses with a backend port that its Service does not have. Not: Services without ports, ExternalName; target ports, which ingress-nginx takes as well.',
  cannotSee: 'Ports behind which nothing listens.',
  needs: ['Ingress', 'Service', 'IngressClass'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: forEachIngress((view, ingress) => {
    const { meta } = ingress;
    const unknown = routesOf(ingress).filter((route) => isPortUnknown(view, ingress, route));
    const [first] = unknown;
    const service = first && view.service(meta.namespace, first.backend.serviceName);
    if (first === undefined || service === undefined) return undefined;
    const known = service.ports.map(({ name, port }) => (name === '' ? String(port) : `${String(port)} (${name})`));
    return {
      ...aboutIngress(view, ingress),
      family: 'network',
      reason: 'IngressPortUnknown',
      impact: 'error',
      title: `port ${first.backend.servicePort}${andMore(unknown)}, to which a route leads, is none of service ${service.meta.name}, which has ${known.join(', ')}`,
      onsetAtMs: Math.max(meta.createdAtMs, service.meta.createdAtMs),
      evidence: [
        ...unknown.slice(0, 3).map(({ path, backend }) => quoteField('Ingress', meta, path, fields({ ...backend }))),
        quoteField('Service', service.meta, 'spec.ports', known.join(', ')),
      ],
      nextSteps: [describeObject('ingress', meta), describeObject('service', service.meta)],
    };
  }),
};

function isPortUnknown(view: View, ingress: Ingress, { backend }: Route): boolean {
  const { serviceName, servicePort } = backend;
  const service = view.service(ingress.meta.namespace, serviceName);
  if (service === undefined || service.type === 'ExternalName' || service.ports.length === 0) return false;
  if (service.ports.some(({ name, port }) => servicePort === name || servicePort === String(port))) return false;
  return servicePort !== '' && !(isNginx(view, ingress) && isTargetPort(service, servicePort));
}

function isTargetPort({ ports }: Service, servicePort: string): boolean {
  return ports.some(({ targetPort }) => targetPort === servicePort);
}

function isNginx(view: View, ingress: Ingress): boolean {
  const name = classNameOf(ingress);
  const found = view.objects.IngressClass.find(({ meta }) => meta.name === name);
  return found === undefined ? name === 'nginx' : found.controller === NGINX;
}
