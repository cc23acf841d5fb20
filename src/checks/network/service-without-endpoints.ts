import type { CheckedFinding } from '../../domain/check.ts';
import type { Service } from '../../domain/kubernetes/network.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { controllerOf } from '../owner.ts';
import { condition, containersOf, isLive, isReady } from '../pod-state.ts';
import { isHarmlessRollout, STARTUP_ALLOWANCE_MS } from '../workload/rollout.ts';
import type { View } from '../view.ts';
import { endpointsLostAtMs, nearMissOf, readyEndpoints, type NearMiss } from './endpoints.ts';

/** One pod of a StatefulSet, as operators make a Service for each. */
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
/** Many times what the endpoints controller takes. */
const CONTROLLER_ALLOWANCE_MS = 5 * 60_000;
/** Pods of one Job, which come and go with it. */
const JOB_NAMES = ['job-name', 'batch.kubernetes.io/job-name'];
/** What Prometheus' charts make Services for in kube-system; a managed cluster hides these from us. */
const CONTROL_PLANE = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-etcd',
  'etcd',
  'kube-proxy',
];
/** A database's copies: a single instance has none, and its operator makes the Service all the same. */
const COPY = /^(?:replicas?|standby|secondary|slave|follower|ro|read|reader)$/i;

export const serviceWithoutEndpoints: Check = {
  id: 'service-without-endpoints',
  family: 'network',
  sees: 'Services with a selector and no ready endpoint, also where pods are ready for 5 minutes and do not become endpoints; where no pod matches, which pods match all of the selector but one pair. Not: ExternalName, selector-less, publishing unready addresses; those whose every workload is scaled to zero, runs on occasion (Job, CronJob), or is on its first rollout; those that an operator made for pods which it does not have now (the copies of a single database); those for the metrics of a control plane that the cluster hides.',
  cannotSee: 'Endpoints that are ready and refuse connections, Services without a selector.',
  // Without the workloads, "scaled to zero on purpose" cannot be told from "gone".
  needs: ['Service', 'EndpointSlice', 'Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'],
  uses: [],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.Service.values().map((service) => withoutEndpoints(view, service)),
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
  if (pods.some(isReady)) return passedOver(view, service, pods);
  const near = pods.length === 0 ? nearMissOf(view, service) : undefined;
  return isOnPurpose(view, service, pods, near) || isStarting(view, service, pods)
    ? undefined
    : findingFor(view, service, pods, near);
}

/** Ready pods that do not become endpoints: their addresses are of another family, or nobody writes the endpoints. */
function passedOver(view: View, service: Service, pods: readonly Pod[]): CheckedFinding | undefined {
  const readyAtMs = pods.filter(isReady).map(({ meta, conditions }) => {
    return condition(conditions, 'Ready')?.changedAtMs ?? meta.createdAtMs;
  });
  const sinceMs = Math.max(service.meta.createdAtMs, Math.min(...readyAtMs));
  if (view.nowMs - sinceMs < CONTROLLER_ALLOWANCE_MS) return undefined;
  return { ...findingFor(view, service, pods, undefined), onsetAtMs: sinceMs };
}

/** Nobody wants a pod behind it now. */
function isOnPurpose(view: View, service: Service, pods: readonly Pod[], near: NearMiss | undefined): boolean {
  if (pods.length > 0) return false;
  const workloads = view.workloadsSelectedBy(service).filter(({ meta }) => meta.deletedAtMs === undefined);
  if (workloads.length > 0) return workloads.every(({ wanted }) => wanted === undefined || wanted === 0);
  const podName = service.selector[POD_NAME];
  if (podName !== undefined) return isScaledAway(view, service, podName);
  if (JOB_NAMES.some((key) => service.selector[key] !== undefined) || isHiddenControlPlane(service)) return true;
  return controllerOf(service.meta) !== undefined || isForCopies(near);
}

/** The Service of `db-2` after its StatefulSet was scaled to two. */
function isScaledAway(view: View, { meta }: Service, podName: string): boolean {
  const [, name, ordinal] = /^(.+)-(\d+)$/.exec(podName) ?? [];
  const set = name === undefined ? undefined : view.statefulSet(meta.namespace, name);
  return set !== undefined && Number(ordinal) >= set.ordinalStart + set.replicas;
}

