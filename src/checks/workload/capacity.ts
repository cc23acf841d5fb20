import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import { createQuantityReader, requestOf } from '../node/pod-requests.ts';
import type { View } from '../view.ts';

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

/** One resource on the nodes that a selector selects. */
interface Supply {
  readonly nodes: number;
  /** The most that any of them has, taken or not. */
  readonly largest: number;
  /** What is left on each. */
  readonly left: readonly number[];
}

export function createCapacity(view: View): Capacity {
  // Hundreds of pods that find no place mostly ask for the same thing, of the same nodes.
  const nodesBySelector = new Map<string, readonly Node[]>();
  const supplies = new Map<string, Supply>();

  const read = createQuantityReader();
  const amountOf = (amounts: Node['allocatable'], resource: string): number => read(amounts[resource] ?? '0');
  const wantedBy = (pod: Pod, resource: string): number => requestOf(pod, (amounts) => amounts[resource], read);

  function leftOn(node: Node, resource: string): number {
    const used = view
      .podsOn(node.meta.name)
      .filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed')
      .reduce((sum, pod) => sum + wantedBy(pod, resource), 0);
    return Math.max(0, amountOf(node.allocatable, resource) - used);
  }

  function nodesFor({ nodeSelector }: Pod): readonly Node[] {
    const key = JSON.stringify(nodeSelector);
    const known = nodesBySelector.get(key);
    if (known !== undefined) return known;
    const labels = Object.entries(nodeSelector);
    const found = view.objects.Node.filter(({ meta }) => labels.every(([name, value]) => meta.labels[name] === value));
    nodesBySelector.set(key, found);
    return found;
  }

  function supplyFor(pod: Pod, resource: string): Supply {
    const key = `${resource} ${JSON.stringify(pod.nodeSelector)}`;
    const known = supplies.get(key);
    if (known !== undefined) return known;
    const nodes = nodesFor(pod);
    const supply = {
      nodes: nodes.length,
      largest: nodes.reduce((most, { allocatable }) => Math.max(most, amountOf(allocatable, resource)), 0),
      left: nodes.map((node) => leftOn(node, resource)),
    };
    supplies.set(key, supply);
    return supply;
  }

  return {
    hasNodes: view.objects.Node.length > 0 && view.isComplete('Node', ''),
    nodesFor,
    shortfallText: (pod, resource, nodeCount) => {
      const wanted = wantedBy(pod, resource);
      const { nodes, largest, left } = supplyFor(pod, resource);
      if (wanted === 0 || nodes === 0) return '';
      const wants = `wants ${amountText(resource, wanted)}`;
      const count = nodes === 1 ? 'the only node' : `${String(nodes)} nodes`;
      if (largest === 0) return `${wants}, which ${nodes === 1 ? count : `none of ${count}`} offers`;
      if (largest < wanted) {
        return `${wants}, more than ${nodes === 1 ? count : `any of ${count}`} has at all (${numberText(resource, largest)})`;
      }
      // Pods that cannot be read take up room too.
      if (!view.isComplete('Pod', '')) return '';
      const short = left.filter((free) => free < wanted);
      if (short.length !== nodeCount) return '';
      const most = numberText(resource, Math.max(...short));
      if (nodes === 1) return `${wants}, the only node has ${most} left`;
      if (short.length === 1) return `${wants}, the node that is too full has ${most} left`;
      const whose = short.length === nodes ? count : `the ${String(short.length)} nodes that are too full`;
      return `${wants}, the freest of ${whose} has ${most} left`;
    },
  };
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
