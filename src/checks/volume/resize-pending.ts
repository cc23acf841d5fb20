import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, quoteCondition, quoteEvent } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { isLive } from '../pod-state.ts';

const RESIZING = ['ControllerResizeError', 'NodeResizeError', 'FileSystemResizePending', 'Resizing'];

export const resizePending: Check = {
  id: 'resize-pending',
  family: 'volume',
  sees: 'Claims whose growth has not finished for 15 minutes, while a pod uses them. Not: claims without a pod, which grow at their next mount.',
  cannotSee: 'Requests that the API server refuses, drivers that set no condition.',
  needs: ['PersistentVolumeClaim', 'Pod'],
  uses: ['Event', 'Service'],
  worstImpact: 'warning',
  graceMs: 15 * 60_000,
  run: (view) =>
    view.objects.PersistentVolumeClaim.flatMap((claim) => {
      const { meta, conditions, requestedStorage } = claim;
      const pending = RESIZING.flatMap((type) =>
        conditions.filter((candidate) => candidate.type === type && candidate.status === 'True'),
      );
      const [first] = pending;
      const [pod] = view.podsClaiming(meta.namespace, meta.name).filter(isLive);
      if (first === undefined || pod === undefined || meta.deletedAtMs !== undefined) return [];
      const event = view
        .eventsAbout(meta, 'PersistentVolumeClaim')
        .find(({ reason }) => reason === 'VolumeResizeFailed' || reason === 'FileSystemResizeFailed');
      const why = clause(event?.message ?? first.message) || first.reason || first.type;
      return [
        {
          ...about(view, 'PersistentVolumeClaim', 'v1', meta, { labels: pod.meta.labels, containers: pod.containers }),
          family: 'volume',
          reason: 'ResizePending',
          impact: 'warning',
          title: `claim ${meta.name} does not grow to ${requestedStorage || 'its new size'}: ${why}`,
          onsetAtMs: Math.min(...pending.map(({ changedAtMs }) => changedAtMs ?? view.nowMs)),
          evidence: [
            ...pending.map((condition) => quoteCondition('PersistentVolumeClaim', meta, condition)),
            ...(event === undefined ? [] : [quoteEvent(event)]),
          ],
          nextSteps: [describeObject('pvc', meta), describeObject('pod', pod.meta)],
        },
      ];
    }),
};
