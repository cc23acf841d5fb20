import {
  addItem,
  addMalformed,
  otherKind,
  type DecodedKind,
  type Items,
  type ListEncoding,
  type Page,
  type PageDecoder,
} from '../page.ts';
import { fields, MalformedField, text, type Raw } from '../projection/fields.ts';
import { MAGIC } from './envelope.ts';
import { message, readUpTo, TEXT, type Fields, type Source } from './message.ts';
import { LIST_META } from './meta.ts';
import { createWindow, type FieldAhead, type Window } from './window.ts';

/**
 * Lists as Kubernetes' protobuf: `k8s\0`, then a `runtime.Unknown` (1 = the kind, 2 = the list), in it 1 = the metadata, 2 = an item each.
 *
 * Each item is projected as soon as its last byte is there, so that a list may be of any length and only one item of it is held.
 */
export const protobufLists: ListEncoding = { start };

const BYTES = 2;
const TYPE_META = message({ kind: [2, TEXT] });

/** What is being read: the envelope up to the list, the list, or what stands behind it. */
type Place = 'envelope' | 'list' | 'behind';

function start<Item>(row: DecodedKind<Item>, { maxBytes }: { readonly maxBytes: number }): PageDecoder<Item> {
  const expected = `${row.kind}List`;
  const items: Items<Item> = { objects: [], malformed: [] };
  const window = createWindow();
  let place: Place = 'envelope';
  let hasBegun = false;
  let kind: string | undefined;
  let listLeftBytes = 0;
  let metadata: Raw | undefined;
  let trouble: string | undefined;
  let isTooLarge = false;

  return {
    push(piece) {
      if (trouble !== undefined) return true;
      window.add(piece);
      try {
        readOn();
      } catch (error) {
        if (!(error instanceof MalformedField)) throw error;
        trouble = partOnly(error.message);
      }
      return !isTooLarge;
    },
    end() {
      if (trouble !== undefined) return trouble;
      if (!hasBegun) return partOnly('it does not begin as protobuf does');
      if (place === 'envelope')
        return kind === undefined || kind === expected
          ? partOnly('there is no object in it')
          : otherKind(kind, expected);
      if (place === 'list' || window.held() > 0) return partOnly('it ends too early');
      if (metadata === undefined) return `the answer is a ${expected} without metadata`;
      return { ...items, continueToken: text(metadata['continue'], 'metadata.continue') } satisfies Page<Item>;
    },
  };

  function readOn(): void {
    if (!hasBegun) {
      if (window.held() < MAGIC.length) return;
      if (!window.startsWith(MAGIC)) throw new MalformedField('it does not begin as protobuf does');
      window.skip(MAGIC.length);
      hasBegun = true;
    }
    for (;;) {
      if (place === 'list' && listLeftBytes === 0) place = 'behind';
      const field = window.peekField();
      if (field === undefined) return;
      if (place === 'envelope' && field.number === 2 && field.wireType === BYTES) {
        if (kind !== expected) {
          trouble = otherKind(kind ?? '', expected);
          return;
        }
        window.skip(field.headBytes);
        listLeftBytes = field.contentBytes;
        place = 'list';
        continue;
      }
      const fieldBytes = field.headBytes + field.contentBytes;
      if (place === 'list' && fieldBytes > listLeftBytes)
        throw new MalformedField('a field is longer than its message');
      if (window.held() < fieldBytes) {
        isTooLarge = fieldBytes > maxBytes;
        if (!isTooLarge) window.reserve(fieldBytes);
        return;
      }
      window.skip(field.headBytes);
      readField(field, window);
      window.skip(field.contentBytes);
      if (place === 'list') listLeftBytes -= fieldBytes;
    }
  }

  function readField({ number, wireType, contentBytes }: FieldAhead, { source, position }: Window): void {
    if (number > 2 || place === 'behind') return;
    if (wireType !== BYTES)
      throw new MalformedField(
        `${number === 1 ? 'metadata' : 'items'} is not ${number === 1 ? 'an object' : 'a list'}`,
      );
    const from = source();
    const end = position() + contentBytes;
    from.reader.pos = position();
    if (place === 'envelope') kind = text(readUpTo(TYPE_META, from, end)['kind'], 'kind');
    else if (number === 1) metadata = fields(readUpTo(LIST_META, from, end), 'metadata');
    else readItem(row, items, from, end);
  }
}

/** Nothing of an item's bytes outlives this, and one that is broken inside costs only itself: its length is known. */
function readItem<Item>(row: DecodedKind<Item>, items: Items<Item>, source: Source, end: number): void {
  const item: Fields = {};
  try {
    row.message?.readInto(item, source, end);
    addItem(row, items, item);
  } catch (error) {
    addMalformed(items, item, error);
  }
}

function partOnly(why: string): string {
  return `the answer is not protobuf, or only a part of it: ${why}`;
}
