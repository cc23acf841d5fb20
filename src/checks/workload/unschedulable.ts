import type { CheckedFinding } from '../../domain/check.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteCondition, quoteEvent, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { condition, isLive } from '../pod-state.ts';
import type { View } from '../view.ts';

/** An autoscaler that has just ordered a node gets this long to deliver it. */
const NEW_NODE_MS = 10 * 60_000;
const NODE_ORDERED = new Set(['TriggeredScaleUp', 'Nominated']);

/** The scheduler's words for each constraint; a pod may fail several. */
const CONSTRAINTS: readonly (readonly [RegExp, string])[] = [
  [/unbound immediate PersistentVolumeClaims|persistentvolumeclaim "[^"]*" (?:not found|is being deleted)/i, 'claim'],
  [/volume node affinity conflict|no available volume zone|didn't find available persistent volumes/i, 'volume'],
  [/max volume count|exceed max volume/i, 'volume count'],
  [/Insufficient [\w./-]+/, 'resources'],
  [/Too many pods/i, 'pods per node'],
  [/untolerated taint|had taint/i, 'taint'],
  [/topology spread/i, 'topology spread'],
  [/anti-affinity/i, 'anti-affinity'],
  [/match [^,]*(?:node affinity|node selector|pod affinity)/i, 'affinity'],
  [/free ports/i, 'host port'],
  [/were unschedulable/i, 'cordon'],
];

export const unschedulable: Check = {
  id: 'unschedulable',
  family: 'workload',
  sees: 'Pods that no node can take, and which constraint keeps them out. Not: pods held by a scheduling gate, pods for which an autoscaler ordered a node in the last 10 minutes.',
  cannotSee:
    'Pods of a scheduler that sets no condition, nodes that an autoscaler promised and did not deliver within 10 minutes.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Pod.flatMap((pod) => {
      const scheduled = condition(pod.conditions, 'PodScheduled');
      if (!isLive(pod) || pod.nodeName !== '' || pod.schedulingGates.length > 0) return [];
      if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return [];
      return isNodeOnItsWay(view, pod) ? [] : [findingFor(view, pod, scheduled)];
    }),
};

function isNodeOnItsWay(view: View, pod: Pod): boolean {
  return view
    .eventsAbout(pod.meta, 'Pod')
    .some(({ reason, lastAtMs }) => NODE_ORDERED.has(reason) && view.nowMs - lastAtMs < NEW_NODE_MS);
}

function findingFor(view: View, pod: Pod, scheduled: Condition): CheckedFinding {
  // What follows "preemption:" repeats the same for other pods' victims.
  const message = scheduled.message.replace(/\s*preemption:[\s\S]*$/, '');
  const constraints = constraintsIn(message);
  const requests = constraints.includes('resources')
    ? pod.containers.map(({ name, requests: wanted }) =>
        quoteField(
          'Pod',
          pod.meta,
          `spec.containers[${name}].resources.requests`,
          Object.entries(wanted)
            .map(([resource, quantity]) => `${resource}: ${quantity}`)
            .join(', '),
        ),
      )
    : [];
  const failed = view.eventsAbout(pod.meta, 'Pod').find(({ reason }) => reason === 'NotTriggerScaleUp');
  return podFinding(view, pod, {
    reason: 'Unschedulable',
    problem: `no node can take the pod${constraints.length === 0 ? '' : ` (${constraints.join(', ')})`}: ${clause(message)}`,
    onsetAtMs: scheduled.changedAtMs ?? pod.meta.createdAtMs,
    evidence: [
      quoteCondition('Pod', pod.meta, scheduled),
      ...requests.filter(({ quote }) => quote !== ''),
      ...(failed === undefined ? [] : [quoteEvent(failed)]),
    ],
    nextSteps: [
      describePod(pod),
      constraints.includes('taint')
        ? 'kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints'
        : 'kubectl describe nodes',
    ],
  });
}

function constraintsIn(message: string): readonly string[] {
  return CONSTRAINTS.filter(([pattern]) => message.search(pattern) !== -1).map(([, name]) => name);
}
