import type { CheckedFinding } from '../../domain/check.ts';
import type { Service } from '../../domain/kubernetes/network.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';
import type { View } from '../view.ts';

export const servicePortUnknown: Check = {
  id: 'service-port-unknown',
  family: 'network',
  sees: 'Services whose target port is a name that no container of any pod behind them has. Not: target ports by number, headless Services, Services without pods (service-without-endpoints).',
  cannotSee: 'Numbers of ports on which nothing listens.',
  needs: ['Service', 'Pod'],
  uses: [],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.Service.values().map((service) => unknownPort(view, service)),
};

function unknownPort(view: View, service: Service): CheckedFinding | undefined {
  const { meta, ports, type, clusterIP, selector } = service;
  if (meta.deletedAtMs !== undefined || type === 'ExternalName' || clusterIP === 'None') return undefined;
  const pods = view.podsSelectedBy(service).filter(isLive);
  if (pods.length === 0 || Object.keys(selector).length === 0) return undefined;
  const missing = ports.filter(
    ({ targetPort, protocol }) =>
      targetPort !== '' && !/^\d+$/.test(targetPort) && !pods.some((pod) => hasPort(pod, targetPort, protocol)),
  );
  const [first] = missing;
  if (first === undefined) return undefined;
  const subject = about(view, 'Service', 'v1', meta, {
    labels: selector,
    containers: pods.flatMap(({ containers }) => containers),
  });
  const known = [...new Set(pods.flatMap(portNames))].toSorted();
  return {
    ...subject,
    serviceNames: [...new Set([meta.name, ...subject.serviceNames])].toSorted(),
    family: 'network',
    reason: 'TargetPortUnknown',
    impact: missing.length === ports.length ? 'critical' : 'error',
    title: `service ${meta.name} sends port ${String(first.port)} to target port ${first.targetPort}, which no container of its ${pods.length === 1 ? 'pod' : `${String(pods.length)} pods`} has (${known.length === 0 ? 'none is named' : `they have ${known.join(', ')}`})`,
    onsetAtMs: Math.max(meta.createdAtMs, Math.min(...pods.map((pod) => pod.meta.createdAtMs))),
    evidence: missing.map(({ name, port, targetPort }) =>
      quoteField('Service', meta, `spec.ports[${name || String(port)}]`, fields({ port, targetPort })),
    ),
    nextSteps: [
      describeObject('service', meta),
      `kubectl get pods${inNamespace(meta.namespace)} -l ${Object.entries(selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')} -o jsonpath='{range .items[*]}{.metadata.name} {.spec.containers[*].ports}{"\\n"}{end}'`,
    ],
  };
}

function hasPort(pod: Pod, wanted: string, wantedProtocol: string): boolean {
  return [...pod.containers, ...pod.initContainers]
    .flatMap(({ ports }) => ports)
    .some(({ name, protocol }) => name === wanted && (protocol || 'TCP') === (wantedProtocol || 'TCP'));
}

function portNames({ containers }: Pod): readonly string[] {
  return containers.flatMap(({ ports }) => ports.map(({ name }) => name)).filter((name) => name !== '');
}
