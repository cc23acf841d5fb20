import type { Event } from '../../../src/domain/kubernetes/cluster.ts';
import type { Pod } from '../../../src/domain/kubernetes/pod.ts';
import { aCondition, ago, anEvent, aSickPod } from '../../builders/kubernetes.ts';

/** A pod that was placed on its node so many minutes ago, where nothing of it runs yet. */
export function aPreparingPod(minutes: number, over: Parameters<typeof aSickPod>[1] = {}): Pod {
  return aSickPod(
    { waiting: { reason: 'ContainerCreating', message: '' } },
    {
      phase: 'Pending',
      startedAtMs: ago(minutes),
      conditions: [
        aCondition('PodReadyToStartContainers', 'False', { changedAtMs: ago(minutes) }),
        aCondition('PodScheduled', 'True', { changedAtMs: ago(minutes) }),
      ],
      ...over,
    },
  );
}

/** A pod that was placed on its node so many minutes ago, and whose container is refused there. */
export function aRefusedPod(reason: string, message: string, minutes = 30): Pod {
  return aSickPod(
    { waiting: { reason, message } },
    {
      phase: 'Pending',
      startedAtMs: ago(minutes),
      conditions: [aCondition('PodScheduled', 'True', { changedAtMs: ago(minutes) })],
    },
  );
}

export function aFailure(pod: Pod, reason: string, message: string, over: Partial<Omit<Event, 'meta'>> = {}): Event {
  return anEvent({ kind: 'Pod', meta: pod.meta }, { reason, message, firstAtMs: ago(20), lastAtMs: ago(1), ...over });
}

/** The same pod a little later: sandbox and volumes are there, an image is being pulled. */
export function prepared(pod: Pod): Pod {
  return {
    ...pod,
    conditions: [aCondition('PodReadyToStartContainers', 'True'), aCondition('PodScheduled', 'True')],
  };
}
