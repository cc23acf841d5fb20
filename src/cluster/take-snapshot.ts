import pLimit from 'p-limit';
import { customResourceName, type CustomResourceRow } from '../domain/custom-resource.ts';
import { noObjects, type Gap, type KindName, type ReadName, type Snapshot } from '../domain/snapshot.ts';
import type { AcceptedEncoding } from './accepted-encoding.ts';
import { readCustomResources } from './custom-resources.ts';
import { gapOf } from './failure.ts';
import type { ClusterIdentity } from './identity.ts';
import { snapshotKindNames, snapshotKinds } from './kinds.ts';
import { listKind, type Listed, type ListedKind } from './list.ts';
import { createReachability } from './reachability.ts';
import type { Read, ReadSettings } from './read.ts';

export interface SnapshotRequest {
  /** Left out: all of them. */
  readonly kinds?: readonly ReadName[];
  /** The custom resources that are known; of them, those among `kinds` are read. */
  readonly customResources?: readonly CustomResourceRow[];
  readonly namespaces: {
    /** `undefined` or empty = all. */
    readonly include?: readonly string[] | undefined;
    readonly exclude?: readonly string[] | undefined;
  };
  /** Asked when all else is read: in which namespaces pods are wanted. Left out: in all. */
  readonly podsToRead?: (snapshot: Pick<Snapshot, 'objects' | 'gaps' | 'read'>) => ReadonlySet<string> | 'all';
  readonly signal: AbortSignal;
}

/** Polite to the API server's flow control, and enough to keep two cores busy. */
const LISTS_AT_ONCE = 5;

/** One list of everything is cheaper than many of a part. */
const MOST_POD_LISTS = 20;

/**
 * Reads everything that was asked for; what cannot be read becomes a gap and never stops the rest.
 *
 * With `include`, namespaced kinds are listed in each of those namespaces and cluster-wide kinds are left out of `read`:
 * out of scope is not a gap.
 *
 * @throws the signal's reason, and nothing else that is not a bug
 */
export async function takeSnapshot(
  request: SnapshotRequest,
  parts: {
    readonly read: Read;
    readonly settings: () => ReadSettings;
    readonly encoding: AcceptedEncoding;
    readonly identify: (signal: AbortSignal) => Promise<ClusterIdentity>;
    /** As it was last told; '' = not yet. */
    readonly knownVersion: () => string;
    readonly now: () => number;
  },
): Promise<Snapshot> {
  const { signal } = request;
  const included = request.namespaces.include?.length ? [...new Set(request.namespaces.include)] : undefined;
  const excluded = new Set(request.namespaces.exclude ?? []);
  const asked = new Set<ReadName>(request.kinds ?? snapshotKindNames());
  const kinds = snapshotKindNames().filter(
    (kind) => asked.has(kind) && (included === undefined || snapshotKinds[kind].namespaced),
  );
  const areas = included?.filter((namespace) => !excluded.has(namespace)) ?? [undefined];

  const takenAtMs = parts.now();
  const objects = noObjects();
  const gaps: Gap[] = [];
  const reachability = createReachability(parts.read, signal);
  const limit = pLimit(LISTS_AT_ONCE);
  const identifying = parts.identify(signal);
  // The first snapshot has to wait for the version; a later one does not ask a server that is away twice in a row.
  const version = parts.knownVersion() || (await identifying).cluster.version;
  const listParts = {
    read: reachability.read,
    settings: parts.settings,
    encoding: parts.encoding,
    streams: streamsLists(version),
  };

  async function collect<Name extends KindName>(kind: Name, namespace: string | undefined): Promise<void> {
    const row = snapshotKinds[kind];
    const listed = await listUnlessGone({ ...row, name: kind }, namespace);
    const kept = objects[kind];
    for (const object of listed.objects) {
      const { meta } = object;
      if (!excluded.has(row.kind === 'Namespace' ? meta.name : meta.namespace)) kept.push(object);
    }
    gaps.push(...listed.gaps.filter((gap) => gap.namespace === undefined || !excluded.has(gap.namespace)));
  }

  async function listUnlessGone<Item>(row: ListedKind<Item>, namespace: string | undefined): Promise<Listed<Item>> {
    try {
      reachability.signal.throwIfAborted();
      return await listKind(row, namespace, listParts, reachability.signal);
    } catch (error) {
      const gone = reachability.verdict();
      if (gone === undefined || signal.aborted) throw error;
      const asked = { verb: 'list', resource: row.resource, group: row.group, namespace } as const;
      return { objects: [], gaps: [gapOf(row.name, asked, gone)] };
    }
  }

  const [identity, custom] = await Promise.all([
    identifying,
    readCustomResources(
      (request.customResources ?? []).filter((row) => asked.has(customResourceName(row))),
      { included, isExcluded: (namespace) => excluded.has(namespace) },
      {
        read: reachability.read,
        signal: reachability.signal,
        list: (row, namespace) => limit(() => listUnlessGone(row, namespace)),
        verdict: () => (signal.aborted ? undefined : reachability.verdict()),
      },
    ),
    ...kinds
      .filter((kind) => kind !== 'Pod' || request.podsToRead === undefined)
      .flatMap((kind) => areas.map((namespace) => limit(() => collect(kind, namespace)))),
  ]);
  const podNamespaces = await collectPodsWhereWanted();
  return {
    takenAtMs,
    cluster: identity.cluster,
    objects,
    custom: custom.custom,
    gaps: [...gaps, ...custom.gaps, ...(identity.gap === undefined ? [] : [identity.gap])],
    read: [...kinds, ...custom.read],
    includedNamespaces: included,
    excludedNamespaces: [...excluded],
    ...(podNamespaces !== undefined && { podNamespaces }),
  };

  /** @returns where they were read; `undefined` = everywhere, or before */
  async function collectPodsWhereWanted(): Promise<ReadonlySet<string> | undefined> {
    if (request.podsToRead === undefined || !kinds.includes('Pod')) return undefined;
    const wanted = request.podsToRead({ objects, gaps, read: kinds });
    const narrowed =
      wanted === 'all' || wanted.size > MOST_POD_LISTS
        ? undefined
        : [...wanted].filter((namespace) => !excluded.has(namespace) && (included?.includes(namespace) ?? true));
    await Promise.all((narrowed ?? areas).map((namespace) => limit(() => collect('Pod', namespace))));
    if (narrowed === undefined) return undefined;
    if (!gaps.some(({ resource }) => resource === 'Pod')) return new Set(narrowed);
    // What is refused or broken in one place may be so everywhere: people are told how far it goes.
    objects.Pod.length = 0;
    gaps.splice(0, gaps.length, ...gaps.filter(({ resource }) => resource !== 'Pod'));
    await Promise.all(areas.map((namespace) => limit(() => collect('Pod', namespace))));
    return undefined;
  }
}

/** Since 1.33 the API server writes lists item by item, from its cache; older ones build the whole answer first. */
function streamsLists(version: string): boolean {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || Number(minor) >= 33;
}
