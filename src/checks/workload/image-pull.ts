import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { containerName, containersOf, isLive, type ContainerState } from '../pod-state.ts';
import { containerEvents } from './restarts.ts';
import { blockedSinceMs } from './start-blocked.ts';
import type { View } from '../view.ts';

const PULL_FAILURES = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** What registries and runtimes say, by what a person must do about it; the first that matches. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/toomanyrequests|too many requests|rate limit|\b429\b/i, 'the registry limits the rate of pulls'],
  [
    /no match for platform|exec format|does not match the specified platform/i,
    'there is no image for this architecture',
  ],
  // Registries answer "denied" also for what does not exist, and then name both.
  [/unauthorized|authentication required|denied|forbidden|\b40[13]\b/i, 'the registry refuses access'],
  [/not found|manifest unknown|does not exist|\b404\b/i, 'the image does not exist'],
  [/no such host|i\/o timeout|connection refused|tls|x509|deadline exceeded/i, 'the registry cannot be reached'],
  [/ErrImageNeverPull/, 'the image is not on the node, and its pull policy is Never'],
  [/InvalidImageName|couldn't parse image|invalid reference/i, 'the image name is not valid'],
];

export const imagePull: Check = {
  id: 'image-pull',
  family: 'workload',
  sees: 'Images that cannot be pulled, and why (missing, refused, rate limit, architecture, registry unreachable).',
  cannotSee:
    'Images that will fail at the next pull only, pull secrets that are missing while the image is on the node.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    view.objects.Pod.filter(isLive).flatMap((pod) =>
      containersOf(pod)
        .filter(({ status }) => PULL_FAILURES.has(status.waiting?.reason ?? ''))
        .map((container) => findingFor(view, pod, container)),
    ),
};

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status, path, spec } = container;
  const waiting = status.waiting ?? { reason: '', message: '' };
  const image = spec?.image ?? status.image;
  // While the kubelet backs off, the container's own message no longer says why; the event still does.
  const failures = containerEvents(view, pod, container).filter(
    ({ reason }) => reason === 'Failed' || reason === 'BackOff',
  );
  const why = failures.find(({ message }) => message.startsWith('Failed to pull image'));
  const cause = causeOf(`${waiting.reason} ${waiting.message}`) ?? (why && causeOf(why.message));
  return podFinding(view, pod, {
    reason: 'ImagePull',
    problem: `${containerName(container)} cannot start: ${cause ?? clause(why?.message ?? waiting.reason)} (image ${image})`,
    onsetAtMs: blockedSinceMs(pod, status, failures),
    evidence: [
      quoteField('Pod', pod.meta, `${path}.state.waiting`, fields({ ...waiting })),
      ...(why === undefined ? [] : [quoteEvent(why)]),
    ],
    nextSteps: [
      describePod(pod),
      `kubectl get pod ${pod.meta.name} -n ${pod.meta.namespace} -o jsonpath='{.spec.imagePullSecrets} {.spec.containers[*].image}'`,
    ],
  });
}

function causeOf(message: string): string | undefined {
  return CAUSES.find(([pattern]) => pattern.test(message))?.[1];
}
