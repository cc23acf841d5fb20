import type { PersistentVolume, PersistentVolumeClaim } from '../../domain/kubernetes/storage.ts';
import { quantityOf } from '../quantity.ts';

/** Why none of the volumes that people made takes the claim: `volume pv-1 is bound to shop/data`. */
export function misfitAmong(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  className: string,
): string {
  const [first] = volumes;
  if (first === undefined) return 'it asks for no storage class and no volume fits';
  if (volumes.length === 1) return misfitOf(claim, first) ?? `volume ${first.meta.name} does not fit`;
  const kind = className === '' ? 'without a class' : `of class ${className}`;
  const free = volumes.filter(({ phase }) => phase === 'Available');
  const count = `${String(volumes.length)} volumes ${kind}`;
  if (free.length === 0) return `all ${count} are taken`;
  const misfits = new Set(free.map((volume) => misfitWords(claim, volume)));
  const [words] = misfits;
  return misfits.size === 1 && words !== undefined
    ? `each of the ${String(free.length)} free volumes ${kind} ${words}`
    : `none of the ${count} fits`;
}

/** Why this volume, which the claim asks for by name, does not take it; `undefined` when nothing in the objects says so. */
export function misfitOf(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  const words = takenWords(claim, volume) ?? misfitWords(claim, volume);
  return words === undefined ? undefined : `volume ${volume.meta.name} ${words}`;
}

function takenWords({ meta }: PersistentVolumeClaim, { phase, claim: holder }: PersistentVolume): string | undefined {
  if (phase === 'Failed') return 'has failed';
  if (holder === undefined) return undefined;
  const isNamesake = holder.namespace === meta.namespace && holder.name === meta.name;
  if (isNamesake && (holder.uid === '' || holder.uid === meta.uid)) return undefined;
  const whose = isNamesake ? 'an earlier claim of this name' : `${holder.namespace}/${holder.name}`;
  return phase === 'Released' ? `is released and still kept for ${whose}` : `is bound to ${whose}`;
}

function misfitWords(
  { accessModes, requestedStorage }: PersistentVolumeClaim,
  { accessModes: offered, capacityStorage }: PersistentVolume,
): string | undefined {
  const refused = accessModes.find((mode) => !offered.includes(mode));
  if (refused !== undefined) return `does not allow ${refused}`;
  const wanted = quantityOf(requestedStorage);
  const capacity = quantityOf(capacityStorage);
  if (wanted === undefined || capacity === undefined || capacity >= wanted) return undefined;
  return `has only ${capacityStorage}`;
}
