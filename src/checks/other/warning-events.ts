import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { KindName } from '../../domain/snapshot.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteEvent } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { ownerKey, type View } from '../view.ts';

const RECENT_MS = 15 * 60_000;
/** What came in one burst has passed; what goes on for this long does not mend itself. */
const MIN_SPAN_MS = 10 * 60_000;
const MIN_COUNT = 10;

/** Reasons that another check judges, with what it stays silent about on purpose; and warnings that harm nobody. */
const JUDGED = new Set(
  [
    ['BackOff', 'Failed', 'InspectFailed', 'ErrImageNeverPull', 'Unhealthy', 'ProbeWarning', 'ProbeError'],
    ['FailedScheduling', 'Preempted', 'NotTriggerScaleUp', 'Evicted', 'TaintManagerEviction', 'Killing'],
    ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume', 'FailedCreatePodSandBox', 'FailedCreatePodContainer'],
    ['NetworkNotReady', 'FailedPostStartHook', 'FailedSync', 'SandboxChanged'],
    ['FailedToRetrieveImagePullSecret', 'FailedPodSandBoxStatus', 'UnexpectedAdmissionError', 'NodeAffinity'],
    ['FailedPreStopHook', 'ExceededGracePeriod', 'FailedUnmount', 'FailedUnMount'],
    ['FailedDetachVolume', 'FailedUnmapDevice', 'OutOfcpu', 'OutOfmemory', 'OutOfpods', 'Preempting'],
    ['FailedCreate', 'BackoffLimitExceeded', 'DeadlineExceeded', 'ReplicaSetCreateError'],
    ['MissSchedule', 'FailedNeedsStart', 'JobAlreadyActive', 'TooManyMissedTimes'],
    ['UnknownTimeZone', 'UnparseableSchedule', 'InvalidSchedule', 'UnsupportedSchedule'],
    ['ProvisioningFailed', 'FailedBinding', 'ProvisioningCleanupFailed', 'ClaimLost'],
    ['VolumeMismatch', 'VolumeFailedDelete', 'VolumeFailedRecycle'],
    ['VolumeResizeFailed', 'FileSystemResizeFailed', 'SyncLoadBalancerFailed'],
    ['NodeNotReady', 'NodeNotSchedulable', 'EvictionThresholdMet', 'Rebooted', 'InvalidDiskCapacity'],
    ['FailedGetResourceMetric', 'FailedGetContainerResourceMetric', 'FailedGetPodsMetric', 'FailedGetObjectMetric'],
    ['FailedGetExternalMetric', 'FailedComputeMetricsReplicas', 'InvalidMetricSourceType', 'FailedConvertHPA'],
    [
      'FailedGetScale',
      'FailedUpdateScale',
      'FailedRescale',
      'SelectorRequired',
      'InvalidSelector',
      'AmbiguousSelector',
    ],
    ['NoPods', 'NoControllers', 'CalculateExpectedPodCountFailed', 'UnmanagedPods'],
    ['AllocationFailed', 'UnAvailableLoadBalancer', 'FailedBuildModel', 'FailedDeployModel'],
    ['DNSConfigForming', 'PolicyViolation', 'FailedToUpdateEndpoint', 'FailedToUpdateEndpointSlices'],
  ].flat(),
);

export const warningEvents: Check = {
  id: 'warning-events',
  family: 'other',
  sees: 'Warning events that no other check judges, of one reason about one owner: ten or more over at least 10 minutes, the last within a quarter of an hour. Not: events about objects that are gone.',
  cannotSee: 'Whether an event matters: it is never more than a warning.',
  needs: ['Event'],
  uses: [
    'Pod',
    'Node',
    'Service',
    'PersistentVolumeClaim',
    'Deployment',
    'ReplicaSet',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'CronJob',
  ],
  worstImpact: 'warning',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const candidates = view.objects.Event.filter(({ type, reason }) => type === 'Warning' && !JUDGED.has(reason));
    if (candidates.length === 0) return [];
    const present = objectsByName(view, candidates);
    const groups = Map.groupBy(
      candidates.flatMap((event) => subjectOf(view, present, event) ?? []),
      ({ event, meta }) => `${ownerKey(view.ownership(event.involved.kind, meta).top)} ${event.reason}`,
    );
    return [...groups.values()].flatMap((group) => findingFor(view, group) ?? []);
  },
};

interface Warning {
  readonly event: Event;
  readonly meta: ObjectMeta;
}

function findingFor(view: View, group: readonly Warning[]): CheckedFinding | undefined {
  const newest = group.reduce((best, other) => (other.event.lastAtMs > best.event.lastAtMs ? other : best));
  const { event, meta } = newest;
  const count = group.reduce((sum, other) => sum + Math.max(1, other.event.count), 0);
  const firstAtMs = Math.min(...group.map((other) => other.event.firstAtMs ?? other.event.lastAtMs));
  const isRepeated = count >= MIN_COUNT && event.lastAtMs - firstAtMs >= MIN_SPAN_MS;
  if (!isRepeated || view.nowMs - event.lastAtMs >= RECENT_MS) return undefined;
  const { kind, apiVersion } = event.involved;
  return {
    ...about(view, kind, apiVersion, meta),
    family: 'other',
    reason: `Other:${slugOf(event.reason)}`,
    impact: 'warning',
    title: `warning ${event.reason} comes again and again: ${clause(event.message)}`,
    onsetAtMs: firstAtMs,
    evidence: [quoteEvent(event)],
    nextSteps: [
      describeObject(kind.toLowerCase(), meta),
      `kubectl get events${inNamespace(meta.namespace)} --field-selector involvedObject.name=${meta.name}`,
    ],
  };
}

/** The event's object, where it is still there or of a kind that is not read. */
function subjectOf(view: View, present: ReadonlyMap<string, ObjectMeta>, event: Event): Warning | undefined {
  const { kind, namespace, name, uid } = event.involved;
  if (kind === '' || name === '') return undefined;
  const isRead = Object.hasOwn(view.objects, kind);
  const meta = present.get(`${kind} ${kind === 'Node' ? '' : namespace}/${name}`);
  if (meta !== undefined) return uid === '' || uid === meta.uid || kind === 'Node' ? { event, meta } : undefined;
  if (isRead) return undefined;
  const unread = { ...event.meta, namespace, name, uid, labels: {}, annotations: {}, finalizers: [], owners: [] };
  return { event, meta: unread };
}

/** Of the kinds and names that the events are about: a cluster has few of them and many objects. */
function objectsByName({ objects }: View, events: readonly Event[]): ReadonlyMap<string, ObjectMeta> {
  const names = new Set(events.map(({ involved }) => involved.name));
  const kinds = [...new Set(events.map(({ involved }) => involved.kind))].filter(
    (kind): kind is KindName => kind !== 'Event' && Object.hasOwn(objects, kind),
  );
  return new Map(
    kinds.flatMap((kind) =>
      objects[kind]
        .filter(({ meta }) => names.has(meta.name))
        .map(({ meta }): [string, ObjectMeta] => [`${kind} ${meta.namespace}/${meta.name}`, meta]),
    ),
  );
}

/** `FailedGetResourceMetric` → `failed-get-resource-metric`. */
function slugOf(reason: string): string {
  const slug = reason
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  return slug === '' ? 'event' : slug;
}
