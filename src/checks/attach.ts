import type { Finding, Reason } from '../domain/finding.ts';
import type { ObjectRef, Owner } from '../domain/object-ref.ts';
import type { Pod } from '../domain/kubernetes/pod.ts';
import { IMPACTS } from '../domain/severity.ts';
import { isLive, isReady } from './pod-state.ts';
import { eachInSlices, type InSlices } from './slices.ts';
import { ownerKey, type View } from './view.ts';

/** Some ask for hundreds of pods. */
const FINDINGS_AT_ONCE = 50;

/** A finding with every object that was folded into it. */
export interface FoldedFinding {
  readonly finding: Finding;
  readonly objects: readonly ObjectRef[];
  /** What the check itself names as possible causes. */
  readonly causes: readonly Owner[];
}

/** What merely says that something of this owner is not ready; any other reason of the same owner says why. */
const SYMPTOMS: readonly Reason[] = [
  'RolloutStuck',
  'ReplicasShort',
  'JobFailed',
  'NeverSucceeded',
  'ConcurrencyBlocked',
];

const CLAIM_CAUSES: readonly Reason[] = ['ClaimPending', 'ClaimLost'];
const CLAIM_SYMPTOMS: readonly Reason[] = ['Unschedulable', 'ReplicasShort', 'VolumeNotMounted'];

/** A node in this state is the cause of what its pods suffer. */
const NODE_CAUSES: readonly Reason[] = ['PodsFailingOnNode', 'NetworkUnavailable', 'NodeNotReady', 'NodeUnreachable'];

/**
 * Ties each symptom to its cause, so that a node down is one incident and not two hundred.
 *
 * Every link goes from a finding to one of a kind that stands nearer to the cause (node, claim, volume and quota, then the workload's own reasons, then
 * Services, then events); what checks name themselves might run in a circle, so a link that would close one is left out.
 * `attachedTo` names the far end of the chain.
 */
export function* attach(folded: readonly FoldedFinding[], view: View): InSlices<readonly Finding[]> {
  const known = knownOf(folded);
  const causes = new Map<string, string>();
  yield* eachInSlices(
    folded,
    (symptom) => {
      const cause = causeOf(symptom, known, view);
      if (cause !== undefined && rootOf(cause.finding.id, causes) !== symptom.finding.id) {
        causes.set(symptom.finding.id, cause.finding.id);
      }
    },
    FINDINGS_AT_ONCE,
  );
  return folded.map(({ finding }) => {
    const root = rootOf(finding.id, causes);
    return root === finding.id ? finding : { ...finding, attachedTo: root };
  });
}

/** The findings that may be causes, each where a symptom looks for it. */
interface Known {
  /** By name. */
  readonly nodesDown: ReadonlyMap<string, FoldedFinding>;
  /** By name. */
  readonly nodesPressed: ReadonlyMap<string, FoldedFinding>;
  /** By namespace and name. */
  readonly claims: ReadonlyMap<string, FoldedFinding>;
  readonly byOwner: ReadonlyMap<string, readonly FoldedFinding[]>;
  readonly byAnyOwner: ReadonlyMap<string, readonly FoldedFinding[]>;
  readonly byObject: ReadonlyMap<string, readonly FoldedFinding[]>;
}

function knownOf(folded: readonly FoldedFinding[]): Known {
  const byReason = Map.groupBy(folded, ({ finding }) => finding.reason);
  const named = (reasons: readonly Reason[], nameOf: (object: ObjectRef) => string) =>
    new Map(
      reasons.flatMap((reason) => byReason.get(reason) ?? []).map((cause) => [nameOf(cause.finding.object), cause]),
    );
  return {
    nodesDown: named(NODE_CAUSES, ({ name }) => name),
    nodesPressed: named(['NodePressure'], ({ name }) => name),
    claims: named(CLAIM_CAUSES, ({ namespace, name }) => claimKey(namespace, name)),
    byOwner: causesByOwner(folded),
    byAnyOwner: Map.groupBy(folded, ({ finding }) => ownerKey(finding.owner)),
    byObject: byObject(folded),
  };
}

function claimKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function causeOf(symptom: FoldedFinding, known: Known, view: View): FoldedFinding | undefined {
  const { family, reason } = symptom.finding;
  const named = namedOf(symptom, known);
  if (named !== undefined) return named;
  if (family === 'node' || (family === 'volume' && reason !== 'VolumeNotMounted')) return undefined;
  return (
    nodeOf(symptom, known, view) ??
    pressureOf(symptom, known, view) ??
    holderOf(symptom, known, view) ??
    claimOf(symptom, known, view) ??
    reasonOf(symptom, known, view) ??
    explanationOf(symptom, known)
  );
}

/** The first of the causes that the check names which has a finding, about itself or about something it owns. */
function namedOf({ finding, causes }: FoldedFinding, { byObject, byAnyOwner }: Known): FoldedFinding | undefined {
  return causes
    .flatMap((cause) => [...(byObject.get(ownerKey(cause)) ?? []), ...(byAnyOwner.get(ownerKey(cause)) ?? [])])
    .find((cause) => cause.finding.id !== finding.id && isGraveEnough(cause, finding));
}

