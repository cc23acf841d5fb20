import type { CheckedFinding } from '../../domain/check.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, quoteEvent } from '../evidence.ts';
import { describePod } from '../next-steps.ts';
import { belongsToJob, containerName, type ContainerState } from '../pod-state.ts';
import { findingsOfContainers, quoteLastEnd, quoteWaiting } from './containers.ts';
import { containerEvents, lastTermination, loopOnsetMs } from './restarts.ts';
import { blockedSinceMs } from './start-blocked.ts';
import { isStartRefusal } from './start-refusal.ts';
import type { View } from '../view.ts';

/** The runtime's words, by what a person must mend; the first that matches. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/runAsNonRoot|non-numeric user|will run as root|unable to find (?:user|group)|no users found/i, 'user'],
  [/nvidia|CDI device/i, 'device'],
  [/HookError|lifecycle hook|PostStartHook/i, 'lifecycle hook'],
  [/exec format error/i, 'architecture'],
  [/OOM-killed|memory limit too low/i, 'memory limit too low'],
  [/seccomp|apparmor|selinux/i, 'security profile'],
  [/chdir|working directory/i, 'working directory'],
  [/argument list too long/i, 'environment or arguments too large'],
  [/is reserved for|name conflict|already in use/i, 'name still in use on the node'],
  [/subPath|mount|not a directory|cannot find volume/i, 'mount'],
  [/executable file not found|no command specified|exec: |no such file or directory|permission denied/i, 'command'],
  [/no space left|cannot allocate memory|too many open files|temporarily unavailable|device/i, 'resources of the node'],
];
/** Every layer of the runtime puts its own words before the one that says why. */
const RUNTIME_LAYERS =
  /^.*?(?:unable to start container process|OCI runtime create failed|runc create failed):\s*(?:runc create failed:\s*)?(?:unable to start container process:\s*)?(?:error during container init:\s*)?/is;

export const startFailed: Check = {
  id: 'start-failed',
  family: 'workload',
  sees: 'Containers that the runtime cannot make or start: a command that does not exist or may not be run, a user, a mount, a working directory, a device, a security profile or a lifecycle hook that it refuses, an image of another architecture. Not: containers whose program began and ended (crash-loop), finished pods of Jobs (job-failed).',
  cannotSee: 'Commands that exist and are the wrong ones.',
  needs: ['Pod'],
  uses: ['Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    findingsOfContainers(view, ({ status }, pod) => isStartRefusal(status) && !isSpentTry(pod, status), findingFor),
};

/** Of a Job's pod that never restarts, a container that has ended is the Job's business. */
function isSpentTry(pod: Pod, status: ContainerState['status']): boolean {
  return belongsToJob(pod) && pod.restartPolicy === 'Never' && status.terminated !== undefined;
}

function findingFor(view: View, pod: Pod, container: ContainerState): CheckedFinding {
  const { status } = container;
  const last = lastTermination(status);
  const failures = containerEvents(view, pod, container).filter(
    ({ reason }) => reason === 'Failed' || reason === 'FailedPostStartHook' || reason === 'FailedPreStopHook',
  );
  // While the kubelet backs off, only the last end still says why.
  const isHeldBack = status.waiting === undefined || status.waiting.reason === 'CrashLoopBackOff';
  const why = [isHeldBack ? last?.message : status.waiting?.message, failures[0]?.message].find(
    (message) => message !== undefined && message !== '',
  );
  const words = why ?? status.waiting?.reason ?? last?.reason ?? '';
  const cause = causeOf(`${status.waiting?.reason ?? ''} ${words}`);
  return podFinding(view, pod, {
    reason: 'StartFailed',
    problem: `${containerName(container)} cannot start${cause === undefined ? '' : ` (${cause})`}: ${clause(words.replace(RUNTIME_LAYERS, '').replace(/: unknown$/, ''))}`,
    onsetAtMs: last === undefined ? blockedSinceMs(pod, status, failures) : loopOnsetMs(view, pod, container),
    evidence: [
      ...quoteLastEnd(pod, container),
      ...quoteWaiting(pod, container),
      ...(failures[0] === undefined ? [] : [quoteEvent(failures[0])]),
    ],
    nextSteps: [
      describePod(pod),
      `kubectl get pod ${pod.meta.name} -n ${pod.meta.namespace} -o jsonpath='{.spec.containers[*].command} {.spec.containers[*].args}'`,
    ],
  });
}

function causeOf(words: string): string | undefined {
  return CAUSES.find(([pattern]) => pattern.test(words))?.[1];
}
