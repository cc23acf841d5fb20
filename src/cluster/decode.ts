import type { KindName } from '../domain/snapshot.ts';
import type { SnapshotKind } from './kinds.ts';
import { addItem, otherKind, type Items, type ListEncoding, type Page, type PageDecoder } from './page.ts';
import { createByteStore, giveBack } from './byte-store.ts';
import { isRaw, type Raw } from './projection/fields.ts';

/** Lists as JSON, of which a page has to be there as a whole. */
export const jsonLists: ListEncoding = { start };

function start<Name extends KindName>(
  row: SnapshotKind<Name>,
  { maxBytes }: { readonly maxBytes: number },
): PageDecoder<Name> {
  const store = createByteStore();
  return {
    push: (piece) => store.add(piece, maxBytes),
    end() {
      const body = store.take();
      const page = decodePage(row, body);
      giveBack(body);
      return page;
    },
  };
}

function decodePage<Name extends KindName>(row: SnapshotKind<Name>, body: Buffer): Page<Name> | string {
  if (body.length === 0) return 'the API server sent an empty answer';
  return decodeItemByItem(row, body) ?? decodeWhole(row, body);
}

/** Where one item of a list ends and the next begins, as the API server writes them. */
const BETWEEN_ITEMS = Buffer.from('},{"metadata":{');
const BEFORE_ITEMS = Buffer.from('"items":[');
const AFTER_ITEMS = Buffer.from(']}');
const HEAD_BYTES = 4_096;

/**
 * Parses each item by itself, so that its raw form is garbage before the next one is made: faster than parsing the page, and
 * a fraction of the memory. The page is cut where items seem to touch; when the head and every part is JSON by itself, the
 * cuts were right, because JSON has no other way to read them.
 *
 * @returns `undefined` when the page is not written like that, whatever it is
 */
function decodeItemByItem<Name extends KindName>(row: SnapshotKind<Name>, body: Buffer): Page<Name> | undefined {
  const itemsAt = body.subarray(0, HEAD_BYTES).indexOf(BEFORE_ITEMS);
  const endAt = body.lastIndexOf(AFTER_ITEMS);
  if (itemsAt === -1 || body.toString('latin1', endAt + AFTER_ITEMS.length).trim() !== '') return undefined;
  const firstAt = itemsAt + BEFORE_ITEMS.length;
  const head = parseJson(Buffer.concat([body.subarray(0, firstAt), AFTER_ITEMS]));
  // Text that merely looks like the beginning of the items shows as a head without items.
  if (!isRaw(head) || !Array.isArray(head['items'])) return undefined;
  const projected = createProjected(row, head);
  // What stands behind the items may still tell; reading the page whole has the last word on trouble.
  if (typeof projected === 'string') return undefined;
  for (let at = firstAt; at < endAt;) {
    const cut = body.indexOf(BETWEEN_ITEMS, at);
    const end = cut === -1 ? endAt : cut + 1;
    const item = parseJson(body.subarray(at, end));
    if (item === undefined) return undefined;
    addItem(row, projected, item);
    at = end + 1;
  }
  return projected;
}

function decodeWhole<Name extends KindName>(row: SnapshotKind<Name>, body: Buffer): Page<Name> | string {
  const parsed = parseJson(body);
  if (parsed === undefined) return 'the answer is not JSON, or only a part of it';
  if (!isRaw(parsed)) return 'the answer is not an object';
  const projected = createProjected(row, parsed);
  if (typeof projected === 'string') return projected;
  const items = parsed['items'] ?? [];
  if (!Array.isArray(items)) return `the answer is a ${row.kind}List without items`;
  for (const item of items) addItem(row, projected, item);
  return projected;
}

interface Projected<Name extends KindName> extends Items<Name> {
  readonly continueToken: string;
}

/** What a list says of itself, as a page without objects yet. */
function createProjected<Name extends KindName>(row: SnapshotKind<Name>, list: Raw): Projected<Name> | string {
  const expected = `${row.kind}List`;
  if (list['kind'] !== expected) return otherKind(list['kind'], expected);
  const metadata = list['metadata'];
  if (!isRaw(metadata)) return `the answer is a ${expected} without metadata`;
  const continueToken = metadata['continue'] ?? '';
  if (typeof continueToken !== 'string') return 'the token for the next page is not a string';
  return { objects: [], malformed: [], continueToken };
}

/** Parses JSON; `undefined` for what is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
