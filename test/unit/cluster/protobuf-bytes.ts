import { PbfWriter } from 'pbf';

/** A field by its number: an integer, a text, bytes, or a message of fields. */
export type Field = readonly [number: number, value: number | string | Uint8Array | readonly Field[]];

/** What these fields are on the wire. */
export function bytesOf(fields: readonly Field[]): Buffer {
  const writer = new PbfWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.writeVarintField(number, value);
    else if (typeof value === 'string') writer.writeStringField(number, value);
    else writer.writeBytesField(number, value instanceof Uint8Array ? value : bytesOf(value));
  }
  return Buffer.from(writer.finish());
}

/** An answer of the API server in its protobuf. */
export function envelope(kind: string, fields: readonly Field[]): Buffer {
  const unknown = bytesOf([
    [
      1,
      [
        [1, 'v1'],
        [2, kind],
      ],
    ],
    [2, bytesOf(fields)],
    [3, ''],
    [4, ''],
  ]);
  return Buffer.concat([Buffer.from('k8s\0'), unknown]);
}
