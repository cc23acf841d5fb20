import type { Gap, KindName, ObjectsByKind } from '../domain/snapshot.ts';
import { encodingOf, type AcceptedEncoding } from './accepted-encoding.ts';
import { gapOf, type Asked, type ReadFailure } from './failure.ts';
import { resourcePath, type SnapshotKind } from './kinds.ts';
import type { MalformedObject, PageDecoder } from './page.ts';
import type { Read, ReadSettings } from './read.ts';

/** What could be read of one kind, in one namespace or everywhere. */
export interface Listed<Name extends KindName> {
  readonly objects: readonly ObjectsByKind[Name][number][];
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

/** A million objects of one kind: a server that goes on is not telling the truth. */
const MAX_PAGES = 2_000;

/**
 * Reads a list: whole from a server that streams it, else page by page. Objects are projected while their bytes arrive, so
 * that no list has to be held.
 *
 * @param namespace `undefined` = everywhere
 * @throws the signal's reason
 */
export async function listKind<Name extends KindName>(
  row: SnapshotKind<Name>,
  namespace: string | undefined,
  parts: ListParts,
  signal: AbortSignal,
): Promise<Listed<Name>> {
  const asked: Asked = { verb: 'list', resource: row.resource, group: row.group, namespace };
  let inPages = !parts.streams;
  for (let restarts = 0; ;) {
    const accept = parts.encoding.accept();
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
    const gaps = malformedGaps(row.kind, malformed);
    return { objects, gaps: failure === undefined ? gaps : [gapOf(row.kind, asked, failure), ...gaps] };
  }
}

async function readPages<Name extends KindName>(
  row: SnapshotKind<Name>,
  namespace: string | undefined,
  { accept, inPages }: { readonly accept: string; readonly inPages: boolean },
  { read, settings }: ListParts,
  signal: AbortSignal,
) {
  const objects: ObjectsByKind[Name][number][] = [];
  const malformed: MalformedObject[] = [];
  let token = '';
  for (let page = 1; ; page += 1) {
    const { pageSize, maxPageBytes } = settings();
    let decoder: PageDecoder<Name> | undefined;
    const result = await read(
      {
        kind: row.kind,
        path: resourcePath(row, namespace),
        query: { limit: inPages ? Math.min(pageSize, row.maxPageSize ?? pageSize) : undefined, continue: token },
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
function malformedGaps(kind: KindName, malformed: readonly MalformedObject[]): readonly Gap[] {
  const byNamespace = Map.groupBy(malformed, (object) => object.namespace);
  return [...byNamespace].map(([namespace, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const name = first?.name === '' ? 'an object without a name' : (first?.name ?? '');
    return {
      resource: kind,
      ...(namespace !== '' && { namespace }),
      cause: 'malformed',
      detail: `${kind} ${name}${more} cannot be understood: ${first?.why ?? ''}`,
    };
  });
}
