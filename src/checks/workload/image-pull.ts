import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { containerName, type ContainerState } from '../pod-state.ts';
import { findingsOfContainers } from './containers.ts';
import { isPullFailure, pullCauseOf } from './pull-failure.ts';
import { containerEvents } from './restarts.ts';
import { blockedSinceMs } from './start-blocked.ts';
import type { View } from '../view.ts';

const PULL_EVENTS = new Set(['Failed', 'BackOff', 'InspectFailed', 'ErrImageNeverPull']);

export const imagePull: Check = {
  id: 'image-pull',
  family: 'workload',
  sees: 'Images that cannot be pulled or used, and why: missing, refused (and which pull secret is missing), rate limit, architecture, format, name, pull policy, signature, registry not found, not reached, not trusted or failing, a full node.',
  cannotSee:
    'Images that will fail at the next pull only, pull secrets that are missing while the image is on the node.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => findingsOfContainers(view, ({ status }) => isPullFailure(status), findingFor),
};

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, path, spec } = container;
  const waiting = status.waiting ?? { reason: '', message: '' };
  const image = spec?.image ?? status.image;
  const events = containerEvents(view, pod, container);
  // While the kubelet backs off, the container's own message no longer says why; the event still does.
  const failures = events.filter(({ reason }) => PULL_EVENTS.has(reason));
  const why =
    failures.find(
      ({ message }) =>
        /^Failed to (?:pull|inspect) image|^Error: /.test(message) && pullCauseOf(message, image) !== undefined,
    ) ?? failures.find(({ message }) => message.startsWith('Failed to pull image'));
  const cause = pullCauseOf(`${waiting.reason} ${waiting.message}`, image) ?? (why && pullCauseOf(why.message, image));
  const unreadSecret = events.find(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  return podFinding(view, pod, {
    reason: 'ImagePull',
    problem: `${containerName(container)} cannot start: ${cause ?? clause(why?.message ?? waiting.reason)}${secretText(unreadSecret)} (image ${image})`,
    onsetAtMs: blockedSinceMs(pod, status, failures),
    evidence: [
      quoteField('Pod', pod.meta, `${path}.state.waiting`, fields({ ...waiting })),
      ...(why === undefined ? [] : [quoteEvent(why)]),
      ...(unreadSecret === undefined ? [] : [quoteEvent(unreadSecret)]),
    ],
    nextSteps: [
      describePod(pod),
      `kubectl get pod ${pod.meta.name} -n ${pod.meta.namespace} -o jsonpath='{.spec.imagePullSecrets} {.spec.containers[*].image}'`,
    ],
  });
}

/** `Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.` */
function secretText(event: Event | undefined): string {
  const names = event === undefined ? undefined : /\(([^)]+)\)/.exec(event.message)?.[1];
  return names === undefined ? '' : `, and pull secret ${names} does not exist`;
}
