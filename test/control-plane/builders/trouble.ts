/** What is wrong with a pod, as the kubelet or the scheduler would report it. */
export type Trouble =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'crash-loop';
      readonly exitCode: number;
      readonly restarts: number;
      readonly cause: 'Error' | 'OOMKilled';
    }
  | { readonly kind: 'restarting'; readonly restarts: number; readonly exitCode: number }
  | { readonly kind: 'image-pull'; readonly reason: ImageReason; readonly message: string | undefined }
  | { readonly kind: 'config-error'; readonly message: string }
  | { readonly kind: 'unschedulable'; readonly message: string }
  | { readonly kind: 'probe-failing'; readonly message: string };

type ImageReason = 'ErrImagePull' | 'ImagePullBackOff' | 'InvalidImageName' | 'ErrImageNeverPull';

/** Which pods have the trouble, and since when. */
interface TroubleReach {
  /** How many of the pods; all unless told. */
  readonly pods?: number;
  /** Milliseconds before the builder's now; ten minutes unless told. */
  readonly sinceMs?: number;
}

export interface Affliction {
  readonly trouble: Trouble;
  readonly pods: number;
  readonly sinceMs: number;
}

export const HEALTHY: Affliction = { trouble: { kind: 'none' }, pods: 0, sinceMs: 0 };

/** The troubles as words of a fluent builder; `B` is the builder. */
export interface TroubleWords<B> {
  /** Restarts in a loop after an error of its own. */
  crashLooping(options?: TroubleReach & { readonly exitCode?: number; readonly restarts?: number }): B;
  /** Restarts in a loop because it wants more memory than its limit. */
  oomKilled(options?: TroubleReach & { readonly limit?: string; readonly restarts?: number }): B;
  /** Restarts now and then, and is ready in between. */
  restarting(options?: TroubleReach & { readonly restarts?: number; readonly exitCode?: number }): B;
  imagePullFailing(options?: TroubleReach & { readonly reason?: ImageReason; readonly message?: string }): B;
  /** A Secret, ConfigMap or key that the container wants is not there. */
  configError(options?: TroubleReach & { readonly message?: string }): B;
  unschedulable(options?: TroubleReach & { readonly message?: string }): B;
  /** Runs but is not ready. */
  probeFailing(options?: TroubleReach & { readonly message?: string }): B;
}

const UNREADY = 'Readiness probe failed: HTTP probe failed with statuscode: 503';

export function failingProbe(sinceMs: number): Affliction {
  return { trouble: { kind: 'probe-failing', message: UNREADY }, pods: Infinity, sinceMs };
}

const TEN_MINUTES_MS = 600_000;

/** @param change makes the builder with this trouble, and with this memory limit where one is part of the trouble */
export function troubleWords<B>(change: (affliction: Affliction, memoryLimit?: string) => B): TroubleWords<B> {
  const afflict = (trouble: Trouble, reach: TroubleReach, memoryLimit?: string): B =>
    change({ trouble, pods: reach.pods ?? Infinity, sinceMs: reach.sinceMs ?? TEN_MINUTES_MS }, memoryLimit);
  return {
    crashLooping: ({ exitCode = 1, restarts = 6, ...reach } = {}) =>
      afflict({ kind: 'crash-loop', exitCode, restarts, cause: 'Error' }, reach),
    oomKilled: ({ limit = '256Mi', restarts = 4, ...reach } = {}) =>
      afflict({ kind: 'crash-loop', exitCode: 137, restarts, cause: 'OOMKilled' }, reach, limit),
    restarting: ({ restarts = 5, exitCode = 1, ...reach } = {}) =>
      afflict({ kind: 'restarting', restarts, exitCode }, reach),
    imagePullFailing: ({ reason = 'ImagePullBackOff', message, ...reach } = {}) =>
      afflict({ kind: 'image-pull', reason, message }, reach),
    configError: ({ message = 'secret "credentials" not found', ...reach } = {}) =>
      afflict({ kind: 'config-error', message }, reach),
    unschedulable: ({ message = '0/3 nodes are available: 3 Insufficient memory.', ...reach } = {}) =>
      afflict({ kind: 'unschedulable', message }, reach),
    probeFailing: ({ message = UNREADY, ...reach } = {}) => afflict({ kind: 'probe-failing', message }, reach),
  };
}
