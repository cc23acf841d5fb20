import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { PersistentVolumeClaim } from '../../domain/kubernetes/storage.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';
import type { View } from '../view.ts';
import { misfitAmong, misfitOf } from './misfit.ts';
import { isNoDefault, isWaiting, missingText, storageIn, type Source, type Storage } from './storage.ts';

/** Set by the scheduler when it has chosen a node for the claim's first consumer: from then on the provisioner is at work. */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const FAILURES = new Set(['ProvisioningFailed', 'FailedBinding', 'ProvisioningCleanupFailed']);
/** Provisioners try again every 5 minutes at most: an older failure is of a consumer that has gone. */
const RETRY_MS = 15 * 60_000;

export const claimPending: Check = {
  id: 'claim-pending',
  family: 'volume',
  sees: 'Claims without a volume, and what stands in the way (a missing class, the provisioner, the volume that they ask for by name): an error when a pod waits for one. Not: claims of a class that waits for its first consumer, while there is none or none has a node yet.',
  cannotSee: 'Volumes that are full, snapshots, claims that no pod uses and whose class cannot be read.',
  needs: ['PersistentVolumeClaim', 'Pod'],
  uses: ['StorageClass', 'PersistentVolume', 'Event', 'Service'],
  settledBy: ['StorageClass', 'PersistentVolume'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const waiting = view.objects.PersistentVolumeClaim.filter(isWaiting);
    if (waiting.length === 0) return [];
    const storage = storageIn(view);
    return waiting.flatMap((claim) => findingFor(view, storage, claim) ?? []);
  },
};

/** What stands in the way, as far as can be known. */
type Obstacle =
  | { readonly kind: 'waits-for-consumer' }
  /** The objects themselves say it. */
  | { readonly kind: 'known'; readonly text: string; readonly cause?: Owner }
  /** Events may say more. */
  | { readonly kind: 'provisioner'; readonly text: string }
  /** What it needs could not be read. */
  | { readonly kind: 'unknown' };

function findingFor(view: View, storage: Storage, claim: PersistentVolumeClaim): CheckedFinding | undefined {
  const { meta } = claim;
  const pods = view.podsClaiming(meta.namespace, meta.name).filter((pod) => isLive(pod) && pod.phase === 'Pending');
  const failure = view
    .eventsAbout(meta, 'PersistentVolumeClaim')
    .find(({ type, reason }) => type === 'Warning' || FAILURES.has(reason));
  const source = storage.sourceOf(claim);
  const obstacle = obstacleOf(view, storage, claim, source, pods);
  const isFailing = failure !== undefined && view.nowMs - failure.lastAtMs < RETRY_MS;
  // Then the pod, not the claim, is what has no place: the volume would be made where the pod goes.
  if (obstacle.kind === 'waits-for-consumer' && !isFailing) return undefined;
  if (obstacle.kind === 'unknown' && !isFailing && !pods.some(isHeldByClaim)) return undefined;

  const [first] = pods;
  const why = obstacle.kind === 'known' ? obstacle.text : causeText(failure, obstacle);
  const who =
    first === undefined
      ? ''
      : `; ${pods.length === 1 ? `pod ${first.meta.name} waits` : `${String(pods.length)} pods wait`} for it`;
  const template = first && { labels: first.meta.labels, containers: first.containers };
  const causes = [
    ...(obstacle.kind === 'known' && obstacle.cause !== undefined ? [obstacle.cause] : []),
    ...(claim.volumeName === '' ? [] : [{ kind: 'PersistentVolume', namespace: '', name: claim.volumeName }]),
  ];
  return {
    ...about(view, 'PersistentVolumeClaim', 'v1', meta, template),
    family: 'volume',
    reason: 'ClaimPending',
    impact: first === undefined ? 'warning' : 'error',
    title: `claim has no volume (${claim.requestedStorage || 'no size'}): ${why}${who}`,
    onsetAtMs: pendingSinceMs(claim, source, pods, failure),
    evidence: [
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
      quoteField('PersistentVolumeClaim', meta, 'status', fields({ phase: claim.phase })),
      quoteField(
        'PersistentVolumeClaim',
        meta,
        'spec',
        fields({
          storageClassName: claim.storageClassName ?? '',
          volumeName: claim.volumeName,
          requested: claim.requestedStorage,
        }),
      ),
    ].filter(({ quote }) => quote !== ''),
    causes,
    nextSteps: [
      describeObject('pvc', meta),
      'kubectl get storageclass',
      ...(claim.volumeName === '' ? [] : [`kubectl describe pv ${claim.volumeName}`]),
    ],
  };
}

