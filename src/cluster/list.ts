import type { Gap, ReadName } from '../domain/snapshot.ts';
import { encodingOf, JSON_ONLY, type AcceptedEncoding } from './accepted-encoding.ts';
import { gapOf, type Asked, type ReadFailure } from './failure.ts';
import { resourcePath } from './kinds.ts';
import type { DecodedKind, MalformedObject, PageDecoder } from './page.ts';
import type { Read, ReadSettings } from './read.ts';

/** What a list is asked for and decoded by. */
export interface ListedKind<Item> extends DecodedKind<Item> {
  /** As snapshots, gaps and metrics call it. */
  readonly name: ReadName;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly maxPageSize?: number;
}

/** What could be read of one kind, in one namespace or everywhere. */
export interface Listed<Item> {
  readonly objects: readonly Item[];
  readonly gaps: readonly Gap[];
}

export interface ListParts {
  readonly read: Read;
  readonly settings: () => Pick<ReadSettings, 'pageSize' | 'maxPageBytes'>;
  /** Of this API server. */
  readonly encoding: AcceptedEncoding;
  /** Whether this server writes whole lists as cheaply as pages. */
  readonly streams: boolean;
}

/** A list whose pages expire faster than they can be read is started again this often. */
const MAX_RESTARTS = 3;

/** A page of custom resources that is too large is asked for again in parts, down to about so many objects. */
const SMALLEST_PAGE = 10;
const PARTS_OF_A_PAGE = 5;

/** A million objects of one kind: a server that goes on is not telling the truth. */
const MAX_PAGES = 2_000;

/**
 * Reads a list: whole from a server that streams it, else page by page. Objects are projected while their bytes arrive, so
 * that no list has to be held.
 *
 * @param namespace `undefined` = everywhere
 * @throws the signal's reason
 */
export async function listKind<Item>(
  row: ListedKind<Item>,
  namespace: string | undefined,
  parts: ListParts,
  signal: AbortSignal,
): Promise<Listed<Item>> {
  const asked: Asked = { verb: 'list', resource: row.resource, group: row.group, namespace };
  const isJson = row.message === undefined;
  let inPages = !parts.streams || isJson;
  for (let restarts = 0; ;) {
    const accept = isJson ? JSON_ONLY : parts.encoding.accept();
    const { objects, malformed, failure } = await readPages(row, namespace, { accept, inPages }, parts, signal);
    if (parts.encoding.refused(failure?.status, accept)) continue;
    if (failure?.cause === 'truncated' && !inPages) {
      // In JSON a whole list has to be held.
      inPages = true;
      continue;
    }
    if (failure?.status === 410 && restarts < MAX_RESTARTS) {
      restarts += 1;
      continue;
    }
    const gaps = malformedGaps(row, malformed);
    return { objects, gaps: failure === undefined ? gaps : [gapOf(row.name, asked, failure), ...gaps] };
  }
}

async function readPages<Item>(
  row: ListedKind<Item>,
  namespace: string | undefined,
  { accept, inPages }: { readonly accept: string; readonly inPages: boolean },
  { read, settings }: ListParts,
  signal: AbortSignal,
) {
  const objects: Item[] = [];
  const malformed: MalformedObject[] = [];
  let token = '';
  let atMost = row.maxPageSize ?? Number.POSITIVE_INFINITY;
  for (let page = 1; ; page += 1) {
    const { pageSize, maxPageBytes } = settings();
    const limit = Math.min(pageSize, atMost);
    let decoder: PageDecoder<Item> | undefined;
    const result = await read(
      {
        kind: row.name,
        path: resourcePath(row, namespace),
        query: { limit: inPages ? limit : undefined, continue: token },
        accept,
        maxBytes: maxPageBytes,
        receive(contentType) {
          const started = encodingOf(contentType).start(row, { maxBytes: maxPageBytes });
          decoder = started;
          return started.push;
        },
      },
      signal,
    );
    if ('failure' in result) return { objects, malformed, failure: result.failure };
    if (result.answer.cut && row.message === undefined && limit > SMALLEST_PAGE) {
      // Their authors choose how large they are.
      atMost = Math.max(SMALLEST_PAGE, Math.floor(limit / PARTS_OF_A_PAGE));
      continue;
    }
    if (result.answer.cut) {
      const failure = cutShort(`more than ${maxPageBytes} bytes would have to be held at once`);
      return { objects, malformed, failure };
    }
    const decoded = decoder?.end() ?? 'the API server sent an empty answer';
    if (typeof decoded === 'string') return { objects, malformed, failure: notUnderstood(decoded) };
    for (const object of decoded.objects) objects.push(object);
    for (const object of decoded.malformed) malformed.push(object);
    if (decoded.continueToken === '') return { objects, malformed, failure: undefined };
    if (decoded.continueToken === token || page >= MAX_PAGES) {
      return { objects, malformed, failure: cutShort('the list does not come to an end') };
    }
    token = decoded.continueToken;
  }
}

function cutShort(what: string): ReadFailure {
  return { cause: 'truncated', status: undefined, what, noConnection: false };
}

function notUnderstood(what: string): ReadFailure {
  return { cause: 'malformed', status: undefined, what, noConnection: false };
}

/** One gap for each namespace that has objects which could not be understood. */
function malformedGaps(
  { kind, name: resource }: Pick<ListedKind<unknown>, 'kind' | 'name'>,
  malformed: readonly MalformedObject[],
): readonly Gap[] {
  const byNamespace = Map.groupBy(malformed, (object) => object.namespace);
  return [...byNamespace].map(([namespace, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const name = first?.name === '' ? 'an object without a name' : (first?.name ?? '');
    return {
      resource,
      ...(namespace !== '' && { namespace }),
      cause: 'malformed',
      detail: `${kind} ${name}${more} cannot be understood: ${first?.why ?? ''}`,
    };
  });
}
