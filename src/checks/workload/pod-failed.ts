import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteField, terminationFields } from '../evidence.ts';
import { currentLogs, describeObject, describePod } from '../next-steps.ts';
import {
  belongsToJob,
  condition,
  containerName,
  containersOf,
  isLive,
  presentRun,
  type ContainerState,
} from '../pod-state.ts';
import { standingOf } from '../standing.ts';
import { ownerKey, type View } from '../view.ts';
import { exitText } from './restarts.ts';

/** Failed pods lie about until they are collected; those of an earlier hour, whose owner lives on, are history. */
const RECENT_MS = 60 * 60_000;
const REPEATED = 3;
/** So many of one owner are more than the odd accident, however long ago. */
const PILED_UP = 10;

/** Every node that is shut down leaves such pods behind, by the hundred. */
const SHUTDOWNS = new Set(['Terminated', 'NodeShutdown', 'Shutdown']);
const OTHERS = ' like others of its owner';
const UNREPLACED = ' and no other is there in its place';
/** These make another pod for each that fails. */
const REPLACING = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']);

export const podFailed: Check = {
  id: 'pod-failed',
  family: 'workload',
  sees: 'Pods that have failed or whose state is unknown, where nobody makes another: those without an owner (exit code, deadline, node shut down), those that a node refused or lost while their owner has too few, and three or more refusals within the hour (ten at any time: untidy). Not: pods of Jobs (job-failed), evictions (evicted), pods that were replaced, steps of workflows, sessions at a terminal.',
  cannotSee: 'Pods that failed and are deleted, whether the task of a pod without owner was done by a later one.',
  needs: ['Pod'],
  uses: ['Node', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const candidates = view.restlessPods.filter(({ meta }) => meta.deletedAtMs === undefined);
    const failed = candidates.filter(isFailed);
    const byOwner = Map.groupBy(failed, (pod) => ownerKey(view.ownership('Pod', pod.meta).top));
    return [
      ...candidates.filter(({ phase }) => phase === 'Unknown').map((pod) => findingFor(view, pod, '')),
      ...[...byOwner.values()].flatMap((pods) => findingsFor(view, pods)),
    ];
  },
};

function isFailed(pod: Pod): boolean {
  return pod.phase === 'Failed' && pod.reason !== 'Evicted' && !belongsToJob(pod);
}

function findingsFor(view: View, pods: readonly Pod[]): readonly CheckedFinding[] {
  const [first] = pods;
  if (first === undefined) return [];
  const { top, nearest } = view.ownership('Pod', first.meta);
  if (top.kind === 'Pod' && top.name === first.meta.name) {
    return pods
      .filter(({ containers }) => !containers.some(({ hasStdin }) => hasStdin))
      .map((pod) => findingFor(view, pod, ' and nobody runs it again'));
  }
  const recent = pods.filter((pod) => view.nowMs - failedAtMs(pod) < RECENT_MS);
  const ofOwner = view.podsOwnedBy(top);
  if (REPLACING.has(top.kind) || REPLACING.has(nearest.kind)) {
    const isMissed = ofOwner.filter(isLive).length < standingOf(view, 'Pod', first.meta).wanted;
    if (isMissed) return recent.map((pod) => findingFor(view, pod, UNREPLACED));
    const refused = recent.filter(({ reason }) => !SHUTDOWNS.has(reason));
    if (refused.length >= REPEATED) return refused.map((pod) => findingFor(view, pod, OTHERS, 'warning'));
    const old = pods.filter(({ reason }) => !SHUTDOWNS.has(reason));
    return old.length < PILED_UP ? [] : old.map((pod) => findingFor(view, pod, OTHERS, 'info'));
  }
  // What its own controller makes of an exit code is that one's business; a pod that no node ran never had one.
  const isOver = ofOwner.some((pod) => isLive(pod) || pod.phase === 'Succeeded');
  return isOver
    ? []
    : recent
        .filter(({ reason, containerStatuses }) => reason !== '' && containerStatuses.length === 0)
        .map((pod) => findingFor(view, pod, UNREPLACED));
}

