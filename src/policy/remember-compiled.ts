import type { FileNames } from './judge.ts';
import type { PolicyFile } from './opa.ts';
import { keyOf, sha256Of } from './policy-files.ts';
import type { Tried } from './try-policies.ts';

type TryPolicies = (files: readonly PolicyFile[], names: FileNames) => Promise<Tried>;

/** Each holds a compiled set, 150 KB, and its answers. */
const REMEMBERED_SETS = 4;

/**
 * Tries no set again that it has just found good: an edit that is taken back is in force at once. What was refused is tried anew, because a
 * machine that was too slow for it may have been the reason.
 */
export function rememberCompiled(tryPolicies: TryPolicies): TryPolicies {
  /** The one used last stands last. */
  const good = new Map<string, Tried>();
  return async (files, names) => {
    const hashed = files.map(({ name, bytes }) => ({ name, sha256: sha256Of(bytes) }));
    const key = keyOf(hashed, [], names);
    const tried = good.get(key) ?? (await tryPolicies(files, names));
    if (tried.kind !== 'compiled') return tried;
    good.delete(key);
    good.set(key, tried);
    const [oldest] = good.keys();
    if (good.size > REMEMBERED_SETS && oldest !== undefined) good.delete(oldest);
    return tried;
  };
}
