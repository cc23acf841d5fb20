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
