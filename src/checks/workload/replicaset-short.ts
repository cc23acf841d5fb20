import type { CheckedFinding } from '../../domain/check.ts';
import type { ReplicaSet } from '../../domain/kubernetes/workload.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { controllerOf } from '../owner.ts';
import type { View } from '../view.ts';
import { creationRefusal, lastChangeMs, shortageOf, shortFinding } from './shortage.ts';

export const replicaSetShort: Check = {
  id: 'replicaset-short',
  family: 'workload',
  sees: 'ReplicaSets that no Deployment owns (bare ones, those of Argo Rollouts and the like) with fewer ready replicas than they want. Not: pods in their first 5 minutes, ReplicaSets scaled to zero.',
  cannotSee: 'ReplicationControllers: only their pods are judged.',
  needs: ['ReplicaSet', 'Pod'],
  uses: ['Event', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.ReplicaSet.filter(({ meta }) => controllerOf(meta)?.kind !== 'Deployment').flatMap(
      (set) => shortSet(view, set) ?? [],
    ),
};

function shortSet(view: View, set: ReplicaSet): CheckedFinding | undefined {
  const { meta, replicas, readyReplicas, template, conditions } = set;
  if (meta.deletedAtMs !== undefined || readyReplicas >= replicas) return undefined;
  const pods = view.podsOf(meta.uid);
  const shortage = shortageOf(pods, replicas, view.nowMs);
  if (shortage.kind === 'passing') return undefined;
  const workload = { kind: 'ReplicaSet', meta, template, conditions };
  return shortFinding(view, workload, {
    standing: { wanted: replicas, ready: readyReplicas },
    onsetAtMs:
      shortage.kind === 'short'
        ? shortage.sinceMs
        : (creationRefusal(view, workload)?.sinceMs ?? lastChangeMs(meta, pods)),
    unready: shortage.kind === 'short' ? shortage.unready : [],
    evidence: [quoteField('ReplicaSet', meta, 'status', fields({ replicas: set.statusReplicas, readyReplicas }))],
  });
}
