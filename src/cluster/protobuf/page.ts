import type { KindName } from '../../domain/snapshot.ts';
import type { SnapshotKind } from '../kinds.ts';
import { addItem, addMalformed, otherKind, type Items, type ListEncoding, type Page } from '../page.ts';
import { MalformedField, type Raw } from '../projection/fields.ts';
import { openEnvelope } from './envelope.ts';
import { endOf, listOf, message, one, readUpTo, type Fields, type Source } from './message.ts';
import { LIST_META } from './meta.ts';

/** Lists as Kubernetes' protobuf: `k8s\0`, then a `runtime.Unknown` around the list. */
export const protobufLists: ListEncoding = { decodePage, peekContinueToken };

function decodePage<Name extends KindName>(row: SnapshotKind<Name>, body: Buffer): Page<Name> | string {
  const items: Items<Name> = { objects: [], malformed: [] };
  try {
    const { kind, source, end } = openEnvelope(body);
    const expected = `${row.kind}List`;
    if (kind !== expected) return otherKind(kind, expected);
    const list = readUpTo(
      message({
        metadata: [1, one(LIST_META)],
        items: [2, listOf((from, limit) => readItem(row, items, from, limit))],
      }),
      source,
      end,
    );
    if (list['metadata'] === undefined) return `the answer is a ${expected} without metadata`;
    return { ...items, continueToken: continueTokenOf(list) };
  } catch (error) {
    if (!(error instanceof MalformedField)) throw error;
    return `the answer is not protobuf, or only a part of it: ${error.message}`;
  }
}

/** Nothing of an item's bytes outlives this, and one that is broken inside costs only itself: its length is known. */
function readItem<Name extends KindName>(
  row: SnapshotKind<Name>,
  items: Items<Name>,
  source: Source,
  limit: number,
): void {
  const end = endOf(source, limit);
  const item: Fields = {};
  try {
    row.message.readInto(item, source, end);
    addItem(row, items, item);
  } catch (error) {
    addMalformed(items, item, error);
    source.reader.pos = end;
  }
}

const LIST = message({ metadata: [1, one(LIST_META)] });

function peekContinueToken(body: Buffer): string {
  try {
    const { source, end } = openEnvelope(body);
    return continueTokenOf(readUpTo(LIST, source, end));
  } catch (error) {
    if (error instanceof MalformedField) return '';
    throw error;
  }
}

function continueTokenOf(list: Raw): string {
  const metadata = list['metadata'];
  const isFields = typeof metadata === 'object' && metadata !== null && 'continue' in metadata;
  return isFields ? String(metadata.continue) : '';
}
