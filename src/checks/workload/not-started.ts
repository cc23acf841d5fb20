import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject, describePod } from '../next-steps.ts';
import { condition, containersOf, isLive } from '../pod-state.ts';
import type { View } from '../view.ts';
import { PREPARING, RETRY_EVENT_MAX_AGE_MS } from './start-blocked.ts';

/** A kubelet takes a pod within seconds. */
const UNTAKEN_MS = 5 * 60_000;
/** Volumes attached by a cloud, and an address from it, take minutes. */
const PREPARING_MS = 15 * 60_000;
/** Images of many gigabytes are pulled for this long and longer. */
const PULLING_MS = 60 * 60_000;
/** Where nobody says whether the sandbox is there, it may be either. */
const UNTOLD_MS = 30 * 60_000;

export const notStarted: Check = {
  id: 'not-started',
  family: 'workload',
  sees: 'Pods on a node of which nothing has started, with nothing that says why: not taken by their kubelet for 5 minutes, volumes and network not there for 15, an image not there for an hour; also after a reboot. Not: pods whose events say what fails (config-volume, volume-not-mounted, sandbox-failed, image-pull).',
  cannotSee: 'Whether a pull or a mount makes progress.',
  needs: ['Pod'],
  uses: ['Event', 'Node', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.restlessPods.values().flatMap((pod) => {
      if (pod.nodeName === '' || !(pod.phase === 'Pending' ? isUntouched(pod) : isToStartAgain(pod))) return [];
      if (!isLive(pod)) return [];
      const { text, patienceMs } = stageOf(pod);
      const scheduled = condition(pod.conditions, 'PodScheduled');
      const placedAtMs = scheduled?.status === 'True' ? scheduled.changedAtMs : undefined;
      const sinceMs = lastEndMs(pod) ?? placedAtMs ?? pod.meta.createdAtMs;
      if (view.nowMs - sinceMs < patienceMs || isExplained(view, pod)) return [];
      return [findingFor(view, pod, text, sinceMs)];
    }),
};

/** Nothing of it ever ran, and all that it waits for is to be made. */
function isUntouched(pod: Pod): boolean {
  return containersOf(pod).every(
    ({ status: { waiting, running, terminated, lastTerminated } }) =>
      running === undefined &&
      terminated === undefined &&
      lastTerminated === undefined &&
      (waiting === undefined || waiting.reason === '' || PREPARING.has(waiting.reason)),
  );
}

/** It ran before, all of it ended with its sandbox, and nothing of it is made again. */
function isToStartAgain({ phase, containerStatuses }: Pod): boolean {
  return (
    phase === 'Running' &&
    containerStatuses.length > 0 &&
    containerStatuses.every(({ waiting }) => waiting !== undefined && PREPARING.has(waiting.reason))
  );
}

function lastEndMs({ containerStatuses }: Pod): number | undefined {
  const ends = containerStatuses.flatMap(({ lastTerminated }) => lastTerminated?.finishedAtMs ?? []);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function stageOf({ startedAtMs, containerStatuses, initContainerStatuses, conditions, nodeName }: Pod): {
  readonly text: string;
  readonly patienceMs: number;
} {
  if (startedAtMs === undefined && containerStatuses.length === 0 && initContainerStatuses.length === 0) {
    return { text: `the kubelet of node ${nodeName} has not taken the pod`, patienceMs: UNTAKEN_MS };
  }
  switch (condition(conditions, 'PodReadyToStartContainers')?.status ?? '') {
    case 'False':
      return { text: `its volumes or its network on node ${nodeName} are not ready`, patienceMs: PREPARING_MS };
    case 'True':
      return {
        text: `its containers are still not made on node ${nodeName}, or their images not pulled`,
        patienceMs: PULLING_MS,
      };
    default:
      return { text: `nothing of it has started on node ${nodeName}`, patienceMs: UNTOLD_MS };
  }
}

/** Whoever says what fails is judged by the check of that. */
function isExplained(view: View, pod: Pod): boolean {
  return view
    .eventsAbout(pod.meta, 'Pod')
    .some(({ type, lastAtMs }) => type === 'Warning' && view.nowMs - lastAtMs < RETRY_EVENT_MAX_AGE_MS);
}

function findingFor(view: View, pod: Pod, text: string, sinceMs: number): CheckedFinding {
  const prepared = condition(pod.conditions, 'PodReadyToStartContainers');
  const [container] = containersOf(pod).filter(({ status }) => status.waiting !== undefined);
  return podFinding(view, pod, {
    reason: 'StartFailed',
    problem: `the pod has not started, and nothing says why: ${text}`,
    onsetAtMs: sinceMs,
    evidence: [
      quoteField('Pod', pod.meta, 'status', fields({ phase: pod.phase })),
      ...(prepared === undefined ? [] : [quoteCondition('Pod', pod.meta, prepared)]),
      ...(container === undefined
        ? []
        : [quoteField('Pod', pod.meta, `${container.path}.state.waiting`, fields({ ...container.status.waiting }))]),
    ],
    causes: pod.claimNames.map((name) => ({
      kind: 'PersistentVolumeClaim',
      namespace: pod.meta.namespace,
      name,
    })),
    nextSteps: [
      describePod(pod),
      describeObject('node', { namespace: '', name: pod.nodeName }),
      `kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName=${pod.nodeName}`,
    ],
  });
}