/** The node that is down under every one of the finding's pods. */
function nodeOf(symptom: FoldedFinding, { nodesDown }: Known, view: View): FoldedFinding | undefined {
  return nodesDown.size === 0 ? undefined : nodeUnder(podsOf(symptom, view), nodesDown);
}

function nodeUnder(pods: readonly Pod[], nodes: ReadonlyMap<string, FoldedFinding>): FoldedFinding | undefined {
  const under = pods.map(({ nodeName }) => nodes.get(nodeName));
  return under.every((node) => node !== undefined) ? under[0] : undefined;
}

/** The pressure for which every one of the pods was evicted. */
function pressureOf(symptom: FoldedFinding, { nodesPressed }: Known, view: View): FoldedFinding | undefined {
  if (nodesPressed.size === 0 || symptom.finding.reason !== 'Evicted') return undefined;
  return nodeUnder(podsOf(symptom, view), nodesPressed);
}

/** The node that is down and still holds the volume for which the pods wait elsewhere. */
function holderOf(symptom: FoldedFinding, { nodesDown }: Known, view: View): FoldedFinding | undefined {
  if (nodesDown.size === 0 || symptom.finding.reason !== 'VolumeNotMounted') return undefined;
  return podsOf(symptom, view)
    .flatMap(({ meta, claimNames }) => claimNames.flatMap((claim) => view.podsClaiming(meta.namespace, claim)))
    .map(({ nodeName }) => nodesDown.get(nodeName))
    .find((node) => node !== undefined);
}

/** The claim for which every one of the finding's unschedulable pods waits. */
function claimOf(symptom: FoldedFinding, { claims }: Known, view: View): FoldedFinding | undefined {
  if (claims.size === 0 || !CLAIM_SYMPTOMS.includes(symptom.finding.reason)) return undefined;
  const waitedFor = podsOf(symptom, view).map(({ meta, claimNames }) =>
    claimNames.map((claim) => claims.get(claimKey(meta.namespace, claim))).find((claim) => claim !== undefined),
  );
  return waitedFor.every((claim) => claim !== undefined) ? waitedFor[0] : undefined;
}

/** The more telling reason of the same owner; for a Service, that of a workload behind it. */
function reasonOf({ finding, objects }: FoldedFinding, { byOwner }: Known, view: View): FoldedFinding | undefined {
  if (finding.reason === 'NoEndpoints') {
    return ownersBehind(finding.object, view)
      .flatMap((owner) => byOwner.get(owner) ?? [])
      .find((cause) => isGraveEnough(cause, finding));
  }
  const ofOwner = byOwner.get(ownerKey(finding.owner)) ?? [];
  const rank = SYMPTOMS.indexOf(finding.reason);
  if (rank !== -1) {
    return ofOwner.find((cause) => {
      const { reason } = cause.finding;
      const isReason = !SYMPTOMS.includes(reason) || (finding.reason === 'ReplicasShort' && reason === 'RolloutStuck');
      return isReason && isGraveEnough(cause, finding);
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

/** What merely is at risk or untidy (a pause, a pod that restarts) explains no outage. */
function isGraveEnough({ finding: cause }: FoldedFinding, symptom: Finding): boolean {
  return IMPACTS.indexOf(cause.impact) <= Math.max(IMPACTS.indexOf('error'), IMPACTS.indexOf(symptom.impact));
}

/** Warning events of an owner that has any other finding are a part of that. */
function explanationOf({ finding }: FoldedFinding, { byAnyOwner }: Known): FoldedFinding | undefined {
  if (finding.family !== 'other' || !finding.reason.startsWith('Other:')) return undefined;
  return byAnyOwner.get(ownerKey(finding.owner))?.find((other) => other.finding.family !== 'other');
}

function byObject(folded: readonly FoldedFinding[]): ReadonlyMap<string, readonly FoldedFinding[]> {
  const found = new Map<string, FoldedFinding[]>();
  for (const one of folded) {
    for (const object of one.objects) {
      const known = found.get(ownerKey(object));
      if (known === undefined) found.set(ownerKey(object), [one]);
      else known.push(one);
    }
  }
  return found;
}

/** Findings that can be reasons, by owner, the telling ones first. */
function causesByOwner(folded: readonly FoldedFinding[]): ReadonlyMap<string, readonly FoldedFinding[]> {
  const workload = folded.filter(
    ({ finding: { family, reason } }) =>
      family === 'workload' || family === 'job' || family === 'quota' || reason === 'VolumeNotMounted',
  );
  const ranked = workload.toSorted(
    (left, right) => SYMPTOMS.indexOf(left.finding.reason) - SYMPTOMS.indexOf(right.finding.reason),
  );
  return Map.groupBy(ranked, ({ finding }) => ownerKey(finding.owner));
}

/** The pods that the finding is about: its own, those of its workload, those behind its Service. */
function podsOf({ finding, objects }: Pick<FoldedFinding, 'finding' | 'objects'>, view: View): readonly Pod[] {
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
