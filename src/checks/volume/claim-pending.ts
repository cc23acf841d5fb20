import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { PersistentVolumeClaim, StorageClass } from '../../domain/kubernetes/storage.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';
import type { View } from '../view.ts';

/** Set by the scheduler when it has chosen a node for the claim's first consumer: from then on the provisioner is at work. */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const FAILURES = new Set(['ProvisioningFailed', 'FailedBinding', 'ProvisioningCleanupFailed']);

export const claimPending: Check = {
  id: 'claim-pending',
  family: 'volume',
  sees: 'Claims without a volume: an error when a pod waits for one. Not: claims of a class that waits for its first consumer, while there is none or none has a node yet.',
  cannotSee: 'Volumes that are full, snapshots, claims that no pod uses and whose class cannot be read.',
  needs: ['PersistentVolumeClaim', 'Pod'],
  uses: ['StorageClass', 'Event', 'Service'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.PersistentVolumeClaim.flatMap((claim) => {
      if (claim.meta.deletedAtMs !== undefined || claim.phase !== 'Pending') return [];
      return findingFor(view, claim) ?? [];
    }),
};

/** What stands in the way, as far as can be known. */
type Obstacle =
  | { readonly kind: 'waits-for-consumer' }
  | { readonly kind: 'no-class'; readonly text: string }
  | { readonly kind: 'provisioner'; readonly text: string }
  /** The storage classes could not be read. */
  | { readonly kind: 'unknown' };

function findingFor(view: View, claim: PersistentVolumeClaim): CheckedFinding | undefined {
  const { meta } = claim;
  const waiting = view.podsClaiming(meta.namespace, meta.name).filter((pod) => isLive(pod) && pod.phase === 'Pending');
  const failure = view
    .eventsAbout(meta, 'PersistentVolumeClaim')
    .find(({ type, reason }) => type === 'Warning' || FAILURES.has(reason));
  const obstacle = obstacleOf(view, claim);
  // Then the pod, not the claim, is what has no place: the volume would be made where the pod goes.
  if (obstacle.kind === 'waits-for-consumer' && failure === undefined) return undefined;
  if (obstacle.kind === 'unknown' && failure === undefined && !waiting.some(isHeldByClaim)) return undefined;

  const [first] = waiting;
  const why = obstacle.kind === 'no-class' ? obstacle.text : causeText(failure, obstacle);
  const who =
    first === undefined
      ? ''
      : `; ${waiting.length === 1 ? `pod ${first.meta.name} waits` : `${String(waiting.length)} pods wait`} for it`;
  const subject = about(
    view,
    'PersistentVolumeClaim',
    'v1',
    meta,
    first && { labels: first.meta.labels, containers: first.containers },
  );
  return {
    ...subject,
    family: 'volume',
    reason: 'ClaimPending',
    impact: first === undefined ? 'warning' : 'error',
    title: `claim has no volume (${claim.requestedStorage || 'no size'}): ${why}${who}`,
    onsetAtMs: onsetOf(view, claim, waiting, failure),
    evidence: [
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
      quoteField('PersistentVolumeClaim', meta, 'status', fields({ phase: claim.phase })),
      quoteField(
        'PersistentVolumeClaim',
        meta,
        'spec',
        fields({ storageClassName: claim.storageClassName ?? '', requested: claim.requestedStorage }),
      ),
    ].filter(({ quote }) => quote !== ''),
    nextSteps: [describeObject('pvc', meta), 'kubectl get storageclass'],
  };
}

function obstacleOf(view: View, claim: PersistentVolumeClaim): Obstacle {
  const { storageClassName } = claim;
  if (storageClassName === '') return { kind: 'no-class', text: 'it asks for no storage class and no volume fits' };
  const storageClass = storageClassName === undefined ? defaultClass(view) : view.storageClass(storageClassName);
  if (storageClass === undefined) {
    if (!view.isComplete('StorageClass', '')) return { kind: 'unknown' };
    return storageClassName === undefined
      ? { kind: 'no-class', text: 'it names no storage class and the cluster has no default' }
      : { kind: 'no-class', text: `storage class ${storageClassName} does not exist` };
  }
  const isWaiting =
    storageClass.volumeBindingMode === 'WaitForFirstConsumer' && claim.meta.annotations[SELECTED_NODE] === undefined;
  return isWaiting
    ? { kind: 'waits-for-consumer' }
    : { kind: 'provisioner', text: `provisioner ${storageClass.provisioner} has not made one` };
}

function defaultClass(view: View): StorageClass | undefined {
  return view.objects.StorageClass.find(({ isDefault }) => isDefault);
}

function causeText(failure: Event | undefined, obstacle: Obstacle): string {
  if (failure !== undefined) return clause(failure.message);
  return obstacle.kind === 'provisioner' ? obstacle.text : 'it is still pending';
}

function isHeldByClaim(pod: Pod): boolean {
  return pod.conditions.some(({ message }) => message.includes('unbound immediate PersistentVolumeClaims'));
}

/** Pending is no trouble before a consumer comes, where the class waits for one. */
function onsetOf(
  view: View,
  claim: PersistentVolumeClaim,
  waiting: readonly Pod[],
  failure: Event | undefined,
): number {
  if (failure?.firstAtMs !== undefined) return failure.firstAtMs;
  const { storageClassName, meta } = claim;
  const storageClass = storageClassName === undefined ? defaultClass(view) : view.storageClass(storageClassName);
  if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer' || waiting.length === 0) return meta.createdAtMs;
  return Math.max(meta.createdAtMs, Math.min(...waiting.map((pod) => pod.meta.createdAtMs)));
}
