import type { ServedKind } from '../domain/cluster-queries.ts';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { parseJson } from './decode.ts';
import { errorOf, type Asked, type ReadFailure } from './failure.ts';
import { isRaw, type Raw } from './projection/fields.ts';
import type { Read } from './read.ts';

/** What can be read, and the names by which people call it. */
interface Listing {
  readonly kinds: readonly NamedKind[];
  /** API groups whose server is away: their kinds may exist. */
  readonly brokenGroups: readonly string[];
}

interface NamedKind extends ServedKind {
  readonly singular: string;
  readonly shortNames: readonly string[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const CLASSIC = 'application/json';
const MAX_BYTES = 16 * 1024 * 1024;

/** CRDs come and go rarely. */
const FRESH_MS = 10 * 60_000;

/** A name that is not found is looked for again, but not more often than this. */
const RECHECK_MS = 15_000;

/**
 * Finds kinds by the names that kubectl takes. One aggregated API that is down costs its own group only.
 *
 * @returns finds one kind; `undefined` when nothing of that name is served; throws `CLUSTER_REFUSED` when its group is down
 */
export function createFindKind(parts: {
  readonly read: Read;
  readonly now: () => number;
  readonly log: Logger;
}): (name: string, signal: AbortSignal) => Promise<ServedKind | undefined> {
  let held: { readonly listing: Listing; readonly atMs: number } | undefined;

  async function listing(maxAgeMs: number, signal: AbortSignal): Promise<Listing> {
    if (held !== undefined && parts.now() - held.atMs < maxAgeMs) return held.listing;
    held = { listing: await discover(parts.read, signal), atMs: parts.now() };
    const { brokenGroups } = held.listing;
    if (brokenGroups.length > 0) parts.log.warn('some API groups cannot be discovered', { groups: brokenGroups });
    return held.listing;
  }

  return async (name, signal) => {
    const found = findIn(await listing(FRESH_MS, signal), name) ?? findIn(await listing(RECHECK_MS, signal), name);
    if (found === undefined) {
      const broken = held?.listing.brokenGroups.find((group) => name.trim().toLowerCase().endsWith(`.${group}`));
      if (broken === undefined) return undefined;
      throw new MonitorError(
        'CLUSTER_REFUSED',
        `the API group ${broken} cannot be discovered now; its server is down`,
        {
          retryable: true,
        },
      );
    }
    const { group, version, kind, resource, namespaced } = found;
    return { group, version, kind, resource, namespaced };
  };
}

/** The first in the server's own order wins: core, then the built-in groups, then the others; in a group the preferred version. */
function findIn({ kinds }: Listing, name: string): NamedKind | undefined {
  const wanted = name.trim().toLowerCase();
  const byName = (candidate: NamedKind, text: string) =>
    [candidate.resource, candidate.singular, candidate.kind.toLowerCase(), ...candidate.shortNames].includes(text);
  const whole = kinds.find((candidate) => byName(candidate, wanted));
  if (whole !== undefined) return whole;
  // `deployments.apps`, `deployments.v1.apps`: the group, and maybe the version, after the first dot.
  const [short = '', ...rest] = wanted.split('.');
  const suffix = rest.join('.');
  if (suffix === '') return undefined;
  return kinds.find(
    (candidate) =>
      byName(candidate, short) && [candidate.group, `${candidate.version}.${candidate.group}`].includes(suffix),
  );
}

/** The kinds of some groups as they are served now, in the server's preferred versions; or why that cannot be known. */
export async function discoverGroups(
  read: Read,
  groups: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<
  | { readonly kinds: readonly ServedKind[]; readonly brokenGroups: ReadonlySet<string> }
  | { readonly failure: ReadFailure }
> {
  const listing = await discoverRoot(read, '/apis', signal, groups);
  if ('failure' in listing) return listing;
  return {
    kinds: listing.kinds.filter(({ group }) => groups.has(group)),
    brokenGroups: new Set(listing.brokenGroups),
  };
}

async function discover(read: Read, signal: AbortSignal): Promise<Listing> {
  const roots = await Promise.all(
    ['/api', '/apis'].map(async (path) => {
      const root = await discoverRoot(read, path, signal);
      if ('failure' in root) throw errorOf(askedFor(path), root.failure);
      return root;
    }),
  );
  return {
    kinds: roots.flatMap((root) => root.kinds),
    brokenGroups: roots.flatMap((root) => root.brokenGroups),
  };
}

/** @param onlyGroups spares an old server one question for each version of all the others */
async function discoverRoot(
  read: Read,
  path: string,
  signal: AbortSignal,
  onlyGroups?: ReadonlySet<string>,
): Promise<Listing | { readonly failure: ReadFailure }> {
  const found = await fetchDiscovery(read, path, `${AGGREGATED},${CLASSIC}`, signal);
  if ('failure' in found) return found;
  const { body } = found;
  if (body['kind'] === 'APIGroupDiscoveryList') return aggregatedListing(body);
  // Servers before 1.27, and proxies that drop what they do not know.
  const versions =
    path === '/api' ? texts(body['versions']).map((version) => ({ group: '', version })) : groupVersions(body);
  const wanted = versions.filter(({ group }) => onlyGroups?.has(group) ?? true);
  const lists = await Promise.all(
    wanted.map(async ({ group, version }): Promise<Listing> => {
      const at = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const answer = await fetchDiscovery(read, at, CLASSIC, signal);
      if ('failure' in answer) return { kinds: [], brokenGroups: [group] };
      return { kinds: classicKinds(answer.body, group, version), brokenGroups: [] };
    }),
  );
  return {
    kinds: lists.flatMap((list) => list.kinds),
    brokenGroups: [...new Set(lists.flatMap((list) => list.brokenGroups))],
  };
}

/** @throws the signal's reason */
async function fetchDiscovery(
  read: Read,
  path: string,
  accept: string,
  signal: AbortSignal,
): Promise<{ readonly body: Raw } | { readonly failure: ReadFailure }> {
  const result = await read({ kind: 'Discovery', path, accept, maxBytes: MAX_BYTES }, signal);
  if ('failure' in result) return result;
  const body = parseJson(result.answer.body);
  if (isRaw(body)) return { body };
  return { failure: { cause: 'malformed', status: undefined, what: 'the answer is not JSON', noConnection: false } };
}

/** What a failed discovery was about. */
export function askedFor(path: string): Asked {
  return { verb: 'get', resource: path, group: '', namespace: undefined };
}

function aggregatedListing(body: Raw): Listing {
  const kinds: NamedKind[] = [];
  const brokenGroups = new Set<string>();
  for (const group of raws(body['items'])) {
    const groupName = isRaw(group['metadata']) ? textOf(group['metadata']['name']) : '';
    for (const version of raws(group['versions'])) {
      if (version['freshness'] === 'Stale') brokenGroups.add(groupName);
      for (const resource of raws(version['resources'])) {
        const kind = isRaw(resource['responseKind']) ? textOf(resource['responseKind']['kind']) : '';
        kinds.push(
          ...readable(texts(resource['verbs']), {
            group: groupName,
            version: textOf(version['version']),
            kind,
            resource: textOf(resource['resource']),
            namespaced: resource['scope'] === 'Namespaced',
            singular: textOf(resource['singularResource']),
            shortNames: texts(resource['shortNames']),
          }),
        );
      }
    }
  }
  return { kinds, brokenGroups: [...brokenGroups] };
}

function classicKinds(body: Raw, group: string, version: string): readonly NamedKind[] {
  return raws(body['resources']).flatMap((resource) =>
    readable(texts(resource['verbs']), {
      group,
      version,
      kind: textOf(resource['kind']),
      resource: textOf(resource['name']),
      namespaced: resource['namespaced'] === true,
      singular: textOf(resource['singularName']),
      shortNames: texts(resource['shortNames']),
    }),
  );
}

function groupVersions(body: Raw): readonly { readonly group: string; readonly version: string }[] {
  return raws(body['groups']).flatMap((group) =>
    raws(group['versions']).map((version) => ({ group: textOf(group['name']), version: textOf(version['version']) })),
  );
}

/** Nothing that cannot be read, and no sub-resources (`pods/log`). */
function readable(verbs: readonly string[], kind: NamedKind): readonly NamedKind[] {
  const named = kind.kind !== '' && kind.resource !== '' && kind.version !== '';
  return named && !kind.resource.includes('/') && (verbs.includes('get') || verbs.includes('list')) ? [kind] : [];
}

function raws(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
