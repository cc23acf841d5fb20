import type { KindName, ObjectsByKind } from '../domain/snapshot.ts';
import type { SnapshotKind } from './kinds.ts';
import { isRaw, MalformedField, type Raw } from './projection/fields.ts';

/** One page of a list, as far as it could be understood. */
export interface Page<Name extends KindName> {
  readonly objects: readonly ObjectsByKind[Name][number][];
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
export interface Items<Name extends KindName> {
  readonly objects: ObjectsByKind[Name][number][];
  readonly malformed: MalformedObject[];
}

/** How lists are written, as the answer's media type tells. */
export interface ListEncoding {
  /**
   * One page of bytes to projected objects.
   *
   * @returns a sentence instead, when the bytes are not a list of this kind
   */
  decodePage<Name extends KindName>(row: SnapshotKind<Name>, body: Buffer): Page<Name> | string;
  /**
   * A hint at the token for the next page, found without decoding this one, so that the server can work on the next while
   * we work on this. The API server writes it before the items. '' = none seen; `decodePage` has the last word.
   */
  peekContinueToken(body: Buffer): string;
}

/** Keeps the item's projection, or why there is none. */
export function addItem<Name extends KindName>(row: SnapshotKind<Name>, items: Items<Name>, item: unknown): void {
  try {
    if (!isRaw(item)) throw new MalformedField('an item is not an object');
    items.objects.push(row.project(item));
  } catch (error) {
    addMalformed(items, item, error);
  }
}

/** @throws the error itself, when it is not about the item */
export function addMalformed<Name extends KindName>(items: Items<Name>, item: unknown, error: unknown): void {
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
