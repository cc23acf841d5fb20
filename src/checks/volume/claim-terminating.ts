import type { CheckedFinding } from '../../domain/check.ts';
import type { PersistentVolumeClaim } from '../../domain/kubernetes/storage.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';
import type { View } from '../view.ts';

export const claimTerminating: Check = {
  id: 'claim-terminating',
  family: 'volume',
  sees: 'Claims that were deleted two hours ago or earlier and are still there: a pod runs on one, whose data will go with it, or a finalizer holds one.',
  cannotSee: 'Volumes that were deleted under their claims: they stay until the claim goes.',
  needs: ['PersistentVolumeClaim'],
  uses: ['Pod', 'PersistentVolume', 'Namespace', 'Service'],
  worstImpact: 'warning',
  graceMs: 2 * 3_600_000,
  run: (view) =>
    view.objects.PersistentVolumeClaim.flatMap((claim) => {
      const { deletedAtMs } = claim.meta;
      return deletedAtMs === undefined ? [] : [findingFor(view, claim, deletedAtMs)];
    }),
};

function findingFor(view: View, { meta, volumeName }: PersistentVolumeClaim, deletedAtMs: number): CheckedFinding {
  // A pod without a node holds nothing yet.
  const [user] = view.podsClaiming(meta.namespace, meta.name).filter((pod) => isLive(pod) && pod.nodeName !== '');
  const volume = view.objects.PersistentVolume.find((candidate) => candidate.meta.name === volumeName);
  const isDeletedWithIt = volume?.reclaimPolicy === 'Delete';
  const title =
    user === undefined
      ? `was deleted and does not go away: it waits for ${meta.finalizers.join(', ') || 'its deletion'}`
      : `was deleted under pod ${user.meta.name}: when that ends, the claim goes${isDeletedWithIt ? `, and volume ${volumeName} with its data` : ''}`;
  return {
    ...about(
      view,
      'PersistentVolumeClaim',
      'v1',
      meta,
      user && { labels: user.meta.labels, containers: user.containers },
    ),
    family: 'volume',
    reason: 'ClaimTerminating',
    impact: 'warning',
    title: `claim ${title}`,
    onsetAtMs: deletedAtMs,
    evidence: [
      quoteField(
        'PersistentVolumeClaim',
        meta,
        'metadata',
        fields({
          deletionTimestamp: new Date(deletedAtMs).toISOString(),
          finalizers: meta.finalizers.join(', '),
        }),
        deletedAtMs,
      ),
      ...(volume === undefined
        ? []
        : [
            quoteField(
              'PersistentVolume',
              volume.meta,
              'spec',
              fields({ persistentVolumeReclaimPolicy: volume.reclaimPolicy }),
            ),
          ]),
    ],
    causes: [{ kind: 'Namespace', namespace: '', name: meta.namespace }],
    nextSteps: [
      describeObject('pvc', meta),
      ...(isDeletedWithIt
        ? [`kubectl patch pv ${volumeName} -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`]
        : []),
    ],
  };
}
