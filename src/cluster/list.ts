import { setImmediate } from 'node:timers/promises';
import type { Gap, KindName, ObjectsByKind } from '../domain/snapshot.ts';
import { encodingOf, type AcceptedEncoding } from './accepted-encoding.ts';
import { gapOf, type Asked, type ReadFailure } from './failure.ts';
import { resourcePath, type SnapshotKind } from './kinds.ts';
import type { MalformedObject } from './page.ts';
import type { Read, ReadSettings } from './read.ts';
import { giveBack } from './transport.ts';

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
}

/** A list whose pages expire faster than they can be read is started again this often. */
const MAX_RESTARTS = 3;

/** A million objects of one kind: a server that goes on is not telling the truth. */
const MAX_PAGES = 2_000;

/**
 * Reads a whole list page by page; the next is asked for while one is projected, so that at most two pages of bytes are held.
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
  for (let restarts = 0; ;) {
    const accept = parts.encoding.accept();
    const { objects, malformed, failure } = await readPages(row, namespace, accept, parts, signal);
    if (parts.encoding.refused(failure?.status, accept)) continue;
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
  accept: string,
  { read, settings }: ListParts,
  signal: AbortSignal,
) {
  const objects: ObjectsByKind[Name][number][] = [];
  const malformed: MalformedObject[] = [];
  const ask = async (token: string) => {
    const { pageSize, maxPageBytes } = settings();
    const request = {
      kind: row.kind,
      path: resourcePath(row, namespace),
      query: { limit: Math.min(pageSize, row.maxPageSize ?? pageSize), continue: token },
      accept,
      maxBytes: maxPageBytes,
    };
    return { token, maxPageBytes, result: await read(request, signal) };
  };
  let coming = ask('');
  for (let page = 1; ; page += 1) {
    const { token, maxPageBytes, result } = await coming;
    if ('failure' in result) return { objects, malformed, failure: result.failure };
    const { body, cut, contentType } = result.answer;
    if (cut) return { objects, malformed, failure: cutShort(`a page is larger than ${maxPageBytes} bytes`) };
    const encoding = encodingOf(contentType);
    const hint = page < MAX_PAGES ? encoding.peekContinueToken(body) : '';
    const ahead = hint === '' || hint === token ? undefined : ask(hint);
    // Its failure is looked at when its turn comes.
    ahead?.catch(() => undefined);
    // The request above goes out, and other requests and timers have their turn; decoding takes tens of milliseconds.
    await setImmediate();
    const decoded = encoding.decodePage(row, body);
    giveBack(body);
    if (typeof decoded === 'string') return { objects, malformed, failure: notUnderstood(decoded) };
    for (const object of decoded.objects) objects.push(object);
    for (const object of decoded.malformed) malformed.push(object);
    const { continueToken } = decoded;
    if (continueToken === '') return { objects, malformed, failure: undefined };
    if (continueToken === token || page >= MAX_PAGES) {
      return { objects, malformed, failure: cutShort('the list does not come to an end') };
    }
    coming = ahead !== undefined && hint === continueToken ? ahead : ask(continueToken);
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
