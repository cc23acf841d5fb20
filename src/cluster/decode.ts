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

/** What lists are asked for as. */
export const LIST_ACCEPT = 'application/json';

/**
 * One page of bytes to projected objects. The only place that knows how lists are encoded.
 *
 * @returns a sentence instead, when the bytes are not a list of this kind
 */
export function decodePage<Name extends KindName>(row: SnapshotKind<Name>, body: Buffer): Page<Name> | string {
  if (body.length === 0) return 'the API server sent an empty answer';
  const parsed = parseJson(body);
  if (parsed === undefined) return 'the answer is not JSON, or only a part of it';
  if (!isRaw(parsed)) return 'the answer is not an object';
  const expected = `${row.kind}List`;
  if (parsed['kind'] !== expected)
    return `the answer is of kind ${String(parsed['kind']).slice(0, 60)}, not ${expected}`;
  const metadata = parsed['metadata'];
  const items = parsed['items'] ?? [];
  if (!isRaw(metadata) || !Array.isArray(items)) return `the answer is a ${expected} without metadata or items`;
  const continueToken = metadata['continue'] ?? '';
  if (typeof continueToken !== 'string') return 'the token for the next page is not a string';

  const objects: ObjectsByKind[Name][number][] = [];
  const malformed: MalformedObject[] = [];
  for (const item of items) {
    try {
      if (!isRaw(item)) throw new MalformedField('an item is not an object');
      objects.push(row.project(item));
    } catch (error) {
      if (!(error instanceof MalformedField)) throw error;
      malformed.push({ ...whereOf(item), why: error.message });
    }
  }
  return { objects, malformed, continueToken };
}

/**
 * A hint at the token for the next page, found without decoding this one, so that the server can work on the next while
 * we work on this. The API server writes it before the items. '' = none seen; {@link decodePage} has the last word.
 */
export function peekContinueToken(body: Buffer): string {
  const head = body.toString('latin1', 0, 2_048);
  const [metadata = ''] = head.split('"items"', 1);
  return /"continue":"([A-Za-z0-9_=+/-]+)"/.exec(metadata)?.[1] ?? '';
}

/** Parses JSON; `undefined` for what is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function whereOf(item: unknown): { readonly namespace: string; readonly name: string } {
  const metadata: Raw = isRaw(item) && isRaw(item['metadata']) ? item['metadata'] : {};
  const { namespace, name } = metadata;
  return {
    namespace: typeof namespace === 'string' ? namespace : '',
    name: typeof name === 'string' ? name : '',
  };
}
