import type { LastKnownOwner } from '../checks/owner.ts';
import { lastKnownOwnerIn, ownersToRemember } from '../checks/remembered-owners.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Owner } from '../domain/object-ref.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';

/** Who owned what, also when the object between them is gone or could not be read. */
export interface OwnerMemory {
  readonly lastKnownOwner: LastKnownOwner;
  /** Never rejects: what the store does not take is known until the process ends. */
  readonly remember: (snapshot: Snapshot, findings: readonly AssessedFinding[]) => Promise<void>;
}

/** A process lives for months; the newest are those that may be asked for. */
const MOST_OWNERS = 10_000;

export async function recallOwners(parts: {
  readonly store: Pick<Store, 'owners'>;
  readonly now: () => number;
  readonly log: Logger;
}): Promise<OwnerMemory> {
  const { store, now, log } = parts;
  let owners: ReadonlyMap<string, Owner> = await store.owners.load();
  return {
    lastKnownOwner: (object) => lastKnownOwnerIn(owners)(object),
    remember: async (snapshot, findings) => {
      const fresh = ownersToRemember(snapshot, findings);
      const all = [
        ...owners,
        ...fresh.map(({ object, owner }) => [`${object.kind}/${object.namespace}/${object.name}`, owner] as const),
      ];
      owners = new Map(all.slice(-MOST_OWNERS));
      await store.owners
        .save(fresh, now())
        .catch((error: unknown) => log.warn('owners could not be remembered', { err: error }));
    },
  };
}
