import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField, terminationFields } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { belongsToJob, containersOf, isLive, type ContainerState } from '../pod-state.ts';
import type { View } from '../view.ts';

/** Helpers that run as long as they are let: a mesh's proxy, a log shipper, a database tunnel. */
const HELPER =
  /proxy|sidecar|istio|linkerd|envoy|agent|fluent|vector|ship|log|exporter|collector|otel|metrics|tunnel|sync/i;

export const completionBlocked: Check = {
  id: 'completion-blocked',
  family: 'workload',
  sees: 'Pods of Jobs, and others that are to end, which cannot: their work is done and a helper container runs on, or a container has failed for good while another still runs. Not: sidecars (init containers that restart always), containers that simply take longer than others.',
  cannotSee: 'Helpers whose name does not tell that they are one.',
  needs: ['Pod'],
  uses: ['Job', 'CronJob', 'Service'],
  worstImpact: 'warning',
  graceMs: 10 * 60_000,
  run: (view) =>
    view.restlessPods
      .filter((pod) => isLive(pod) && pod.phase === 'Running' && pod.restartPolicy !== 'Always')
      .flatMap((pod) => blocked(view, pod) ?? []),
};

function blocked(view: View, pod: Pod): CheckedFinding | undefined {
  const main = containersOf(pod).filter(({ role }) => role === 'main');
  const running = main.filter(({ status }) => status.running !== undefined);
  const ended = main.filter(({ status }) => status.terminated !== undefined);
  const failed = ended.filter(({ status }) => status.terminated?.exitCode !== 0);
  if (running.length === 0 || running.length + ended.length !== main.length) return undefined;
  if (failed.length > 0) {
    if (pod.restartPolicy !== 'Never') return undefined;
    const names = failed.map(({ status: { name } }) => name).join(', ');
    return findingFor(view, pod, failed, `container ${names} failed and is not started again, ${text(pod, running)}`);
  }
  const work = ended.filter((container) => !isHelper(container));
  if (work.length === 0 || !running.every(isHelper)) return undefined;
  return findingFor(view, pod, ended, `the work is done, ${text(pod, running)}`);
}

function isHelper({ status, spec }: ContainerState): boolean {
  return HELPER.test(status.name) || HELPER.test(spec?.image.replace(/^.*\//, '') ?? '');
}

function text(pod: Pod, running: readonly ContainerState[]): string {
  const names = running.map(({ status: { name } }) => name);
  return `but container ${names.join(', ')} still ${names.length === 1 ? 'runs' : 'run'}: the ${belongsToJob(pod) ? 'Job' : 'pod'} cannot end`;
}

function findingFor(view: View, pod: Pod, ended: readonly ContainerState[], problem: string): CheckedFinding {
  const ends = ended.flatMap(({ status }) => status.terminated?.finishedAtMs ?? []);
  return podFinding(view, pod, {
    reason: 'CompletionBlocked',
    impact: 'warning',
    problem,
    onsetAtMs: ends.length === 0 ? pod.meta.createdAtMs : Math.max(...ends),
    evidence: [
      ...ended.flatMap(({ status, path }) =>
        status.terminated === undefined
          ? []
          : [quoteField('Pod', pod.meta, `${path}.state.terminated`, terminationFields(status.terminated))],
      ),
      quoteField('Pod', pod.meta, 'status', fields({ phase: pod.phase })),
    ],
    nextSteps: [describePod(pod), `kubectl logs ${pod.meta.name} --all-containers --tail=50 -n ${pod.meta.namespace}`],
  });
}