function isHiddenControlPlane({ meta, clusterIP, selector }: Service): boolean {
  const values = Object.values(selector);
  return meta.namespace === 'kube-system' && clusterIP === 'None' && values.some((one) => CONTROL_PLANE.includes(one));
}

function isForCopies(near: NearMiss | undefined): boolean {
  return near !== undefined && /role/i.test(near.pair[0]) && COPY.test(near.pair[1]);
}

function isStarting(view: View, service: Service, pods: readonly Pod[]): boolean {
  const isFirstRollout = view
    .workloadsSelectedBy(service)
    .some(
      ({ kind, meta }) =>
        kind === 'Deployment' && meta.deletedAtMs === undefined && isHarmlessRollout(view, meta.namespace, meta.name),
    );
  return isFirstRollout || (pods.length > 0 && pods.every((pod) => isYoung(view, pod)));
}

function isYoung(view: View, pod: Pod): boolean {
  return (
    view.nowMs - pod.meta.createdAtMs < STARTUP_ALLOWANCE_MS &&
    containersOf(pod).every(
      ({ status: { restartCount, waiting } }) => restartCount === 0 && !isFailing(waiting?.reason),
    )
  );
}

function isFailing(reason = ''): boolean {
  return !['', 'ContainerCreating', 'PodInitializing'].includes(reason);
}

function findingFor(view: View, service: Service, pods: readonly Pod[], near: NearMiss | undefined): CheckedFinding {
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
    title: `service ${stateText(view, service, pods, selectorText, near)}`,
    onsetAtMs: endpointsLostAtMs(view, service),
    causes: onePodOf(service),
    evidence: [
      quoteField('Service', meta, 'spec.selector', fields(selector)),
      ...view
        .slicesOf(service)
        .slice(0, 1)
        .map((slice) =>
          quoteField('EndpointSlice', slice.meta, 'endpoints', `${String(slice.endpoints.length)} endpoints, 0 ready`),
        ),
      ...(first !== undefined && ready !== undefined ? [quoteCondition('Pod', first.meta, ready)] : []),
      ...(near?.pods ?? [])
        .slice(0, 1)
        .map((pod) => quoteField('Pod', pod.meta, 'metadata.labels', fields(pod.meta.labels))),
    ],
    nextSteps: [
      describeObject('service', meta),
      near === undefined
        ? `kubectl get pods -l ${selectorText} --show-labels${inNamespace(meta.namespace)}`
        : `kubectl get pods --show-labels${inNamespace(meta.namespace)}`,
      `kubectl get endpointslices -l kubernetes.io/service-name=${meta.name}${inNamespace(meta.namespace)}`,
    ],
  };
}

function stateText(
  view: View,
  service: Service,
  pods: readonly Pod[],
  selectorText: string,
  near: NearMiss | undefined,
): string {
  const ready = pods.filter(isReady).length;
  if (ready > 0) {
    return `has no endpoint although ${pods.length === 1 ? 'its only pod is' : `${String(ready)} of its ${String(pods.length)} pods are`} ready`;
  }
  if (pods.length === 1) return 'has no ready endpoints: its only pod is not ready';
  if (pods.length > 1) return `has no ready endpoints: none of its ${String(pods.length)} pods is ready`;
  const ending = view.podsSelectedBy(service).filter(({ meta }) => meta.deletedAtMs !== undefined).length;
  if (ending > 0)
    return `has no ready endpoints: ${ending === 1 ? 'its only pod is' : `all its ${String(ending)} pods are`} being deleted`;
  const nearText = near === undefined ? '' : ` (${countText(near.pods.length)} all but ${near.pair.join('=')})`;
  return `has no endpoints: no pod matches its selector ${selectorText}${nearText}`;
}

function countText(pods: number): string {
  return pods === 1 ? '1 pod matches' : `${String(pods)} pods match`;
}

/** The labels of a single pod of a set are in no template. */
function onePodOf({ meta, selector }: Service): readonly Owner[] {
  const [, name] = /^(.+)-\d+$/.exec(selector[POD_NAME] ?? '') ?? [];
  return name === undefined ? [] : [{ kind: 'StatefulSet', namespace: meta.namespace, name }];
}
