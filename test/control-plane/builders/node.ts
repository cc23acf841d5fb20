import { condition, metadataOf, timeOf, type Builder, type KubeObject } from './kube-object.ts';

type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

export interface NodeBuilder extends Builder {
  ready(): NodeBuilder;
  /** `Unknown` is what the control plane writes when the kubelet fell silent; `False` is the kubelet's own word. */
  notReady(options?: { readonly status?: 'False' | 'Unknown'; readonly sinceMs?: number }): NodeBuilder;
  underPressure(pressure: Pressure, options?: { readonly sinceMs?: number }): NodeBuilder;
  /** `kubectl cordon` */
  cordoned(): NodeBuilder;
  labelled(labels: Readonly<Record<string, string>>): NodeBuilder;
  /** Its kubelet listens here, on 127.0.0.1. */
  servedBy(kubelet: { readonly port: number }): NodeBuilder;
  /** The moment that every time counts back from, in Unix milliseconds; the present unless told. */
  at(nowMs: number): NodeBuilder;
  healthy(): NodeBuilder;
}

interface NodePlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly readiness: 'True' | 'False' | 'Unknown';
  readonly pressures: readonly Pressure[];
  readonly isCordoned: boolean;
  readonly sinceMs: number;
  readonly kubeletPort: number;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
const TEN_MINUTES_MS = 600_000;
const SYSTEM = {
  architecture: 'amd64',
  operatingSystem: 'linux',
  osImage: 'Debian GNU/Linux 13',
  kernelVersion: '6.12.0',
  containerRuntimeVersion: 'containerd://2.1.0',
  kubeletVersion: 'v1.36.3',
  kubeProxyVersion: '',
};

/** A node that is ready until told otherwise. */
export function aNode(name: string): NodeBuilder {
  return build({
    name,
    labels: {},
    readiness: 'True',
    pressures: [],
    isCordoned: false,
    sinceMs: TEN_MINUTES_MS,
    kubeletPort: 10_250,
    nowMs: Date.now(),
  });
}

function build(plan: NodePlan): NodeBuilder {
  const change = (changes: Partial<NodePlan>): NodeBuilder => build({ ...plan, ...changes });
  const healthy = (): NodeBuilder => change({ readiness: 'True', pressures: [], isCordoned: false });
  return {
    ready: () => change({ readiness: 'True' }),
    notReady: ({ status = 'False', sinceMs = TEN_MINUTES_MS } = {}) => change({ readiness: status, sinceMs }),
    underPressure: (pressure, { sinceMs = TEN_MINUTES_MS } = {}) =>
      change({ pressures: [...plan.pressures, pressure], sinceMs }),
    cordoned: () => change({ isCordoned: true }),
    labelled: (labels) => change({ labels: { ...plan.labels, ...labels } }),
    servedBy: ({ port }) => change({ kubeletPort: port }),
    at: (nowMs) => change({ nowMs }),
    healthy,
    objects: () => [nodeObject(plan)],
  };
}

function nodeObject(plan: NodePlan): KubeObject {
  const createdAtMs = plan.nowMs - DAY_MS;
  const resources = { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadataOf({
      kind: 'Node',
      name: plan.name,
      namespace: '',
      createdAtMs,
      labels: {
        'kubernetes.io/hostname': plan.name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        ...plan.labels,
      },
    }),
    spec: { taints: taintsOf(plan), ...(plan.isCordoned && { unschedulable: true }) },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: plan.kubeletPort } },
      capacity: resources,
      allocatable: resources,
      nodeInfo: { ...SYSTEM, machineID: plan.name, systemUUID: plan.name, bootID: plan.name },
      conditions: conditionsOf(plan, createdAtMs),
    },
  };
}

/** What the control plane adds for a node in trouble. A real one gets `not-ready` by admission too, even when it is ready. */
function taintsOf({ readiness, pressures, isCordoned, ...plan }: NodePlan): Record<string, unknown>[] {
  const timeAdded = timeOf(plan.nowMs - plan.sinceMs);
  const unready = readiness === 'Unknown' ? 'node.kubernetes.io/unreachable' : 'node.kubernetes.io/not-ready';
  const taints: Record<string, unknown>[] = [];
  if (readiness !== 'True')
    taints.push({ key: unready, effect: 'NoSchedule', timeAdded }, { key: unready, effect: 'NoExecute', timeAdded });
  for (const pressure of pressures) {
    const key = `node.kubernetes.io/${pressure.replace('Pressure', '').toLowerCase()}-pressure`;
    taints.push({ key, effect: 'NoSchedule', timeAdded });
  }
  if (isCordoned) taints.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded });
  return taints;
}

function conditionsOf({ readiness, ...plan }: NodePlan, createdAtMs: number): Record<string, unknown>[] {
  const onsetAtMs = plan.nowMs - plan.sinceMs;
  const silent = ['NodeStatusUnknown', 'Kubelet stopped posting node status.'] as const;
  const pressure = (type: Pressure): Record<string, unknown> => {
    if (readiness === 'Unknown') return condition(type, 'Unknown', onsetAtMs, ...silent);
    const name = type.replace('Pressure', '');
    return plan.pressures.includes(type)
      ? condition(type, 'True', onsetAtMs, `KubeletHas${type}`, `kubelet has ${name.toLowerCase()} pressure`)
      : condition(type, 'False', createdAtMs, `KubeletHasNo${type}`, `kubelet has no ${name.toLowerCase()} pressure`);
  };
  const ready = {
    True: () => condition('Ready', 'True', createdAtMs, 'KubeletReady', 'kubelet is posting ready status'),
    False: () => condition('Ready', 'False', onsetAtMs, 'KubeletNotReady', 'container runtime network not ready'),
    Unknown: () => condition('Ready', 'Unknown', onsetAtMs, ...silent),
  }[readiness]();
  const lastHeartbeatTime = timeOf(readiness === 'Unknown' ? onsetAtMs : plan.nowMs);
  return [pressure('MemoryPressure'), pressure('DiskPressure'), pressure('PIDPressure'), ready].map((each) => ({
    ...each,
    lastHeartbeatTime,
  }));
}
