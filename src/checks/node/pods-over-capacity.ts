import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';
import type { View } from '../view.ts';
import { createQuantityReader, requestOf, type AmountIn, type ReadQuantity } from './pod-requests.ts';

interface Resource {
  readonly name: string;
  readonly in: AmountIn;
  /** As people read an amount of it. */
  readonly text: (amount: number) => string;
}

/** What a node runs out of. Each with a function of its own, because a name that varies makes reading it dear, and all pods are read. */
const RESOURCES: readonly Resource[] = [
  { name: 'cpu', in: (amounts) => amounts['cpu'], text: (cores) => `${String(Math.round(cores * 1_000))}m` },
  { name: 'memory', in: (amounts) => amounts['memory'], text: mebibytes },
  { name: 'ephemeral-storage', in: (amounts) => amounts['ephemeral-storage'], text: mebibytes },
];
/** Sums of fractions miss by a hair. */
const ROUNDING = 1 + 1e-9;

export const podsOverCapacity: Check = {
  id: 'pods-over-capacity',
  family: 'node',
  sees: "Nodes that carry more than they can: more pods than their allocatable number, or pods that together request more cpu, memory or ephemeral storage than is allocatable (warning); nodes that carry exactly as many pods as they may, and so take no more (info). Only live pods count. Not: nodes that are being deleted, limits above what there is, which is everybody's habit.",
  cannotSee: 'Memory or disk that is used beyond what was requested, the overhead of runtime classes.',
  needs: ['Node', 'Pod'],
  uses: [],
  worstImpact: 'warning',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const read = createQuantityReader();
    return view.objects.Node.values().map((node) => overfull(view, node, read));
  },
};

interface Excess {
  readonly resource: string;
  readonly text: string;
}

function overfull(view: View, node: Node, read: ReadQuantity): CheckedFinding | undefined {
  const { meta, allocatable } = node;
  if (meta.deletedAtMs !== undefined) return undefined;
  const pods = view.podsOn(meta.name).filter(isLive);
  const places = allocatable['pods'] === undefined ? Number.POSITIVE_INFINITY : read(allocatable['pods']);
  const excesses = RESOURCES.flatMap((resource) => excessOf(pods, allocatable, resource, read) ?? []);
  const isFull = pods.length > 0 && pods.length >= places;
  if (!isFull && excesses.length === 0) return undefined;
  const isOver = pods.length > places || excesses.length > 0;
  const counted = `${String(pods.length)} pods on the node, ${String(places)} are allocatable`;
  return {
    ...about(view, 'Node', 'v1', meta),
    family: 'node',
    reason: 'PodsOverCapacity',
    impact: isOver ? 'warning' : 'info',
    title: isOver
      ? `node carries more than it can: ${[...(pods.length > places ? [counted] : []), ...excesses.map(({ text }) => text)].join(', ')}`
      : `node takes no more pods: ${counted}`,
    // The youngest pod is the one that filled it.
    onsetAtMs: Math.max(meta.createdAtMs, ...pods.map((pod) => pod.meta.createdAtMs)),
    evidence: [
      quoteField(
        'Node',
        meta,
        'status.allocatable',
        fields(pick(allocatable, ['pods', ...excesses.map((e) => e.resource)])),
      ),
    ],
    nextSteps: [
      describeObject('node', meta),
      `kubectl get pods --all-namespaces --field-selector spec.nodeName=${meta.name}`,
    ],
  };
}

function excessOf(
  pods: readonly Pod[],
  allocatable: Node['allocatable'],
  resource: Resource,
  read: ReadQuantity,
): Excess | undefined {
  const there = resource.in(allocatable);
  if (there === undefined) return undefined;
  const requested = pods.reduce((sum, pod) => sum + requestOf(pod, resource.in, read), 0);
  if (requested <= read(there) * ROUNDING) return undefined;
  const { name, text } = resource;
  return { resource: name, text: `${name} requests of ${text(requested)} exceed ${text(read(there))}` };
}

function mebibytes(bytes: number): string {
  return `${String(Math.round(bytes / 1_024 ** 2))}Mi`;
}

function pick(amounts: Node['allocatable'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (amounts[name] === undefined ? [] : [[name, amounts[name]]])));
}
