import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';

export const volumeFailed: Check = {
  id: 'volume-failed',
  family: 'volume',
  sees: 'Volumes in phase Failed, with what the server says of it: an error when a claim is bound to one or asks for it.',
  cannotSee: 'Storage that is broken while the phase still says Bound.',
  needs: ['PersistentVolume'],
  uses: ['PersistentVolumeClaim', 'Event'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const failed = view.objects.PersistentVolume.filter(
      ({ phase, meta }) => phase === 'Failed' && meta.deletedAtMs === undefined,
    );
    if (failed.length === 0) return [];
    const claims = Map.groupBy(
      view.objects.PersistentVolumeClaim.filter(({ meta }) => meta.deletedAtMs === undefined),
      ({ volumeName }) => volumeName,
    );
    return failed.map(({ meta, phase, reason, message, reclaimPolicy, phaseChangedAtMs }) => {
      const event = view.eventsAbout(meta, 'PersistentVolume').find(({ type }) => type === 'Warning');
      const [user] = claims.get(meta.name) ?? [];
      const why = clause(message || event?.message || reason);
      return {
        ...about(view, 'PersistentVolume', 'v1', meta),
        family: 'volume',
        reason: 'VolumeFailed',
        impact: user === undefined ? 'warning' : 'error',
        title: `volume has failed${why === '' ? '' : `: ${why}`}${user === undefined ? '' : `; claim ${user.meta.namespace}/${user.meta.name} depends on it`}`,
        onsetAtMs: phaseChangedAtMs ?? event?.firstAtMs ?? meta.createdAtMs,
        evidence: [
          quoteField('PersistentVolume', meta, 'status', fields({ phase, reason, message }), phaseChangedAtMs),
          quoteField('PersistentVolume', meta, 'spec', fields({ persistentVolumeReclaimPolicy: reclaimPolicy })),
          ...(event === undefined ? [] : [quoteEvent(event)]),
        ],
        nextSteps: [describeObject('pv', meta), ...(user === undefined ? [] : [describeObject('pvc', user.meta)])],
      };
    });
  },
};
