import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';

/** Queues hold pods by design, and lift the gate when it is their turn. */
const QUEUE_GATES = /(?:^|\.)(?:kueue\.x-k8s\.io|x-k8s\.io|volcano\.sh|koordinator\.sh|run\.ai|karmada\.io)\//;
const QUEUE_PATIENCE_MS = 24 * 60 * 60_000;

export const schedulingGated: Check = {
  id: 'scheduling-gated',
  family: 'workload',
  sees: 'Pods that a scheduling gate has held for half an hour or more; for a day, where it is the gate of a known queue (Kueue, Volcano, Koordinator).',
  cannotSee: 'Whether the controller that should lift the gate is alive.',
  needs: ['Pod'],
  uses: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'info',
  graceMs: 30 * 60_000,
  run: (view) =>
    view.restlessPods
      .filter((pod) => isLive(pod) && pod.nodeName === '' && isForgotten(pod, view.nowMs))
      .map((pod) =>
        podFinding(view, pod, {
          reason: 'SchedulingGated',
          impact: 'info',
          problem: `pod ${pod.meta.name} is held by ${pod.schedulingGates.map((gate) => `scheduling gate ${gate}`).join(', ')}`,
          onsetAtMs: pod.meta.createdAtMs,
          evidence: [quoteField('Pod', pod.meta, 'spec', fields({ schedulingGates: pod.schedulingGates.join(', ') }))],
          nextSteps: [describePod(pod)],
        }),
      ),
};

function isForgotten({ schedulingGates, meta }: Pod, nowMs: number): boolean {
  if (schedulingGates.length === 0) return false;
  return !schedulingGates.some((gate) => QUEUE_GATES.test(gate)) || nowMs - meta.createdAtMs >= QUEUE_PATIENCE_MS;
}
