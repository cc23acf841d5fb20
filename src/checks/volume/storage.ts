import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../domain/kubernetes/storage.ts';
import type { View } from '../view.ts';

/** The older way to name a class; the API server still obeys it. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
/** Stands for the class that the cluster does not have; no object can be called so. */
const NO_DEFAULT = '(default)';

/** Where a claim's volume comes from. */
export type Source =
  | { readonly kind: 'class'; readonly storageClass: StorageClass }
  /** Volumes that people made, of this class name or of none (''); no class object is needed. */
  | { readonly kind: 'static'; readonly className: string; readonly volumes: readonly PersistentVolume[] }
  /** The name of the class, `(default)` where the claim names none and the cluster has no default. */
  | { readonly kind: 'missing'; readonly className: string }
  /** The classes could not be read. */
  | { readonly kind: 'unknown' };

/** The classes and volumes of a cluster, with the questions that claims raise. Each index is built once. */
export interface Storage {
  sourceOf(claim: PersistentVolumeClaim): Source;
  volume(name: string): PersistentVolume | undefined;
}

export function storageIn(view: View): Storage {
  const { StorageClass: classes, PersistentVolume: volumes } = view.objects;
  // Of several defaults, the newest is taken.
  const [defaultClass] = classes
    .filter(({ isDefault }) => isDefault)
    .toSorted((left, right) => right.meta.createdAtMs - left.meta.createdAtMs);
  const byClass = Map.groupBy(volumes, ({ storageClassName }) => storageClassName);
  const byName = new Map(volumes.map((volume) => [volume.meta.name, volume]));
  return {
    volume: (name) => byName.get(name),
    sourceOf: (claim) => {
      const className = claim.meta.annotations[CLASS_ANNOTATION] ?? claim.storageClassName;
      if (className === '') return { kind: 'static', className, volumes: byClass.get('') ?? [] };
      const storageClass = className === undefined ? defaultClass : view.storageClass(className);
      if (storageClass !== undefined) return { kind: 'class', storageClass };
      // A claim that names no class takes a volume without one, where the cluster has no default.
      const ofClass = byClass.get(className ?? '');
      if (!view.isComplete('StorageClass', '')) return { kind: 'unknown' };
      if (ofClass !== undefined) return { kind: 'static', className: className ?? '', volumes: ofClass };
      return { kind: 'missing', className: className ?? NO_DEFAULT };
    },
  };
}

/** Asks for a volume and has none. */
export function isWaiting({ phase, meta }: PersistentVolumeClaim): boolean {
  return phase === 'Pending' && meta.deletedAtMs === undefined;
}

/** `storage class fast does not exist`, as a clause about the cluster. */
export function missingText(className: string): string {
  return className === NO_DEFAULT
    ? 'the cluster has no default storage class'
    : `storage class ${className} does not exist`;
}

export function isNoDefault(className: string): boolean {
  return className === NO_DEFAULT;
}
