import {
  addItem,
  otherKind,
  type DecodedKind,
  type Items,
  type ListEncoding,
  type Page,
  type PageDecoder,
} from './page.ts';
import { createByteStore, giveBack } from './byte-store.ts';
import { isRaw, type Raw } from './projection/fields.ts';

/** Lists as JSON, of which a page has to be there as a whole. */
export const jsonLists: ListEncoding = { start };

function start<Item>(row: DecodedKind<Item>, { maxBytes }: { readonly maxBytes: number }): PageDecoder<Item> {
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

function decodePage<Item>(row: DecodedKind<Item>, body: Buffer): Page<Item> | string {
  if (body.length === 0) return 'the API server sent an empty answer';
  return decodeItemByItem(row, body) ?? decodeWhole(row, body);
}

/** Where one item of a list ends and the next begins, as the API server writes them. */
const BETWEEN_ITEMS = Buffer.from('},{"metadata":{');
const BETWEEN_CUSTOM_ITEMS = Buffer.from('},{"apiVersion":"');
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
function decodeItemByItem<Item>(row: DecodedKind<Item>, body: Buffer): Page<Item> | undefined {
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
  const between = row.message === undefined ? BETWEEN_CUSTOM_ITEMS : BETWEEN_ITEMS;
  for (let at = firstAt; at < endAt;) {
    const cut = body.indexOf(between, at);
    const end = cut === -1 ? endAt : cut + 1;
    const item = parseJson(body.subarray(at, end));
    if (item === undefined) return undefined;
    addItem(row, projected, item);
    at = end + 1;
  }
  return projected;
}

function decodeWhole<Item>(row: DecodedKind<Item>, body: Buffer): Page<Item> | string {
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

interface Projected<Item> extends Items<Item> {
  readonly continueToken: string;
}

/** What a list says of itself, as a page without objects yet. */
function createProjected<Item>(row: DecodedKind<Item>, list: Raw): Projected<Item> | string {
  const { kind } = list;
  // A CRD may call its list as it likes.
  const expected =
    row.message === undefined && typeof kind === 'string' && kind.endsWith('List') ? kind : `${row.kind}List`;
  if (kind !== expected) return otherKind(kind, expected);
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
