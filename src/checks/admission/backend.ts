import type { ServiceTarget } from '../../domain/kubernetes/extension.ts';
import type { Service } from '../../domain/kubernetes/network.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { Owner } from '../../domain/object-ref.ts';
import type { KindName } from '../../domain/snapshot.ts';
import { fields, quoteField } from '../evidence.ts';
import { endpointsLostAtMs, ownersBehind, readyEndpoints } from '../network/endpoints.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { isLive, isReady } from '../pod-state.ts';
import type { View } from '../view.ts';

/** What `backendTrouble` infers from the absence of. Not pods: a patrol does not read all of them. */
export const BACKEND_KINDS = ['Service', 'EndpointSlice'] as const satisfies readonly KindName[];
/** These let its causes name the workload, and say better since when. */
export const BEHIND_KINDS = [
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
] as const satisfies readonly KindName[];

/** An extension of the API server may take so long to start, and what needs it waits. */
export const BACKEND_GRACE_MS = 5 * 60_000;

/** Why the API server cannot reach what it must call. */
export interface BackendTrouble {
  /** Continues a sentence: `service policy/webhook does not exist`. */
  readonly problem: string;
  /** `undefined` where nothing tells: it is as old as what calls it. */
  readonly sinceMs: number | undefined;
  /** The Service and whose pods it would send to. */
  readonly causes: readonly Owner[];
  readonly evidence: readonly EvidenceQuote[];
  readonly nextSteps: readonly string[];
}

/** @returns `undefined` when it can be reached, and where that cannot be known */
export function backendTrouble(view: View, target: ServiceTarget): BackendTrouble | undefined {
  const { namespace, name, port } = target;
  if (!BACKEND_KINDS.every((kind) => view.isComplete(kind, namespace))) return undefined;
  const service = view.service(namespace, name);
  const nextSteps = [
    describeObject('service', target),
    `kubectl get endpointslices -l kubernetes.io/service-name=${name}${inNamespace(namespace)}`,
  ];
  if (service === undefined) {
    return {
      problem: `service ${namespace}/${name} does not exist`,
      sinceMs: undefined,
      causes: [{ kind: 'Namespace', namespace: '', name: namespace }],
      evidence: [],
      nextSteps: [`kubectl get services${inNamespace(namespace)}`],
    };
  }
  if (service.type === 'ExternalName') return undefined;
  const causes = [{ kind: 'Service', namespace, name }, ...ownersBehind(view, service)];
  if (readyEndpoints(view, service) === 0) {
    if (view.podsSelectedBy(service).some((pod) => isLive(pod) && isReady(pod))) return undefined;
    return {
      problem: `service ${namespace}/${name} has no ready endpoint`,
      sinceMs: endpointsLostAtMs(view, service),
      causes,
      evidence: [quoteField('Service', service.meta, 'spec.selector', fields(service.selector) || 'none')],
      nextSteps,
    };
  }
  if (hasPort(service, port)) return undefined;
  const ports = service.ports.map((one) => String(one.port)).join(', ');
  return {
    problem: `service ${namespace}/${name} has no port ${String(port)} (it has ${ports})`,
    sinceMs: service.meta.createdAtMs,
    causes,
    evidence: [quoteField('Service', service.meta, 'spec.ports', ports)],
    nextSteps,
  };
}

/** The API server takes an endpoint's own port where the Service has no address. */
function hasPort({ clusterIP, ports }: Service, wanted: number): boolean {
  return clusterIP === 'None' || ports.some(({ port }) => port === wanted);
}
