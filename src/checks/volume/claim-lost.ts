import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';

export const claimLost: Check = {
  id: 'claim-lost',
  family: 'volume',
  sees: 'Claims whose volume is gone: an error when a pod uses one.',
  cannotSee: 'Volumes whose storage is gone while the object is still there.',
  needs: ['PersistentVolumeClaim', 'Pod'],
  uses: ['Event', 'Service'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.PersistentVolumeClaim.filter(
      ({ phase, meta }) => phase === 'Lost' && meta.deletedAtMs === undefined,
    ).map((claim) => {
      const { meta, volumeName, phase } = claim;
      const pods = view.podsClaiming(meta.namespace, meta.name).filter(isLive);
      const [first] = pods;
      const event = view.eventsAbout(meta, 'PersistentVolumeClaim').find(({ reason }) => reason === 'ClaimLost');
      return {
        ...about(
          view,
          'PersistentVolumeClaim',
          'v1',
          meta,
          first && { labels: first.meta.labels, containers: first.containers },
        ),
        family: 'volume',
        reason: 'ClaimLost',
        impact: first === undefined ? 'warning' : 'error',
        title: `claim ${meta.name} has lost its volume ${volumeName}${first === undefined ? '' : `; pod ${first.meta.name} uses it`}`,
        onsetAtMs: event?.firstAtMs ?? event?.lastAtMs ?? meta.createdAtMs,
        evidence: [
          quoteField('PersistentVolumeClaim', meta, 'status', fields({ phase })),
          quoteField('PersistentVolumeClaim', meta, 'spec', fields({ volumeName })),
          ...(event === undefined ? [] : [quoteEvent(event)]),
        ].filter(({ quote }) => quote !== ''),
        causes: volumeName === '' ? [] : [{ kind: 'PersistentVolume', namespace: '', name: volumeName }],
        nextSteps: [describeObject('pvc', meta), ...(volumeName === '' ? [] : [`kubectl get pv ${volumeName}`])],
      };
    }),
};
