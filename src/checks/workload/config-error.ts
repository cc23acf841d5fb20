import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { listMissingKind } from './config-words.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { containerName, type ContainerState } from '../pod-state.ts';
import { findingsOfContainers } from './containers.ts';
import { containerEvents } from './restarts.ts';
import { blockedSinceMs } from './start-blocked.ts';
import { isConfigRefusal } from './start-refusal.ts';
import type { View } from '../view.ts';

export const configError: Check = {
  id: 'config-error',
  family: 'workload',
  sees: 'Containers whose environment names a ConfigMap, Secret or key that does not exist. Not: volumes that do (config-volume), containers that the runtime refuses (start-failed).',
  cannotSee: 'Values that exist and are wrong, optional references that are missing.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => findingsOfContainers(view, ({ status }) => isConfigRefusal(status), findingFor),
};

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, path } = container;
  const waiting = status.waiting ?? { reason: '', message: '' };
  const failures = containerEvents(view, pod, container).filter(({ reason }) => reason === 'Failed');
  const why = waiting.message === '' ? failures[0]?.message : waiting.message;
  return podFinding(view, pod, {
    reason: 'ConfigError',
    problem: `${containerName(container)} cannot start: ${clause(why ?? waiting.reason)}`,
    onsetAtMs: blockedSinceMs(pod, status, failures),
    evidence: [
      quoteField('Pod', pod.meta, `${path}.state.waiting`, fields({ ...waiting })),
      ...(waiting.message === '' && failures[0] !== undefined ? [quoteEvent(failures[0])] : []),
    ],
    nextSteps: [...listMissingKind(why ?? '', pod), describePod(pod)],
  });
}
