import { fields, MalformedField, text } from '../projection/fields.ts';
import { message, one, readUpTo, sourceOf, SPAN, TEXT, type Source } from './message.ts';
import { STATUS } from './meta.ts';

/** What every answer in protobuf begins with. */
export const MAGIC = Buffer.from('k8s\0');

// Field numbers: apimachinery, pkg/runtime/generated.proto.

/** `runtime.Unknown`: which kind, and its bytes. */
const UNKNOWN = message({ typeMeta: [1, one(message({ kind: [2, TEXT] }))], raw: [2, SPAN] });

/** Whether these bytes call themselves Kubernetes' protobuf. JSON never begins like this. */
export function isProtobuf(body: Buffer): boolean {
  return body.subarray(0, MAGIC.length).equals(MAGIC);
}

/**
 * Finds the object inside of an answer.
 *
 * @returns its kind; `source` stands at its first byte, and `end` is behind its last
 * @throws {MalformedField} when it is not all there
 */
function openEnvelope(body: Buffer): { readonly kind: string; readonly source: Source; readonly end: number } {
  if (!isProtobuf(body)) throw new MalformedField('it does not begin as protobuf does');
  const source = sourceOf(body);
  source.reader.pos = MAGIC.length;
  const unknown = readUpTo(UNKNOWN, source, body.length);
  const { start, end } = fields(unknown['raw'], 'raw');
  if (typeof start !== 'number' || typeof end !== 'number') throw new MalformedField('there is no object in it');
  source.reader.pos = start;
  return { kind: text(fields(unknown['typeMeta'], 'typeMeta')['kind'], 'kind'), source, end };
}

/** The message of a `Status`; '' for anything else. */
export function statusMessageOf(body: Buffer): string {
  try {
    const { kind, source, end } = openEnvelope(body);
    return kind === 'Status' ? text(readUpTo(STATUS, source, end)['message'], 'message') : '';
  } catch (error) {
    if (error instanceof MalformedField) return '';
    throw error;
  }
}
