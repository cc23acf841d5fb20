import type { CheckedFinding } from '../../domain/check.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { Deployment, ReplicaSet } from '../../domain/kubernetes/workload.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';

export const rolloutStuck: Check = {
  id: 'rollout-stuck',
  family: 'workload',
  sees: 'Deployments whose rollout has passed its progress deadline or may not create its new pods. Not: paused ones, those scaled to zero, StatefulSets and DaemonSets (statefulset-short, daemonset-short).',
  cannotSee:
    'Rollouts before their deadline, Deployments without a deadline, rollouts by other controllers (Argo Rollouts).',
  needs: ['Deployment'],
  uses: ['ReplicaSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Deployment.flatMap((deployment) => {
      if (deployment.meta.deletedAtMs !== undefined || deployment.paused || deployment.replicas === 0) return [];
      const stuck = stuckCondition(deployment);
      return stuck === undefined ? [] : [findingFor(view, deployment, stuck)];
    }),
};

function stuckCondition({ conditions }: Deployment): Condition | undefined {
  const progressing = condition(conditions, 'Progressing');
  if (progressing?.status === 'False') return progressing;
  const failure = condition(conditions, 'ReplicaFailure');
  return failure?.status === 'True' ? failure : undefined;
}

function findingFor(view: View, deployment: Deployment, stuck: Condition): CheckedFinding {
  const { meta, template, replicas, updatedReplicas, readyReplicas, progressDeadlineSeconds } = deployment;
  const isPastDeadline = stuck.reason === 'ProgressDeadlineExceeded';
  const changedAtMs = stuck.changedAtMs ?? meta.createdAtMs;
  const sets = revisions(view, deployment);
  return {
    ...about(view, 'Deployment', 'apps/v1', meta, template),
    family: 'workload',
    reason: 'RolloutStuck',
    impact: readyReplicas === 0 ? 'critical' : 'error',
    title: `rollout stuck: ${
      isPastDeadline
        ? `${String(updatedReplicas)} of ${String(replicas)} replicas updated, ${String(readyReplicas)} ready, no progress for ${String(progressDeadlineSeconds)} s`
        : clause(stuck.message) || stuck.reason
    }${revisionsText(sets)}`,
    // The deadline passed then; the last progress was a whole deadline earlier.
    onsetAtMs: isPastDeadline ? changedAtMs - progressDeadlineSeconds * 1_000 : changedAtMs,
    evidence: [
      quoteCondition('Deployment', meta, stuck),
      quoteField('Deployment', meta, 'status', fields({ replicas, updatedReplicas, readyReplicas })),
      ...sets.map(quoteRevision),
    ],
    nextSteps: [
      `kubectl rollout status deployment/${meta.name} --timeout=5s${inNamespace(meta.namespace)}`,
      describeObject('deployment', meta),
      `kubectl rollout undo deployment/${meta.name}${inNamespace(meta.namespace)}`,
    ],
  };
}

const REVISION = 'deployment.kubernetes.io/revision';

/** The new ReplicaSet, and the old ones that still run, newest first. */
function revisions(view: View, { meta }: Deployment): readonly ReplicaSet[] {
  return view
    .replicaSetsOf(meta.uid)
    .toSorted((left, right) => Number(right.meta.annotations[REVISION]) - Number(left.meta.annotations[REVISION]))
    .filter((set, index) => index === 0 || set.statusReplicas > 0)
    .slice(0, 3);
}

/** `; new ReplicaSet api-7c has 0 of 1 pods ready, old ReplicaSet api-5d 3 of 3`; '' where none is known. */
function revisionsText([newest, ...older]: readonly ReplicaSet[]): string {
  if (newest === undefined) return '';
  const counts = (set: ReplicaSet): string => `${String(set.readyReplicas)} of ${String(set.statusReplicas)}`;
  const before = older.map((set) => `, old ReplicaSet ${set.meta.name} ${counts(set)}`);
  return `; new ReplicaSet ${newest.meta.name} has ${counts(newest)} pods ready${before.join('')}`;
}

function quoteRevision({ meta, template, statusReplicas, readyReplicas }: ReplicaSet): EvidenceQuote {
  return quoteField(
    'ReplicaSet',
    meta,
    'status',
    fields({
      revision: meta.annotations[REVISION] ?? '',
      images: template.containers.map(({ image }) => image).join(' '),
      replicas: statusReplicas,
      readyReplicas,
    }),
  );
}
