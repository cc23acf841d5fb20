import { namespacesOfLoosePods, podsToRead, type PodsToRead } from '../checks/pods-to-read.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { KnownIncidents } from '../store/incidents.ts';

/** Decides, patrol by patrol, where pods are read, from what the patrol read before them and what is known from earlier. */
export interface PatrolPods {
  /** @returns the decision for one patrol. It never rejects: where the incidents cannot be read, all pods are. */
  readonly decide: () => Promise<(snapshot: Pick<Snapshot, 'objects' | 'gaps' | 'read'>) => PodsToRead>;
  /** Hears every snapshot. */
  readonly note: (snapshot: Snapshot) => void;
}

export function createPatrolPods(parts: {
  readonly loadIncidents: () => Promise<Pick<KnownIncidents, 'incidents'>>;
  readonly now: () => number;
}): PatrolPods {
  let loose: ReadonlySet<string> | undefined;
  return {
    async decide() {
      const incidents = await parts.loadIncidents().then(
        (known) => known.incidents,
        () => undefined,
      );
      if (incidents === undefined) return () => 'all';
      const open = new Set(incidents.filter(({ state }) => state === 'open').map(({ owner }) => owner.namespace));
      return (snapshot) => podsToRead(snapshot, { nowMs: parts.now(), loose, open });
    },
    note(snapshot) {
      if (snapshot.podNamespaces !== undefined || !snapshot.read.includes('Pod')) return;
      const isWhole = !snapshot.gaps.some(({ resource }) => resource === 'Pod');
      loose = isWhole ? namespacesOfLoosePods(snapshot.objects) : undefined;
    },
  };
}
