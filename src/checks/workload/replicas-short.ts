import type { CheckedFinding } from '../../domain/check.ts';
import type { Deployment } from '../../domain/kubernetes/workload.ts';
import { earliest } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteCondition, quoteField } from '../evidence.ts';
import { condition } from '../pod-state.ts';
import { isRollingOut, keepsItsPromise } from './rollout.ts';
import { creationRefusal, shortageOf, shortFinding } from './shortage.ts';
import type { View } from '../view.ts';

const UNSEEN = 'no controller has looked at it yet (does kube-controller-manager run?)';

export const replicasShort: Check = {
  id: 'replicas-short',
  family: 'workload',
  sees: 'Deployments with fewer ready replicas than they want. Not: rollouts within their deadline that keep (or never had, or by the Recreate strategy give up) what they promise, pods in their first 5 minutes, Deployments scaled to zero.',
  cannotSee:
    'Pods that are ready and serve errors; a Deployment whose controller stopped looking at it after its first status.',
  needs: ['Deployment'],
  uses: ['Pod', 'ReplicaSet', 'Event', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.Deployment.values().map((deployment) => shortDeployment(view, deployment)),
};

function shortDeployment(view: View, deployment: Deployment): CheckedFinding | undefined {
  const { meta, replicas, readyReplicas, conditions, template } = deployment;
  if (meta.deletedAtMs !== undefined || readyReplicas >= replicas) return undefined;
  const available = condition(conditions, 'Available');
  if (isRollingOut(deployment, view.nowMs) && keepsItsPromise(deployment)) return undefined;

  const pods = view.podsOwnedBy({ kind: 'Deployment', namespace: meta.namespace, name: meta.name });
  const shortage = shortageOf(pods, replicas, view.nowMs);
  const unready = shortage.kind === 'short' ? shortage.unready : [];
  const onsetAtMs = available?.status === 'False' ? available.changedAtMs : onsetByPods();
  if (onsetAtMs === undefined) return undefined;

  return shortFinding(
    view,
    { kind: 'Deployment', meta, template, conditions },
    {
      standing: { wanted: replicas, ready: readyReplicas },
      onsetAtMs,
      unready,
      note: deployment.observedGeneration === 0 ? UNSEEN : '',
      evidence: [
        quoteField('Deployment', meta, 'status', fields({ replicas, readyReplicas })),
        ...(available?.status === 'False' ? [quoteCondition('Deployment', meta, available)] : []),
      ],
    },
  );

  function onsetByPods(): number | undefined {
    if (shortage.kind === 'short') return shortage.sinceMs;
    if (shortage.kind === 'passing' && view.isComplete('Pod', meta.namespace)) return undefined;
    const refusal = creationRefusal(view, { kind: 'Deployment', meta, conditions });
    // Without a witness the youngest change of the Deployment itself bounds it from below.
    const changes = conditions.map(({ changedAtMs, updatedAtMs }) => updatedAtMs ?? changedAtMs ?? 0);
    return earliest(refusal?.sinceMs) ?? Math.max(...changes, meta.createdAtMs);
  }
}
