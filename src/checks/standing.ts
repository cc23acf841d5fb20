import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { Impact } from '../domain/severity.ts';
import { isLive, isReady } from './pod-state.ts';
import type { View } from './view.ts';
import { controllerOf } from './owner.ts';

/** How many replicas an owner wants, and how many are ready. */
export interface Standing {
  readonly wanted: number;
  readonly ready: number;
}

/**
 * The standing of whatever an object belongs to, from that owner's own status, or from its pods where it has none (a custom resource, an owner that cannot be read).
 *
 * ReplicaSets of one foreign owner (an Argo Rollout's stable and canary) count together.
 */
export function standingOf(view: View, kind: string, meta: ObjectMeta): Standing {
  const { top, nearest } = view.ownership(kind, meta);
  const { namespace, name } = top.kind === 'Deployment' ? top : nearest.meta;
  switch (top.kind === 'Deployment' ? 'Deployment' : nearest.kind) {
    case 'Deployment': {
      const deployment = view.deployment(namespace, name);
      if (deployment !== undefined) return { wanted: deployment.replicas, ready: deployment.readyReplicas };
      break;
    }
    case 'StatefulSet': {
      const set = view.statefulSet(namespace, name);
      if (set !== undefined) return { wanted: set.replicas, ready: set.readyReplicas };
      break;
    }
    case 'DaemonSet': {
      const set = view.daemonSet(namespace, name);
      if (set !== undefined) return { wanted: set.desiredNumberScheduled, ready: set.numberReady };
      break;
    }
    case 'ReplicaSet': {
      const foreignOwner = controllerOf(nearest.meta);
      const own = view.replicaSet(namespace, name);
      const sets = foreignOwner === undefined ? (own === undefined ? [] : [own]) : view.replicaSetsOf(foreignOwner.uid);
      if (sets.length > 0) {
        return {
          wanted: sets.reduce((sum, { replicas }) => sum + replicas, 0),
          ready: sets.reduce((sum, { readyReplicas }) => sum + readyReplicas, 0),
        };
      }
      break;
    }
  }
  const pods = view.podsOwnedBy(top).filter(isLive);
  return { wanted: pods.length, ready: pods.filter(isReady).length };
}

/** What is really lost when one pod is in trouble: everything, a part, or nothing yet. */
export function impactOf({ wanted, ready }: Standing, podIsReady: boolean): Impact {
  if (wanted >= 1 && ready === 0) return 'critical';
  return podIsReady ? 'warning' : 'error';
}

/** `0 of 3 replicas ready`; '' where nobody counts replicas. */
export function standingText({ wanted, ready }: Standing): string {
  return wanted === 0 ? '' : `${String(ready)} of ${String(wanted)} ${wanted === 1 ? 'replica' : 'replicas'} ready`;
}
