import type { ServedKind } from '../domain/cluster-queries.ts';
import {
  customResourceName,
  type CustomResource,
  type CustomResourceName,
  type CustomResourceRow,
} from '../domain/custom-resource.ts';
import type { Gap } from '../domain/snapshot.ts';
import { askedFor, discoverGroups } from './discovery.ts';
import { gapOf, type ReadFailure } from './failure.ts';
import { refuseSecrets } from './forbidden-kinds.ts';
import type { GrantedKind } from './kinds.ts';
import type { Listed, ListedKind } from './list.ts';
import { projectCustomResource } from './projection/custom-resource.ts';
import type { Read } from './read.ts';

/** Custom resources may carry whole lists of what they manage. */
const MAX_PAGE_SIZE = 250;

/** The custom resources of a snapshot. */
export interface CustomResources {
  readonly custom: ReadonlyMap<CustomResourceName, readonly CustomResource[]>;
  readonly gaps: readonly Gap[];
  /** Those that were in scope, served or not. */
  readonly read: readonly CustomResourceName[];
}

/**
 * Reads the kinds of these rows, each only where the API server serves it: one question tells, and where that has no answer all of
 * them are gaps. A kind that is not served has no objects and no gap: nothing of it can be sick.
 *
 * @throws the signal's reason
 */
export async function readCustomResources(
  rows: readonly CustomResourceRow[],
  scope: {
    /** `undefined` = everywhere. */
    readonly included: readonly string[] | undefined;
    readonly isExcluded: (namespace: string) => boolean;
  },
  parts: {
    readonly read: Read;
    readonly signal: AbortSignal;
    /** Lists one kind, within the limits of the snapshot. */
    readonly list: (kind: ListedKind<CustomResource>, namespace: string | undefined) => Promise<Listed<CustomResource>>;
    /** Why the server is gone, when that ended the question. */
    readonly verdict: () => ReadFailure | undefined;
  },
): Promise<CustomResources> {
  if (rows.length === 0) return { custom: new Map(), gaps: [], read: [] };
  const served = await discover(rows, parts);
  const results = await Promise.all(rows.map((row) => readRow(row, served, scope, parts)));
  return {
    custom: new Map(results.map(({ name, objects }) => [name, objects])),
    gaps: results.flatMap(({ gaps }) => gaps),
    read: results.flatMap(({ name, isInScope }) => (isInScope ? [name] : [])),
  };
}

type Parts = Parameters<typeof readCustomResources>[2];
type Scope = Parameters<typeof readCustomResources>[1];
type Served = Awaited<ReturnType<typeof discoverGroups>>;

async function discover(rows: readonly CustomResourceRow[], { read, signal, verdict }: Parts): Promise<Served> {
  try {
    signal.throwIfAborted();
    return await discoverGroups(read, new Set(rows.map(({ group }) => group)), signal);
  } catch (error) {
    const failure = verdict();
    if (failure === undefined) throw error;
    return { failure };
  }
}

async function readRow(row: CustomResourceRow, served: Served, { included, isExcluded }: Scope, { list }: Parts) {
  const name = customResourceName(row);
  const isInScope = included === undefined || row.namespaced;
  const unknown = (failure: ReadFailure) => ({
    name,
    objects: [],
    gaps: isInScope ? [gapOf(name, askedFor('/apis'), failure)] : [],
    isInScope,
  });
  if ('failure' in served) return unknown(served.failure);
  const kind = served.kinds.find((candidate) => candidate.kind === row.kind && candidate.group === row.group);
  if (kind === undefined) {
    return served.brokenGroups.has(row.group)
      ? unknown(groupDown(row.group))
      : { name, objects: [], gaps: [], isInScope };
  }
  // Out of scope, like every cluster-wide kind.
  if (included !== undefined && !kind.namespaced) return { name, objects: [], gaps: [], isInScope: false };
  const areas = included?.filter((namespace) => !isExcluded(namespace)) ?? [undefined];
  const listed = await Promise.all(areas.map((namespace) => list(listedKind(row, kind), namespace)));
  return {
    name,
    objects: listed.flatMap(({ objects }) => objects).filter(({ meta }) => !isExcluded(meta.namespace)),
    gaps: listed
      .flatMap(({ gaps }) => gaps)
      // Its CRD went away between the two questions.
      .filter(({ cause, namespace }) => cause !== 'not-served' && !isExcluded(namespace ?? '')),
    isInScope: true,
  };
}

function listedKind(row: CustomResourceRow, kind: ServedKind): ListedKind<CustomResource> {
  refuseSecrets(kind);
  const { group, version, resource, namespaced } = kind;
  return {
    name: customResourceName(row),
    kind: row.kind,
    group,
    version,
    resource,
    maxPageSize: MAX_PAGE_SIZE,
    project: projectCustomResource(row, version, namespaced),
  };
}

function groupDown(group: string): ReadFailure {
  return {
    cause: 'refused',
    status: undefined,
    what: `the API group ${group} cannot be discovered now; its server is down`,
    noConnection: false,
  };
}

/** What a row takes of RBAC. Nobody asked for ours by name, and its CRD may not even be there. */
export function grantOf({ kind, group, plural, namespaced, origin, sees }: CustomResourceRow): GrantedKind {
  const words = sees.replace(/\.$/, '');
  return {
    kind,
    group,
    version: '',
    resource: plural,
    namespaced,
    optional: origin === 'shipped',
    lost: origin === 'shipped' ? words : `${words} (grant it by a rule of your own: docs/configuration.md)`,
  };
}
