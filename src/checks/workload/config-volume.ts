import type { CheckedFinding } from '../../domain/check.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { listMissingKind, namesMissingObject } from './config-words.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { blockedSinceMs, failingPreparations, type Preparation } from './start-blocked.ts';
import type { View } from '../view.ts';

export const configVolume: Check = {
  id: 'config-volume',
  family: 'workload',
  sees: 'Pods that cannot start because a volume names a ConfigMap, Secret or key that does not exist.',
  cannotSee: 'Pods whose events have expired while they still wait, optional volumes that are missing.',
  // Only events say so: without them it knows nothing.
  needs: ['Pod', 'Event'],
  uses: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    failingPreparations(view, ({ reason, message }) => reason === 'FailedMount' && namesMissingObject(message)).flatMap(
      (preparation) => findingFor(view, preparation),
    ),
};

function findingFor(view: View, { pod, container, failures }: Preparation): readonly CheckedFinding[] {
  const [newest] = failures;
  if (newest === undefined) return [];
  return [
    podFinding(view, pod, {
      reason: 'ConfigError',
      problem: `the pod cannot start: ${clause(newest.message)}`,
      onsetAtMs: blockedSinceMs(pod, container.status, failures),
      evidence: [
        quoteEvent(newest),
        quoteField('Pod', pod.meta, `${container.path}.state.waiting`, fields({ ...container.status.waiting })),
      ],
      nextSteps: [...listMissingKind(newest.message, pod), describePod(pod)],
    }),
  ];
}
