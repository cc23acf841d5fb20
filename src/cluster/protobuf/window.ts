import { MalformedField } from '../projection/fields.ts';
import { sourceOf, type Source } from './message.ts';

/** The field that begins here. */
export interface FieldAhead {
  readonly number: number;
  readonly wireType: number;
  /** Its tag, and its length where it has one. */
  readonly headBytes: number;
  readonly contentBytes: number;
}

/** The bytes of an answer that have come and are not read yet. They lie in one place, which is used again and again. */
export interface Window {
  readonly add: (piece: Buffer) => void;
  /** How many bytes are there. */
  readonly held: () => number;
  readonly startsWith: (bytes: Buffer) => boolean;
  readonly skip: (bytes: number) => void;
  /** Makes room for so many at once. */
  readonly reserve: (bytes: number) => void;
  /** @returns `undefined` when its head is not all there. @throws {MalformedField} */
  readonly peekField: () => FieldAhead | undefined;
  /** For reading what is held; good until the next `add` or `reserve`. */
  readonly source: () => Source;
  /** Where in the source's bytes the first unread one is. */
  readonly position: () => number;
}

/** A few pieces of a TLS connection (16 KiB) and most objects fit. */
const FIRST_BYTES = 256 * 1024;
const WIRE_TYPES = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export function createWindow(): Window {
  let store = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let source = sourceOf(store);
  let start = 0;
  let end = 0;

  function reserve(bytes: number): void {
    if (store.length - start >= bytes) return;
    if (store.length >= bytes) {
      store.copyWithin(0, start, end);
    } else {
      const larger = Buffer.allocUnsafeSlow(Math.max(bytes, store.length * 2));
      store.copy(larger, 0, start, end);
      store = larger;
      source = sourceOf(store, source.texts);
    }
    end -= start;
    start = 0;
  }

  /** A varint of up to ten bytes, of which only the low 53 bits count here. */
  function varintAt(at: number): { readonly value: number; readonly next: number } | undefined {
    let value = 0;
    let factor = 1;
    for (let index = at; index < end; index += 1) {
      const byte = store[index] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return { value, next: index + 1 };
      if (index - at >= 9) throw new MalformedField('a number has more than ten bytes');
      factor *= 128;
    }
    return undefined;
  }

  return {
    add(piece) {
      reserve(end - start + piece.length);
      piece.copy(store, end);
      end += piece.length;
    },
    held: () => end - start,
    startsWith: (bytes) => store.subarray(start, start + bytes.length).equals(bytes),
    skip(bytes) {
      start += bytes;
      if (start === end) start = end = 0;
    },
    reserve,
    peekField() {
      const tag = varintAt(start);
      if (tag === undefined) return undefined;
      const wireType = tag.value & 7;
      const number = Math.floor(tag.value / 8);
      if (number === 0) throw new MalformedField('a field has no number');
      const head = (next: number, contentBytes: number): FieldAhead => ({
        number,
        wireType,
        headBytes: next - start,
        contentBytes,
      });
      switch (wireType) {
        case WIRE_TYPES.varint: {
          const value = varintAt(tag.next);
          return value && head(tag.next, value.next - tag.next);
        }
        case WIRE_TYPES.fixed64:
          return head(tag.next, 8);
        case WIRE_TYPES.fixed32:
          return head(tag.next, 4);
        case WIRE_TYPES.bytes: {
          const length = varintAt(tag.next);
          return length && head(length.next, length.value);
        }
        default:
          throw new MalformedField(`a field is of the unknown wire type ${wireType}`);
      }
    },
    source: () => source,
    position: () => start,
  };
}
