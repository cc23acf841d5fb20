import type { ContainerStatus } from '../../domain/kubernetes/pod.ts';
import { isPullFailure } from './pull-failure.ts';
import { lastTermination } from './restarts.ts';

/** What a waiting container says while nothing is wrong with it, or while it is held back after it ran. */
const NO_REFUSALS = new Set(['', 'ContainerCreating', 'PodInitializing', 'CrashLoopBackOff']);
/** How a run "ends" whose command never began: containerd's word and the older one of Docker. */
const NEVER_BEGAN = new Set(['StartError', 'ContainerCannotRun']);
/** The kubelet also calls these a configuration error, though no ConfigMap or Secret is at fault. */
const USER_OR_MOUNT = /runAsNonRoot|non-numeric user|will run as root|subPath/i;

/** Whether a reference of the container to a ConfigMap or Secret keeps it from being made. */
export function isConfigRefusal({ waiting }: ContainerStatus): boolean {
  return waiting?.reason === 'CreateContainerConfigError' && !USER_OR_MOUNT.test(waiting.message);
}

/** Whether the runtime cannot start the container: then no line of its program ever ran, also while the kubelet backs off. */
export function isStartRefusal(status: ContainerStatus): boolean {
  const { waiting, running } = status;
  // Whatever else the kubelet waits for is a step of the start that failed: CreateContainerError, PostStartHookError, and what comes after this was written.
  if (!NO_REFUSALS.has(waiting?.reason ?? '')) return !isPullFailure(status) && !isConfigRefusal(status);
  return running === undefined && NEVER_BEGAN.has(lastTermination(status)?.reason ?? '');
}
