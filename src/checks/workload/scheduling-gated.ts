import { podFinding } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';

export const schedulingGated: Check = {
  id: 'scheduling-gated',
  family: 'workload',
  sees: 'Pods that a scheduling gate has held for a day or more. Not: gates that hold for less (queues, quota admission).',
  cannotSee: 'Whether the controller that should lift the gate is alive.',
  needs: ['Pod'],
  uses: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'info',
  graceMs: 24 * 60 * 60_000,
  run: (view) =>
    view.objects.Pod.filter((pod) => isLive(pod) && pod.nodeName === '' && pod.schedulingGates.length > 0).map((pod) =>
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
