import type { CheckedFinding } from '../../domain/check.ts';
import type { Service } from '../../domain/kubernetes/network.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition, isLive, isReady, unreadySinceMs } from '../pod-state.ts';
import { isHarmlessRollout } from '../workload/rollout.ts';
import type { View } from '../view.ts';

/** The endpoints controller notes here when the last change reached it (RFC 3339). */
const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

export const serviceWithoutEndpoints: Check = {
  id: 'service-without-endpoints',
  family: 'network',
  sees: 'Services with a selector and no ready endpoint. Not: ExternalName, selector-less, publishing unready addresses; those whose every workload is scaled to zero, runs on occasion (Job, CronJob), or is on its first rollout.',
  cannotSee: 'Endpoints that are ready and refuse connections, Services without a selector.',
  // Without the workloads, "scaled to zero on purpose" cannot be told from "gone".
  needs: ['Service', 'EndpointSlice', 'Pod', 'Deployment', 'StatefulSet'],
  uses: ['DaemonSet', 'ReplicaSet', 'Job', 'CronJob'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.Service.flatMap((service) => withoutEndpoints(view, service) ?? []),
};

function withoutEndpoints(view: View, service: Service): CheckedFinding | undefined {
  const { meta, selector } = service;
  const isOurs =
    meta.deletedAtMs === undefined &&
    service.type !== 'ExternalName' &&
    Object.keys(selector).length > 0 &&
    !service.publishNotReadyAddresses;
  if (!isOurs || readyEndpoints(view, service) > 0) return undefined;

  const pods = view.podsSelectedBy(service).filter(isLive);
  // A ready pod that is no endpoint yet is the endpoints controller's business of the next second.
  if (pods.some(isReady)) return undefined;
  const workloads = view.workloadsSelectedBy(service).filter((workload) => workload.meta.deletedAtMs === undefined);
  if (
    pods.length === 0 &&
    workloads.length > 0 &&
    workloads.every(({ wanted }) => wanted === undefined || wanted === 0)
  ) {
    return undefined;
  }
  const isStarting = workloads.some(
    ({ kind, meta: { name } }) => kind === 'Deployment' && isHarmlessRollout(view, meta.namespace, name),
  );
  return isStarting ? undefined : findingFor(view, service, pods);
}

function readyEndpoints(view: View, service: Service): number {
  return view
    .slicesOf(service)
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ ready }) => ready !== false).length;
}

function findingFor(view: View, service: Service, pods: readonly Pod[]): CheckedFinding {
  const { meta, selector } = service;
  const selectorText = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const [first] = pods;
  const ready = first && condition(first.conditions, 'Ready');
  const images = pods.flatMap(({ containers }) => containers);
  const subject = about(view, 'Service', 'v1', meta, { labels: selector, containers: images });
  return {
    ...subject,
    serviceNames: [...new Set([meta.name, ...subject.serviceNames])].toSorted(),
    family: 'network',
    reason: 'NoEndpoints',
    impact: 'critical',
    title: `service ${stateText(pods.length, selectorText)}`,
    onsetAtMs: onsetOf(view, service, pods),
    evidence: [
      quoteField('Service', meta, 'spec.selector', fields(selector)),
      ...view
        .slicesOf(service)
        .slice(0, 1)
        .map((slice) =>
          quoteField('EndpointSlice', slice.meta, 'endpoints', `${String(slice.endpoints.length)} endpoints, 0 ready`),
        ),
      ...(first !== undefined && ready !== undefined ? [quoteCondition('Pod', first.meta, ready)] : []),
    ],
    nextSteps: [
      describeObject('service', meta),
      `kubectl get pods -l ${selectorText} --show-labels${inNamespace(meta.namespace)}`,
      `kubectl get endpointslices -l kubernetes.io/service-name=${meta.name}${inNamespace(meta.namespace)}`,
    ],
  };
}

function stateText(pods: number, selectorText: string): string {
  if (pods === 0) return `has no endpoints: no pod matches its selector ${selectorText}`;
  if (pods === 1) return 'has no ready endpoints: its only pod is not ready';
  return `has no ready endpoints: none of its ${String(pods)} pods is ready`;
}

/** Since the last of its pods stopped being ready; without pods, since the endpoints last changed or a workload lost availability; at worst since it was made. */
function onsetOf(view: View, service: Service, pods: readonly Pod[]): number {
  if (pods.length > 0) return Math.max(...pods.map((pod) => unreadySinceMs(pod) ?? pod.meta.createdAtMs));
  const lost = view.workloadsSelectedBy(service).flatMap(({ kind, meta }) => {
    const deployment = kind === 'Deployment' ? view.deployment(meta.namespace, meta.name) : undefined;
    const available = deployment && condition(deployment.conditions, 'Available');
    return available?.status === 'False' && available.changedAtMs !== undefined ? [available.changedAtMs] : [];
  });
  if (lost.length > 0) return Math.max(...lost);
  const changes = view
    .slicesOf(service)
    .map(({ meta }) => Date.parse(meta.annotations[LAST_CHANGE] ?? ''))
    .filter((atMs) => !Number.isNaN(atMs));
  return changes.length > 0 ? Math.max(...changes) : service.meta.createdAtMs;
}
