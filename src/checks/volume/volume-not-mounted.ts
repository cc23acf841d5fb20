import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { namesMissingObject } from '../workload/config-words.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject, describePod } from '../next-steps.ts';
import { blockedSinceMs, failingPreparations, type Preparation } from '../workload/start-blocked.ts';
import type { View } from '../view.ts';

const VOLUME_FAILURES = new Set(['FailedAttachVolume', 'FailedMount', 'FailedMapVolume']);
const TIME_OUT = /timed out waiting|context deadline exceeded/i;
/** Kubernetes detaches a volume by force from a node that does not let go of it after this long. */
const FORCED_DETACH_MS = 6 * 60_000;

export const volumeNotMounted: Check = {
  id: 'volume-not-mounted',
  family: 'volume',
  sees: 'Pods on a node that wait for a volume which cannot be attached or mounted. Not: volumes that another node releases within 6 minutes, volumes of a missing ConfigMap or Secret (config-volume), failures after which the mount came up.',
  cannotSee: 'Volumes that are mounted and slow or read-only, pods whose events have expired.',
  needs: ['Pod', 'Event'],
  uses: ['PersistentVolumeClaim', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => failingPreparations(view, isVolumeFailure).flatMap((preparation) => findingFor(view, preparation)),
};

function isVolumeFailure({ reason, message }: Event): boolean {
  return VOLUME_FAILURES.has(reason) && !namesMissingObject(message);
}

function findingFor(view: View, { pod, container, failures }: Preparation): readonly CheckedFinding[] {
  const [newest] = failures;
  if (newest === undefined) return [];
  // "timed out waiting" says less than the failure that it waited for. A volume that another node holds is told only once.
  const startedAtMs = container.status.lastTerminated?.finishedAtMs ?? pod.meta.createdAtMs;
  const sinceStart = view.eventsAbout(pod.meta, 'Pod').filter((event) => event.lastAtMs >= startedAtMs);
  const telling = [...failures, ...sinceStart.filter(isVolumeFailure)].find(({ message }) => !TIME_OUT.test(message));
  const failure = telling ?? newest;
  const onsetAtMs = blockedSinceMs(pod, container.status, [...failures, failure]);
  const isReleased = failure.message.includes('Multi-Attach') && view.nowMs - onsetAtMs < FORCED_DETACH_MS;
  if (isReleased) return [];
  const [claim] = pod.claimNames;
  return [
    podFinding(view, pod, {
      family: 'volume',
      reason: 'VolumeNotMounted',
      problem: `a volume cannot be ${failure.reason === 'FailedAttachVolume' ? 'attached' : 'mounted'}: ${clause(failure.message)}`,
      onsetAtMs,
      evidence: [
        quoteEvent(failure),
        ...(newest === failure ? [] : [quoteEvent(newest)]),
        quoteField('Pod', pod.meta, `${container.path}.state.waiting`, fields({ ...container.status.waiting })),
      ],
      nextSteps: [
        describePod(pod),
        ...(claim === undefined ? [] : [describeObject('pvc', { namespace: pod.meta.namespace, name: claim })]),
        'kubectl get volumeattachments',
      ],
    }),
  ];
}
