import type { Container, Pod } from '../../domain/kubernetes/pod.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import { quantityOf } from '../quantity.ts';
import type { View } from '../view.ts';

type Amounts = ReadonlyMap<string, number>;

/** What is left of each node for further pods, worked out when first asked for. */
export interface Capacity {
  readonly hasNodes: boolean;
  /** Nodes with every label that the pod's node selector asks for. */
  nodesFor(pod: Pod): readonly Node[];
  /**
   * `wants 4 CPU, the freest of 3 nodes has 1.2 left`; '' where the nodes do not explain it.
   *
   * @param nodeCount on how many nodes the scheduler found too little of it: where we find other ones, we do not see what it sees
   */
  shortfallText(pod: Pod, resource: string, nodeCount: number): string;
}

export function createCapacity(view: View): Capacity {
  const left = new Map<string, number>();

  function leftOn(node: Node, resource: string): number {
    const key = `${resource} ${node.meta.name}`;
    const known = left.get(key);
    if (known !== undefined) return known;
    const used = view
      .podsOn(node.meta.name)
      .filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed')
      .reduce((sum, pod) => sum + (requestsOf(pod).get(resource) ?? 0), 0);
    const found = Math.max(0, amountOf(node.allocatable[resource]) - used);
    left.set(key, found);
    return found;
  }

  function nodesFor({ nodeSelector }: Pod): readonly Node[] {
    const labels = Object.entries(nodeSelector);
    return view.objects.Node.filter(({ meta }) => labels.every(([key, value]) => meta.labels[key] === value));
  }

  return {
    hasNodes: view.objects.Node.length > 0 && view.isComplete('Node', ''),
    nodesFor,
    shortfallText: (pod, resource, nodeCount) => {
      const wanted = requestsOf(pod).get(resource) ?? 0;
      const nodes = nodesFor(pod);
      if (wanted === 0 || nodes.length === 0) return '';
      const wants = `wants ${amountText(resource, wanted)}`;
      const count = nodes.length === 1 ? 'the only node' : `${String(nodes.length)} nodes`;
      const largest = Math.max(...nodes.map(({ allocatable }) => amountOf(allocatable[resource])));
      if (largest === 0) return `${wants}, which ${nodes.length === 1 ? count : `none of ${count}`} offers`;
      if (largest < wanted) {
        return `${wants}, more than ${nodes.length === 1 ? count : `any of ${count}`} has at all (${numberText(resource, largest)})`;
      }
      // Pods that cannot be read take up room too.
      if (!view.isComplete('Pod', '')) return '';
      const short = nodes.map((node) => leftOn(node, resource)).filter((free) => free < wanted);
      if (short.length !== nodeCount) return '';
      const most = numberText(resource, Math.max(...short));
      if (nodes.length === 1) return `${wants}, the only node has ${most} left`;
      if (short.length === 1) return `${wants}, the node that is too full has ${most} left`;
      const whose = short.length === nodes.length ? count : `the ${String(short.length)} nodes that are too full`;
      return `${wants}, the freest of ${whose} has ${most} left`;
    },
  };
}

/**
 * What the scheduler counts for a pod: what its containers and sidecars ask for together, or what the greediest of its init containers
 * asks for beside the sidecars before it, if that is more.
 */
function requestsOf(pod: Pod): Amounts {
  const running = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of pod.initContainers) {
    for (const [resource, amount] of amountsOf(container)) {
      if (container.restartPolicy === 'Always') add(running, resource, amount);
      else raise(starting, resource, amount + (running.get(resource) ?? 0));
    }
  }
  for (const container of pod.containers) {
    for (const [resource, amount] of amountsOf(container)) add(running, resource, amount);
  }
  for (const [resource, amount] of starting) raise(running, resource, amount);
  for (const [resource, amount] of Object.entries(pod.requests)) running.set(resource, amountOf(amount));
  return running;
}

function amountsOf({ requests }: Container): readonly (readonly [string, number])[] {
  return Object.entries(requests).map(([resource, amount]) => [resource, amountOf(amount)]);
}

function add(into: Map<string, number>, resource: string, amount: number): void {
  into.set(resource, (into.get(resource) ?? 0) + amount);
}

function raise(into: Map<string, number>, resource: string, amount: number): void {
  into.set(resource, Math.max(into.get(resource) ?? 0, amount));
}

function amountOf(text: string | undefined): number {
  return text === undefined ? 0 : (quantityOf(text) ?? 0);
}

const GIB = 1_024 ** 3;
const MIB = 1_024 ** 2;

/** `4 CPU`, `3.5 GiB of memory`, `2 nvidia.com/gpu`. */
function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return `${numberText(resource, amount)} CPU`;
  return isBytes(resource)
    ? `${numberText(resource, amount)} of ${resource}`
    : `${numberText(resource, amount)} ${resource}`;
}

function numberText(resource: string, amount: number): string {
  if (!isBytes(resource)) return String(Math.floor(amount * 1_000) / 1_000);
  return amount >= GIB
    ? `${String(Math.floor((amount / GIB) * 10) / 10)} GiB`
    : `${String(Math.floor(amount / MIB))} MiB`;
}

function isBytes(resource: string): boolean {
  return resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
}
