import type { Finding, Reason } from '../domain/finding.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Pod } from '../domain/kubernetes/pod.ts';
import { isLive, isReady } from './pod-state.ts';
import { ownerKey, type View } from './view.ts';

/** A finding with every object that was folded into it. */
export interface FoldedFinding {
  readonly finding: Finding;
  readonly objects: readonly ObjectRef[];
}

/** What merely says that something of this owner is not ready; any other reason of the same owner says why. */
const SYMPTOMS: readonly Reason[] = ['RolloutStuck', 'ReplicasShort', 'JobFailed'];

/** A node in this state is the cause of what its pods suffer. */
const NODE_CAUSES: readonly Reason[] = ['PodsFailingOnNode', 'NetworkUnavailable', 'NodeNotReady', 'NodeUnreachable'];

/**
 * Ties each symptom to its cause, so that a node down is one incident and not two hundred.
 *
 * Every link goes from a finding to one of a kind that stands nearer to the cause (node, claim, then the workload's own reasons, then
 * Services), so there are no cycles; `attachedTo` names the far end of the chain.
 */
export function attach(folded: readonly FoldedFinding[], view: View): readonly Finding[] {
  const known: Known = {
    byReason: Map.groupBy(folded, ({ finding }) => finding.reason),
    byOwner: causesByOwner(folded),
  };
  const causes = new Map<string, string>();
  for (const symptom of folded) {
    const cause = causeOf(symptom, known, view);
    if (cause !== undefined && cause.finding.id !== symptom.finding.id)
      causes.set(symptom.finding.id, cause.finding.id);
  }
  return folded.map(({ finding }) => {
    const root = rootOf(finding.id, causes);
    return root === finding.id ? finding : { ...finding, attachedTo: root };
  });
}

interface Known {
  readonly byReason: ReadonlyMap<Reason, readonly FoldedFinding[]>;
  readonly byOwner: ReadonlyMap<string, readonly FoldedFinding[]>;
}

function causeOf(symptom: FoldedFinding, known: Known, view: View): FoldedFinding | undefined {
  const { family } = symptom.finding;
  if (family === 'node' || family === 'volume') return undefined;
  return nodeOf(symptom, known, view) ?? claimOf(symptom, known, view) ?? reasonOf(symptom, known, view);
}

/** The node that is down under every one of the finding's pods. */
function nodeOf(symptom: FoldedFinding, { byReason }: Known, view: View): FoldedFinding | undefined {
  const down = NODE_CAUSES.flatMap((reason) => byReason.get(reason) ?? []);
  if (down.length === 0) return undefined;
  const byName = new Map(down.map((node) => [node.finding.object.name, node]));
  const nodes = podsOf(symptom, view).map(({ nodeName }) => byName.get(nodeName));
  return nodes.every((node) => node !== undefined) ? nodes[0] : undefined;
}

/** The claim for which every one of the finding's unschedulable pods waits. */
function claimOf({ finding, objects }: FoldedFinding, { byReason }: Known, view: View): FoldedFinding | undefined {
  const pending = byReason.get('ClaimPending');
  if (pending === undefined || !['Unschedulable', 'ReplicasShort'].includes(finding.reason)) return undefined;
  const byClaim = new Map(
    pending.map((claim) => [`${claim.finding.object.namespace}/${claim.finding.object.name}`, claim]),
  );
  const claims = podsOf({ finding, objects }, view).map((pod) =>
    pod.claimNames.map((claim) => byClaim.get(`${pod.meta.namespace}/${claim}`)).find((claim) => claim !== undefined),
  );
  return claims.every((claim) => claim !== undefined) ? claims[0] : undefined;
}

/** The more telling reason of the same owner; for a Service, that of a workload behind it. */
function reasonOf({ finding, objects }: FoldedFinding, { byOwner }: Known, view: View): FoldedFinding | undefined {
  if (finding.reason === 'NoEndpoints') {
    return ownersBehind(finding.object, view)
      .flatMap((owner) => byOwner.get(owner) ?? [])
      .at(0);
  }
  const ofOwner = byOwner.get(ownerKey(finding.owner)) ?? [];
  const rank = SYMPTOMS.indexOf(finding.reason);
  if (rank !== -1) {
    return ofOwner.find(({ finding: { reason } }) => {
      const other = SYMPTOMS.indexOf(reason);
      return other === -1 || (finding.reason === 'ReplicasShort' && reason === 'RolloutStuck');
    });
  }
  if (finding.reason !== 'CrashLoop' && finding.reason !== 'ProbeFailing') return undefined;
  // A container that is killed for its memory also crashes, and while it is down no probe passes.
  const causes: readonly Reason[] = finding.reason === 'CrashLoop' ? ['OOMKilled'] : ['OOMKilled', 'CrashLoop'];
  return ofOwner.find(
    (other) =>
      causes.includes(other.finding.reason) &&
      objects.every((object) => other.objects.some(({ name }) => name === object.name)),
  );
}

/** Workload findings by owner, the telling reasons first. */
function causesByOwner(folded: readonly FoldedFinding[]): ReadonlyMap<string, readonly FoldedFinding[]> {
  const workload = folded.filter(({ finding }) => finding.family === 'workload' || finding.family === 'job');
  const ranked = workload.toSorted(
    (left, right) => SYMPTOMS.indexOf(left.finding.reason) - SYMPTOMS.indexOf(right.finding.reason),
  );
  return Map.groupBy(ranked, ({ finding }) => ownerKey(finding.owner));
}

/** The pods that the finding is about: its own, those of its workload, those behind its Service. */
function podsOf({ finding, objects }: FoldedFinding, view: View): readonly Pod[] {
  switch (finding.object.kind) {
    case 'Pod':
      return objects.flatMap(({ namespace, name }) => view.pod(namespace, name) ?? []);
    case 'Service': {
      const service = view.service(finding.object.namespace, finding.object.name);
      return service === undefined ? [] : view.podsSelectedBy(service).filter(isLive);
    }
    default:
      return view.podsOwnedBy(finding.owner).filter((pod) => isLive(pod) && !isReady(pod));
  }
}

function ownersBehind({ namespace, name }: ObjectRef, view: View): readonly string[] {
  const service = view.service(namespace, name);
  if (service === undefined) return [];
  return [
    ...view.podsSelectedBy(service).map((pod) => view.ownership('Pod', pod.meta).top),
    ...view.workloadsSelectedBy(service).map(({ kind, meta }) => view.ownership(kind, meta).top),
  ].map(ownerKey);
}

function rootOf(id: string, causes: ReadonlyMap<string, string>): string {
  let root = id;
  for (let cause = causes.get(root); cause !== undefined; cause = causes.get(root)) root = cause;
  return root;
}
