import type { ContainerRun } from '../domain/container-run.ts';
import type { Condition } from '../domain/kubernetes/meta.ts';
import type { Container, ContainerStatus, Pod } from '../domain/kubernetes/pod.ts';
import { controllerOf } from './owner.ts';

/** A container of a pod with its status: one row of what `kubectl describe` shows. */
export interface ContainerState {
  /** An init container that restarts always is a sidecar: it runs as long as the pod. */
  readonly role: 'init' | 'sidecar' | 'main';
  readonly spec: Container | undefined;
  readonly status: ContainerStatus;
  /** `status.containerStatuses[api]`. */
  readonly path: string;
}

export function condition(conditions: readonly Condition[], type: string): Condition | undefined {
  // Asked of every pod many times: a loop costs a third of `find`.
  for (const candidate of conditions) if (candidate.type === type) return candidate;
  return undefined;
}

/** Meant to run: neither finished nor being deleted. */
export function isLive(pod: Pod): boolean {
  return pod.meta.deletedAtMs === undefined && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

export function isReady(pod: Pod): boolean {
  return condition(pod.conditions, 'Ready')?.status === 'True';
}

/**
 * Whether nothing at all is the matter with a pod: it runs on its node and is ready, every container of it since its first start, and what
 * had to be done before was done at the first try.
 */
export function isAtRest({
  meta,
  phase,
  nodeName,
  conditions,
  containerStatuses,
  initContainerStatuses,
}: Pod): boolean {
  return (
    phase === 'Running' &&
    nodeName !== '' &&
    meta.deletedAtMs === undefined &&
    condition(conditions, 'Ready')?.status === 'True' &&
    !conditions.some(({ type }) => type.startsWith('PodResize')) &&
    containerStatuses.every(runsSinceItsStart) &&
    initContainerStatuses.every((status) => runsSinceItsStart(status) || wasDoneAtOnce(status))
  );
}

function runsSinceItsStart({
  running,
  ready,
  restartCount,
  waiting,
  terminated,
  lastTerminated,
}: ContainerStatus): boolean {
  return (
    running !== undefined &&
    ready &&
    restartCount === 0 &&
    waiting === undefined &&
    terminated === undefined &&
    lastTerminated === undefined
  );
}

function wasDoneAtOnce({ terminated, restartCount, waiting, lastTerminated }: ContainerStatus): boolean {
  return (
    terminated?.exitCode === 0 &&
    terminated.reason === 'Completed' &&
    restartCount === 0 &&
    waiting === undefined &&
    lastTerminated === undefined
  );
}

/** Since when the pod is not ready; `undefined` when it is. */
export function unreadySinceMs(pod: Pod): number | undefined {
  const ready = condition(pod.conditions, 'Ready');
  if (ready?.status === 'True') return undefined;
  return ready?.changedAtMs ?? pod.meta.createdAtMs;
}

/** Its own controller retries it and gives up by its own rules. */
export function belongsToJob(pod: Pod): boolean {
  return controllerOf(pod.meta)?.kind === 'Job';
}

const remembered = new WeakMap<Pod, readonly ContainerState[]>();

/** The same list each time: a dozen checks ask for that of every pod. */
export function containersOf(pod: Pod): readonly ContainerState[] {
  const known = remembered.get(pod);
  if (known !== undefined) return known;
  const containers = joinContainers(pod);
  remembered.set(pod, containers);
  return containers;
}

function joinContainers(pod: Pod): readonly ContainerState[] {
  return [
    ...pod.initContainerStatuses.map((status): ContainerState => {
      const spec = pod.initContainers.find(({ name }) => name === status.name);
      const role = spec?.restartPolicy === 'Always' ? 'sidecar' : 'init';
      return { role, spec, status, path: `status.initContainerStatuses[${status.name}]` };
    }),
    ...pod.containerStatuses.map((status): ContainerState => {
      const spec = pod.containers.find(({ name }) => name === status.name);
      return { role: 'main', spec, status, path: `status.containerStatuses[${status.name}]` };
    }),
  ];
}

/** The run that ended last: the present one where it is over, else the one before. */
export function endedRun({ meta }: Pod, { status }: ContainerState): ContainerRun {
  const previous = status.terminated === undefined;
  return { namespace: meta.namespace, pod: meta.name, container: status.name, previous };
}

export function presentRun({ meta }: Pod, { status }: ContainerState): ContainerRun {
  return { namespace: meta.namespace, pod: meta.name, container: status.name, previous: false };
}

/** `container api`, `init container migrate`, `sidecar proxy`. */
export function containerName({ role, status }: ContainerState): string {
  return `${{ init: 'init container', sidecar: 'sidecar', main: 'container' }[role]} ${status.name}`;
}
