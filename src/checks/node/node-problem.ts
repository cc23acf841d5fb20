import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import { about, earliest } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteCondition } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';

/** Kubernetes' own, which other checks judge, and one that says which member of etcd may vote. */
const NOT_OURS = new Set([
  'Ready',
  'MemoryPressure',
  'DiskPressure',
  'PIDPressure',
  'NetworkUnavailable',
  'EtcdIsVoter',
]);
/** Detectors name what is wrong by its last word: `KernelDeadlock`, `NTPProblem`, `FrequentKubeletRestart`, `KubeletUnhealthy`. */
const WRONG_WHEN_TRUE =
  /(?:Problem|Deadlock|Unhealthy|Corruption|Corrupted|Failure|Failed|Fault|Error|Errors|Hang|Hung)$|^Frequent.*Restart$|^(?:ReadonlyFilesystem|CorruptDockerOverlay2|FrequentUnregisterNetDevice|CperHardwareErrorFatal|XfsHasShutDown|GcfsSnapshotterMissingLayer)$/;
/** Node monitors of clouds say what is well: `ContainerRuntimeReady`, `StorageReady`. */
const WRONG_WHEN_FALSE = /[a-z](?:Ready|Healthy)$/;
/** No restart of a pod mends these. */
const LASTING = /Deadlock|^Readonly|Corrupt|Hardware|^(?:ContainerRuntime|Kubelet)(?:Problem|Unhealthy)$|Ready$/;

export const nodeProblem: Check = {
  id: 'node-problem',
  family: 'node',
  sees: "Nodes whose problem detector reports a fault: conditions like KernelDeadlock, ReadonlyFilesystem, FrequentKubeletRestart or any other that ends in a word for trouble (Problem, Unhealthy, Failure, …) and is True, conditions that end in Ready or Healthy and are False. Not: Kubernetes' own conditions, EtcdIsVoter, custom conditions whose name does not say which state is the sick one.",
  cannotSee: 'Faults that a detector tells only by events, custom conditions with other names.',
  needs: ['Node'],
  uses: [],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.Node.flatMap((node) => troubled(view, node) ?? []),
};

function troubled(view: View, node: Node): CheckedFinding | undefined {
  const { meta, conditions } = node;
  const faults = conditions.filter(isFault);
  const [first] = faults;
  if (meta.deletedAtMs !== undefined || first === undefined) return undefined;
  const why = clause(first.message) || first.reason;
  return {
    ...about(view, 'Node', 'v1', meta),
    family: 'node',
    reason: 'NodeProblem',
    impact: faults.some(({ type }) => LASTING.test(type)) ? 'error' : 'warning',
    title: `node reports ${faults.map(({ type, status }) => (status === 'True' ? type : `${type}=${status}`)).join(', ')}${why === '' ? '' : `: ${why}`}`,
    onsetAtMs: earliest(...faults.map(({ changedAtMs }) => changedAtMs)) ?? meta.createdAtMs,
    evidence: faults.slice(0, 4).map((fault) => quoteCondition('Node', meta, fault)),
    nextSteps: [
      describeObject('node', meta),
      `kubectl get events --all-namespaces --field-selector involvedObject.kind=Node,involvedObject.name=${meta.name}`,
      `kubectl cordon ${meta.name}`,
    ],
  };
}

function isFault({ type, status }: Condition): boolean {
  if (NOT_OURS.has(type)) return false;
  return status === 'True' ? WRONG_WHEN_TRUE.test(type) : status === 'False' && WRONG_WHEN_FALSE.test(type);
}
