import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { ContainerStatus, Pod } from '../../domain/kubernetes/pod.ts';
import { earliest } from '../about.ts';
import { condition, containersOf, isLive, type ContainerState } from '../pod-state.ts';
import type { View } from '../view.ts';

export const PREPARING = new Set(['ContainerCreating', 'PodInitializing']);
/** The kubelet tries volumes and sandboxes again every two minutes at most; an older event is about something that has passed. */
export const RETRY_EVENT_MAX_AGE_MS = 10 * 60_000;
/** What the kubelet does only once volumes and sandbox are there: older API servers have no condition that says so. */
const PASSED = new Set(['Pulling', 'Pulled', 'Created', 'Started']);

/**
 * Since when a container that waits cannot start: since its pod was placed on a node, where it never ran; since its last end
 * where it did; earlier, where an event knows of an earlier failure.
 */
export function blockedSinceMs(pod: Pod, status: ContainerStatus, failures: readonly Event[]): number {
  const scheduled = condition(pod.conditions, 'PodScheduled');
  const lastEndMs = status.lastTerminated?.finishedAtMs;
  const placedAtMs = scheduled?.status === 'True' ? scheduled.changedAtMs : undefined;
  const onset = earliest(
    ...failures.map(({ firstAtMs, lastAtMs }) => firstAtMs ?? lastAtMs),
    lastEndMs ?? placedAtMs ?? pod.startedAtMs,
  );
  return onset ?? pod.meta.createdAtMs;
}

/** A pod on its node for which the kubelet still prepares volumes or the sandbox, and what its events say of that, newest first. */
export interface Preparation {
  readonly pod: Pod;
  readonly container: ContainerState;
  readonly failures: readonly Event[];
}

/** The live pods of which a container waits to be made while events of this kind come in, also of those that ran before and lost their sandbox. */
export function failingPreparations(view: View, isFailure: (event: Event) => boolean): readonly Preparation[] {
  return view.restlessPods.flatMap((pod) => {
    if (!isLive(pod) || (pod.phase !== 'Pending' && pod.phase !== 'Running')) return [];
    if (![...pod.initContainerStatuses, ...pod.containerStatuses].some(({ waiting }) => waiting !== undefined))
      return [];
    // Volumes are mounted and the sandbox has its network: what failed before that has passed.
    if (condition(pod.conditions, 'PodReadyToStartContainers')?.status === 'True') return [];
    const container = containersOf(pod).find(({ status }) => PREPARING.has(status.waiting?.reason ?? ''));
    if (container === undefined) return [];
    const events = view.eventsAbout(pod.meta, 'Pod');
    const passedAtMs = events.find(({ reason }) => PASSED.has(reason))?.lastAtMs ?? 0;
    const failures = events.filter(
      (event) =>
        isFailure(event) && event.lastAtMs > passedAtMs && view.nowMs - event.lastAtMs < RETRY_EVENT_MAX_AGE_MS,
    );
    return failures.length === 0 ? [] : [{ pod, container, failures }];
  });
}
