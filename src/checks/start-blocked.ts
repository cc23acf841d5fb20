import type { Event } from '../domain/kubernetes/cluster.ts';
import type { ContainerStatus, Pod } from '../domain/kubernetes/pod.ts';
import { earliest } from './about.ts';
import { condition } from './pod-state.ts';

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