function obstacleOf(
  view: View,
  storage: Storage,
  claim: PersistentVolumeClaim,
  source: Source,
  pods: readonly Pod[],
): Obstacle {
  if (claim.volumeName !== '') return namedVolumeObstacle(view, storage, claim, source);
  switch (source.kind) {
    case 'unknown':
      return { kind: 'unknown' };
    case 'missing': {
      const { className } = source;
      const cause = { kind: 'StorageClass', namespace: '', name: className };
      const text = isNoDefault(className)
        ? 'it names no storage class and the cluster has no default'
        : missingText(className);
      return { kind: 'known', text, cause };
    }
    case 'static':
      return { kind: 'known', text: misfitAmong(claim, source.volumes, source.className) };
    case 'class': {
      const { volumeBindingMode, provisioner } = source.storageClass;
      const isForConsumer = volumeBindingMode === 'WaitForFirstConsumer';
      if (!isForConsumer || claim.meta.annotations[SELECTED_NODE] !== undefined) {
        return { kind: 'provisioner', text: `provisioner ${provisioner} has not made one` };
      }
      // The scheduler places a pod only when its claims have volumes: this one was placed by somebody else.
      const placed = pods.find(({ nodeName }) => nodeName !== '');
      return placed === undefined
        ? { kind: 'waits-for-consumer' }
        : {
            kind: 'known',
            text: `its class waits for the scheduler, and pod ${placed.meta.name} was put on ${placed.nodeName} without it`,
          };
    }
  }
}

/** A claim that asks for one volume by name gets that one or none. */
function namedVolumeObstacle(view: View, storage: Storage, claim: PersistentVolumeClaim, source: Source): Obstacle {
  const volume = storage.volume(claim.volumeName);
  if (volume === undefined) {
    return view.isComplete('PersistentVolume', '')
      ? { kind: 'known', text: `volume ${claim.volumeName} does not exist` }
      : { kind: 'unknown' };
  }
  const text = misfitOf(claim, volume);
  if (text !== undefined) return { kind: 'known', text };
  const className = source.kind === 'class' ? source.storageClass.meta.name : claim.storageClassName;
  return className !== undefined && className !== volume.storageClassName
    ? { kind: 'known', text: `volume ${volume.meta.name} is of class ${volume.storageClassName || 'none'}` }
    : { kind: 'provisioner', text: `volume ${volume.meta.name} is not bound to it` };
}

function causeText(failure: Event | undefined, obstacle: Obstacle): string {
  if (failure !== undefined) return clause(failure.message);
  return obstacle.kind === 'provisioner' ? obstacle.text : 'it is still pending';
}

function isHeldByClaim(pod: Pod): boolean {
  return pod.conditions.some(({ message }) => message.includes('unbound immediate PersistentVolumeClaims'));
}

/** Pending is no trouble before a consumer comes, where the class waits for one. */
function pendingSinceMs(
  { meta }: PersistentVolumeClaim,
  source: Source,
  pods: readonly Pod[],
  failure: Event | undefined,
): number {
  if (failure?.firstAtMs !== undefined) return failure.firstAtMs;
  const isForConsumer = source.kind === 'class' && source.storageClass.volumeBindingMode === 'WaitForFirstConsumer';
  if (!isForConsumer || pods.length === 0) return meta.createdAtMs;
  return Math.max(meta.createdAtMs, Math.min(...pods.map((pod) => pod.meta.createdAtMs)));
}
