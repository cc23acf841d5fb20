import { isRaw, MalformedField, type Raw } from './projection/fields.ts';
import type { Message } from './protobuf/message.ts';

/** What a list is decoded by. */
export interface DecodedKind<Item> {
  readonly kind: string;
  /** @throws {MalformedField} on a field of another type than the API promises; a missing field takes its default */
  readonly project: (object: Raw) => Item;
  /** The fields that `project` reads, by their numbers in protobuf. Left out: its author chose its schema and even its list's name, and it is JSON. */
  readonly message?: Message;
}

/** One page of a list, as far as it could be understood. */
export interface Page<Item> {
  readonly objects: readonly Item[];
  readonly malformed: readonly MalformedObject[];
  /** '' on the last page. */
  readonly continueToken: string;
}

/** An object that cannot be trusted and is left out. */
export interface MalformedObject {
  /** '' where even that is unreadable, or for cluster-wide kinds. */
  readonly namespace: string;
  readonly name: string;
  /** Which field, and what it should have been. */
  readonly why: string;
}

/** What a page holds so far. */
export interface Items<Item> {
  readonly objects: Item[];
  readonly malformed: MalformedObject[];
}

/** One page of a list while it arrives. */
export interface PageDecoder<Item> {
  /** @returns `false` when more bytes would have to be held at once than allowed: nobody needs the rest */
  readonly push: (piece: Buffer) => boolean;
  /**
   * What all pieces together were.
   *
   * @returns a sentence instead, when they are not a list of this kind
   */
  end(): Page<Item> | string;
}

/** How lists are written, as the answer's media type tells. */
export interface ListEncoding {
  /** @param limits `maxBytes` that may be held at once */
  start<Item>(row: DecodedKind<Item>, limits: { readonly maxBytes: number }): PageDecoder<Item>;
}

/** Keeps the item's projection, or why there is none. */
export function addItem<Item>(row: DecodedKind<Item>, items: Items<Item>, item: unknown): void {
  try {
    if (!isRaw(item)) throw new MalformedField('an item is not an object');
    items.objects.push(row.project(item));
  } catch (error) {
    addMalformed(items, item, error);
  }
}

/** @throws the error itself, when it is not about the item */
export function addMalformed<Item>(items: Items<Item>, item: unknown, error: unknown): void {
  if (!(error instanceof MalformedField)) throw error;
  items.malformed.push({ ...whereOf(item), why: error.message });
}

/** The sentence for a list of another kind than was asked for. */
export function otherKind(kind: unknown, expected: string): string {
  return `the answer is of kind ${String(kind).slice(0, 60)}, not ${expected}`;
}

function whereOf(item: unknown): { readonly namespace: string; readonly name: string } {
  const metadata: Raw = isRaw(item) && isRaw(item['metadata']) ? item['metadata'] : {};
  const { namespace, name } = metadata;
  return {
    namespace: typeof namespace === 'string' ? namespace : '',
    name: typeof name === 'string' ? name : '',
  };
}
