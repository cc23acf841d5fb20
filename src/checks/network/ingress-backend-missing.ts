import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { aboutIngress, andMore, forEachIngress, routesOf } from './ingress.ts';

export const ingressBackendMissing: Check = {
  id: 'ingress-backend-missing',
  family: 'network',
  sees: 'Ingresses with a rule or default backend whose Service does not exist. Not: backends that are no Services, backends that a controller reads from annotations.',
  cannotSee:
    'TLS Secrets, which are never read; Services that exist and send nowhere (service-without-endpoints says so); since when a Service is gone.',
  needs: ['Ingress', 'Service'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: forEachIngress((view, ingress) => {
    const { meta } = ingress;
    const routes = routesOf(ingress);
    const missing = routes.filter(({ backend }) => view.service(meta.namespace, backend.serviceName) === undefined);
    const names = [...new Set(missing.map(({ backend }) => backend.serviceName))];
    const [name] = names;
    if (name === undefined) return undefined;
    const reach = missing.length === routes.length ? 'all its routes' : `${String(missing.length)} of its routes`;
    return {
      ...aboutIngress(view, ingress),
      family: 'network',
      reason: 'IngressBackendMissing',
      impact: 'error',
      title: `service ${name}${andMore(names)}, to which ${reach} lead, does not exist`,
      onsetAtMs: meta.createdAtMs,
      evidence: missing
        .slice(0, 3)
        .map(({ path, backend }) => quoteField('Ingress', meta, path, fields({ ...backend }))),
      nextSteps: [describeObject('ingress', meta), `kubectl get services${inNamespace(meta.namespace)}`],
    };
  }),
};