function failedAtMs(pod: Pod): number {
  const ends = containersOf(pod).flatMap(({ status }) => status.terminated?.finishedAtMs ?? []);
  return ends.length > 0
    ? Math.max(...ends)
    : (condition(pod.conditions, 'DisruptionTarget')?.changedAtMs ??
        condition(pod.conditions, 'Ready')?.changedAtMs ??
        pod.startedAtMs ??
        pod.meta.createdAtMs);
}

function findingFor(view: View, pod: Pod, fate: string, impact?: 'warning' | 'info'): CheckedFinding {
  const { meta, phase, reason, message, nodeName } = pod;
  const ended = endOf(pod);
  const isAlone = view.ownership('Pod', meta).top.kind === 'Pod';
  return podFinding(view, pod, {
    reason: reasonOf(ended),
    problem: `pod ${meta.name} ${phase === 'Unknown' ? 'is lost' : 'failed'}${fate}: ${whyText(pod, ended)}`,
    ...(isAlone ? { impact: 'error' as const } : impact !== undefined && { impact }),
    onsetAtMs: failedAtMs(pod),
    evidence: [
      quoteField('Pod', meta, 'status', fields({ phase, reason, message }), failedAtMs(pod)),
      ...(ended?.status.terminated === undefined
        ? []
        : [
            quoteField(
              'Pod',
              meta,
              `${ended.path}.state.terminated`,
              terminationFields(ended.status.terminated),
              ended.status.terminated.finishedAtMs,
            ),
          ]),
    ],
    ...(ended !== undefined && { logOf: presentRun(pod, ended) }),
    nextSteps: [
      describePod(pod),
      ...(ended === undefined ? [] : [currentLogs(pod, ended.status.name)]),
      ...(nodeName === '' ? [] : [describeObject('node', { namespace: '', name: nodeName })]),
    ],
  });
}

/** The container that made the pod fail: the last one that ended with an error. Sidecars are ended when the others have. */
function endOf(pod: Pod): ContainerState | undefined {
  return containersOf(pod)
    .filter(({ role, status }) => role !== 'sidecar' && (status.terminated?.exitCode ?? 0) !== 0)
    .toSorted(
      (left, right) => (right.status.terminated?.finishedAtMs ?? 0) - (left.status.terminated?.finishedAtMs ?? 0),
    )[0];
}

function reasonOf(ended: ContainerState | undefined): 'OOMKilled' | 'StartFailed' | 'PodFailed' {
  switch (ended?.status.terminated?.reason ?? '') {
    case 'OOMKilled':
      return 'OOMKilled';
    case 'StartError':
    case 'ContainerCannotRun':
      return 'StartFailed';
    default:
      return 'PodFailed';
  }
}

function whyText({ phase, reason, message, nodeName }: Pod, ended: ContainerState | undefined): string {
  const words = message === '' ? '' : `: ${clause(message)}`;
  if (phase === 'Unknown') return `its node ${nodeName} does not say what became of it${words}`;
  const [, resource] = /^OutOf(\S+)$/.exec(reason) ?? [];
  if (resource !== undefined) return `node ${nodeName} had no ${resource} left for it${words}`;
  if (SHUTDOWNS.has(reason)) return `node ${nodeName} was shut down${words}`;
  if (reason === 'DeadlineExceeded') return `it ran longer than its deadline allows${words}`;
  if (reason === 'Preempting') return `it made room for a critical pod on node ${nodeName}${words}`;
  const end = ended?.status.terminated;
  if (reason === '' && ended !== undefined && end !== undefined) {
    const why = ['', 'Error', 'Completed'].includes(end.reason) ? '' : `, ${end.reason}`;
    return `${containerName(ended)} ended with ${exitText(end)}${why}${end.message === '' ? '' : `: ${clause(end.message)}`}`;
  }
  return reason === ''
    ? clause(message) || 'its status does not say why'
    : `node ${nodeName} refused or lost it (${reason})${words}`;
}
