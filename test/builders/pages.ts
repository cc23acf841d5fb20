import type { DecodedKind, ListEncoding, Page } from '../../src/cluster/page.ts';

/** A page that arrives in pieces of so many bytes; at once unless told. */
export function decodePage<Item>(
  encoding: ListEncoding,
  row: DecodedKind<Item>,
  body: Buffer,
  pieceBytes = Math.max(1, body.length),
): Page<Item> | string {
  const decoder = encoding.start(row, { maxBytes: 64 * 1024 * 1024 });
  for (let at = 0; at < body.length; at += pieceBytes) decoder.push(body.subarray(at, at + pieceBytes));
  return decoder.end();
}
