import type { ObjectMeta } from './meta.ts';

export interface ResourceQuota {
  readonly meta: ObjectMeta;
  /** What the quota controller last saw as the limits: quantities as written, by resource (`requests.cpu`, `pods`). */
  readonly hard: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
}

export interface LimitRange {
  readonly meta: ObjectMeta;
  readonly limits: readonly {
    /** `Container`, `Pod` or `PersistentVolumeClaim`. */
    readonly type: string;
    readonly min: Readonly<Record<string, string>>;
    readonly max: Readonly<Record<string, string>>;
  }[];
}
