import type { Snapshot } from '../domain/snapshot.ts';

/** Whether the settings let us look at this namespace; '' stands for cluster-wide objects. */
export function isInScope(
  namespace: string,
  { includedNamespaces, excludedNamespaces }: Pick<Snapshot, 'includedNamespaces' | 'excludedNamespaces'>,
): boolean {
  if (namespace === '') return true;
  return !excludedNamespaces.includes(namespace) && (includedNamespaces?.includes(namespace) ?? true);
}
