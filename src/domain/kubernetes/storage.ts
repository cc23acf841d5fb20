import type { Condition, ObjectMeta } from './meta.ts';

export interface PersistentVolumeClaim {
  readonly meta: ObjectMeta;
  /** `undefined` takes the default class; '' asks for none. */
  readonly storageClassName: string | undefined;
  readonly volumeName: string;
  readonly accessModes: readonly string[];
  readonly requestedStorage: string;
  readonly phase: string;
  readonly conditions: readonly Condition[];
}

export interface StorageClass {
  readonly meta: ObjectMeta;
  readonly provisioner: string;
  readonly volumeBindingMode: string;
  readonly isDefault: boolean;
}

export interface PersistentVolume {
  readonly meta: ObjectMeta;
  readonly storageClassName: string;
  readonly accessModes: readonly string[];
  /** `Available`, `Bound`, `Released` or `Failed`. */
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  /** `Retain`, `Delete` or `Recycle`. */
  readonly reclaimPolicy: string;
  /** The quantity as written, such as `10Gi`. */
  readonly capacityStorage: string;
  /** The claim that it is, or was, bound to. */
  readonly claim: { readonly namespace: string; readonly name: string; readonly uid: string } | undefined;
  /** Servers before 1.31 do not say. */
  readonly phaseChangedAtMs: number | undefined;
}
