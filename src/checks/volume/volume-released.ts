import type { CheckedFinding } from '../../domain/check.ts';
import type { PersistentVolume } from '../../domain/kubernetes/storage.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';

/** A volume that is kept on purpose may be taken over within a day. */
const KEPT_MS = 24 * 3_600_000;
const FAILED_DELETION = new Set(['VolumeFailedDelete', 'VolumeFailedRecycle']);

export const volumeReleased: Check = {
  id: 'volume-released',
  family: 'volume',
  sees: 'Volumes whose claim is gone: a warning after 15 minutes when they should have been deleted with it, info after a day when they are kept on purpose (Retain).',
  cannotSee: 'Storage that stays behind when the volume object is gone; since when, on servers before 1.31.',
  needs: ['PersistentVolume'],
  uses: ['Event'],
  worstImpact: 'warning',
  graceMs: 15 * 60_000,
  run: (view) =>
    view.objects.PersistentVolume.flatMap((volume) =>
      volume.phase === 'Released' ? (findingFor(view, volume) ?? []) : [],
    ),
};

function findingFor(view: View, volume: PersistentVolume): CheckedFinding | undefined {
  const { meta, reclaimPolicy, claim, phaseChangedAtMs, phase, capacityStorage } = volume;
  const failure = view.eventsAbout(meta, 'PersistentVolume').find(({ reason }) => FAILED_DELETION.has(reason));
  const isKept = reclaimPolicy === 'Retain' && meta.deletedAtMs === undefined;
  const releasedAtMs = phaseChangedAtMs ?? failure?.firstAtMs;
  const times = [releasedAtMs, meta.deletedAtMs].filter((time) => time !== undefined);
  // A deletion of which nobody says since when it lasts may have begun a second ago.
  if (!isKept && times.length === 0) return undefined;
  const onsetAtMs = times.length === 0 ? meta.createdAtMs : Math.max(...times);
  if (isKept && view.nowMs - onsetAtMs < KEPT_MS) return undefined;
  const whose = claim === undefined ? 'its claim' : `its claim ${claim.namespace}/${claim.name}`;
  return {
    ...about(view, 'PersistentVolume', 'v1', meta),
    family: 'volume',
    reason: 'VolumeReleased',
    impact: isKept ? 'info' : 'warning',
    title: isKept
      ? `is kept after ${whose} (${capacityStorage})`
      : `is still there although ${whose} is gone${reasonText(volume, failure?.message)}`,
    onsetAtMs,
    evidence: [
      quoteField('PersistentVolume', meta, 'status', fields({ phase }), phaseChangedAtMs),
      quoteField('PersistentVolume', meta, 'spec', fields({ persistentVolumeReclaimPolicy: reclaimPolicy })),
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
    ],
    nextSteps: [
      describeObject('pv', meta),
      ...(isKept ? [] : ['kubectl get volumeattachments', 'kubectl get csidrivers']),
    ],
  };
}

function reasonText({ meta }: PersistentVolume, failure: string | undefined): string {
  if (failure !== undefined) return `: ${clause(failure)}`;
  return meta.deletedAtMs !== undefined && meta.finalizers.length > 0
    ? `: it waits for ${meta.finalizers.join(', ')}`
    : '';
}
