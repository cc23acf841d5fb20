import type { Condition, ObjectMeta } from './meta.ts';

export interface Node {
  readonly meta: ObjectMeta;
  readonly unschedulable: boolean;
  readonly taints: readonly {
    readonly key: string;
    readonly value: string;
    readonly effect: string;
    readonly addedAtMs: number | undefined;
  }[];
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly kubeletVersion: string;
  readonly architecture: string;
  readonly conditions: readonly Condition[];
}

export interface Namespace {
  readonly meta: ObjectMeta;
  readonly phase: string;
  readonly conditions: readonly Condition[];
}

export interface Event {
  readonly meta: ObjectMeta;
  /** `Normal` or `Warning`. */
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstAtMs: number | undefined;
  /** The newest of `lastTimestamp`, the series' last time, `eventTime` and the creation time. */
  readonly lastAtMs: number;
  readonly source: string;
  readonly involved: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly fieldPath: string;
  };
}
