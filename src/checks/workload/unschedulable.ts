import type { CheckedFinding } from '../../domain/check.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteEvent, quoteField } from '../evidence.ts';
import { describePod, inNamespace } from '../next-steps.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { condition, isLive } from '../pod-state.ts';
import type { View } from '../view.ts';
import { createCapacity, type Capacity } from './capacity.ts';
import { SAME_MOMENT_MS } from './rollout.ts';

/** An autoscaler that has just ordered a node gets this long to deliver it. */
const NEW_NODE_MS = 10 * 60_000;
const NODE_ORDERED = new Set(['TriggeredScaleUp', 'Nominated']);
/** A scheduler says within moments what keeps a pod waiting; one that is busy with thousands, or has a queue of its own, later. */
const SCHEDULER_PATIENCE_MS = 5 * 60_000;
const OWN_SCHEDULER_PATIENCE_MS = 15 * 60_000;

/** The scheduler's words for each constraint; a pod may fail several. */
const CONSTRAINTS: readonly (readonly [RegExp, string])[] = [
  [/unbound immediate PersistentVolumeClaims|persistentvolumeclaim "[^"]*" (?:not found|is being deleted)/i, 'claim'],
  [
    /volume node affinity conflict|PersistentVolume's node affinity|no available volume zone|didn't find available persistent volumes|did not have enough free storage/i,
    'volume',
  ],
  [/resource ?claim|cannot allocate all claims/i, 'device claim'],
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
  sees: 'Pods that no node can take, which constraint keeps them out and how much is missing, pods for which the scheduler itself fails, and those that no scheduler has looked at for 5 minutes (15 where they name one of their own). Not: pods held by a scheduling gate, pods for which an autoscaler ordered a node in the last 10 minutes.',
  cannotSee:
    'Whether an autoscaler could deliver a fitting node, affinities and taints beyond what the scheduler says.',
  needs: ['Pod'],
  uses: ['Event', 'Node', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const capacity = createCapacity(view);
    return view.restlessPods.values().flatMap((pod) => {
      if (!isLive(pod) || pod.nodeName !== '' || pod.schedulingGates.length > 0) return [];
      const scheduled = condition(pod.conditions, 'PodScheduled');
      if (scheduled === undefined) return unseen(view, pod) ?? [];
      if (scheduled.status !== 'False' || scheduled.reason === 'SchedulingGated') return [];
      return isNodeOnItsWay(view, pod, scheduled.changedAtMs ?? pod.meta.createdAtMs)
        ? []
        : [findingFor(view, pod, scheduled, capacity)];
    });
  },
};

/** Not even a condition: the scheduler that the pod names does not run, or not for this pod. */
function unseen(view: View, pod: Pod): CheckedFinding[] | undefined {
  const { meta, schedulerName } = pod;
  const isDefault = schedulerName === '' || schedulerName === 'default-scheduler';
  const patienceMs = isDefault ? SCHEDULER_PATIENCE_MS : OWN_SCHEDULER_PATIENCE_MS;
  if (pod.phase !== 'Pending' || view.nowMs - meta.createdAtMs < patienceMs) return undefined;
  const name = isDefault ? 'the scheduler' : `scheduler ${schedulerName}`;
  return [
    podFinding(view, pod, {
      reason: 'Unschedulable',
      problem: `${name} has not looked at the pod since it was made: does it run?`,
      onsetAtMs: meta.createdAtMs,
      evidence: [
        quoteField('Pod', meta, 'spec', fields({ schedulerName })),
        quoteField('Pod', meta, 'status', fields({ phase: pod.phase, conditions: 'no PodScheduled' })),
      ],
      nextSteps: [
        describePod(pod),
        `kubectl get pods --all-namespaces | grep ${isDefault ? 'kube-scheduler' : schedulerName}`,
        `kubectl get pods --field-selector spec.schedulerName=${isDefault ? 'default-scheduler' : schedulerName}${inNamespace(meta.namespace)}`,
      ],
    }),
  ];
}

function isNodeOnItsWay(view: View, pod: Pod, sinceMs: number): boolean {
  // Who cannot read the orders must assume one.
  if (!view.isComplete('Event', pod.meta.namespace)) return view.nowMs - sinceMs < NEW_NODE_MS;
  return view
    .eventsAbout(pod.meta, 'Pod')
    .some(({ reason, lastAtMs }) => NODE_ORDERED.has(reason) && view.nowMs - lastAtMs < NEW_NODE_MS);
}

function findingFor(view: View, pod: Pod, scheduled: Condition, capacity: Capacity): CheckedFinding {
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
  const what = constraintsText(constraints, message, pod, capacity);
  const onsetAtMs = scheduled.changedAtMs ?? pod.meta.createdAtMs;
  const failed = view.eventsAbout(pod.meta, 'Pod').find(({ reason }) => reason === 'NotTriggerScaleUp');
  return podFinding(view, pod, {
    reason: 'Unschedulable',
    problem: `${scheduled.reason === 'SchedulerError' ? 'the scheduler fails on the pod' : 'no node can take the pod'}${what}: ${clause(message)}`,
    onsetAtMs,
    causes: nodesDown(view, message, onsetAtMs),
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

/** ` (resources: wants 4 CPU, the freest of 3 nodes has 1.2 left; taint)` */
function constraintsText(constraints: readonly string[], message: string, pod: Pod, capacity: Capacity): string {
  const isNowhere = Object.keys(pod.nodeSelector).length > 0 && capacity.nodesFor(pod).length === 0;
  const told = constraints.map((constraint) => {
    if (constraint === 'affinity' && isNowhere && capacity.hasNodes)
      return `affinity: no node has ${selectorText(pod)}`;
    if (constraint !== 'resources') return constraint;
    const short = resourcesIn(message)
      .map(([resource, nodeCount]) => capacity.shortfallText(pod, resource, nodeCount))
      .filter((text) => text !== '');
    return short.length === 0 ? constraint : `resources: ${short.join(', ')}`;
  });
  return told.length === 0 ? '' : ` (${told.join(told.some((text) => text.includes(',')) ? '; ' : ', ')})`;
}

/** Of which resources there is too little, and on how many nodes. */
function resourcesIn(message: string): readonly (readonly [resource: string, nodeCount: number])[] {
  const found = message.matchAll(/(\d+) Insufficient ([\w./-]*\w)/g);
  return Array.from(found, ([, count, resource = '']) => [resource, Number(count)]);
}

function selectorText({ nodeSelector }: Pod): string {
  const pairs = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
  return `${pairs.length === 1 ? 'label' : 'labels'} ${pairs.join(', ')}`;
}

/** The nodes that went down before the pod found no place, where the scheduler names what such nodes carry. */
function nodesDown(view: View, message: string, onsetAtMs: number): readonly Owner[] {
  if (!/node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable|(?:memory|disk|pid)-pressure)/.test(message))
    return [];
  return view.objects.Node.filter((node) => {
    const sick = node.conditions.find(({ type, status }) => (type === 'Ready' ? status !== 'True' : status === 'True'));
    return sick !== undefined && (sick.changedAtMs ?? 0) <= onsetAtMs + SAME_MOMENT_MS;
  }).map(({ meta }) => ({ kind: 'Node', namespace: '', name: meta.name }));
}

function constraintsIn(message: string): readonly string[] {
  return CONSTRAINTS.filter(([pattern]) => message.search(pattern) !== -1).map(([, name]) => name);
}
