import { PbfReader } from 'pbf';
import { MalformedField, type Raw } from '../projection/fields.ts';

/** Bytes that are being read, and the texts in them that come again and again. */
export interface Source {
  readonly bytes: Buffer;
  readonly reader: PbfReader;
  /** Names, labels and conditions repeat from object to object; each is made, and kept, once. By hash. */
  readonly texts: string[];
}

/** A message while it is read. */
export type Fields = Record<string, unknown>;

/** How one field is written on the wire and what becomes of it: the value that the API's JSON has in its place. */
export interface FieldType {
  readonly wireType: typeof VARINT | typeof BYTES;
  /** What it should be, for people. */
  readonly expected: string;
  /** Reads the value, which must end at `limit` or before it, and leaves the reader behind it. */
  readonly set: (into: Fields, name: string, source: Source, limit: number) => void;
}

/** A message of the API: the fields that are wanted, by their number in its `generated.proto`. All others are skipped. */
export interface Message {
  /** Reads up to `end`. @throws {MalformedField} */
  readonly readInto: (into: Fields, source: Source, end: number) => void;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const NOTHING: Raw = Object.freeze({});
const TEXT_SLOTS = 2_048;
/** Longer texts seldom come twice. */
const SHARED_TEXT_BYTES = 64;

/** @param texts what is remembered of bytes that were read before */
export function sourceOf(bytes: Buffer, texts: string[] = Array<string>(TEXT_SLOTS).fill('')): Source {
  return { bytes, reader: new PbfReader(bytes), texts };
}

/** `{ NAME: [NUMBER, TYPE] }`, NAME as in the API's JSON. */
export type MessageFields = Readonly<Record<string, readonly [number, FieldType]>>;

export function message(fields: MessageFields): Message {
  const rows = Object.entries(fields).map(([name, [number, type]]) => ({ name, number, type }));
  const highest = Math.max(0, ...rows.map((row) => row.number));
  const byNumber = Array.from({ length: highest + 1 }, (_, number) => rows.find((row) => row.number === number));
  return {
    readInto(into, source, end) {
      const { reader } = source;
      while (reader.pos < end) {
        const tag = varint(source, false);
        const wireType = tag & 7;
        const number = tag >>> 3;
        if (number === 0) throw new MalformedField('a field has no number');
        const row = number <= highest ? byNumber[number] : undefined;
        if (row === undefined) {
          skip(source, wireType, end);
        } else if (row.type.wireType === wireType) {
          row.type.set(into, row.name, source, end);
        } else {
          throw new MalformedField(`${row.name} is not ${row.type.expected}`);
        }
      }
      if (reader.pos !== end) throw new MalformedField('a field is longer than its message');
    },
  };
}

/** Reads the message in the next bytes. */
function readMessage(type: Message, source: Source, limit: number): Raw {
  const end = endOf(source, limit);
  return end === source.reader.pos ? NOTHING : readUpTo(type, source, end);
}

/** Reads a message that ends at `end`, without a length before it. */
export function readUpTo(type: Message, source: Source, end: number): Raw {
  const into: Fields = {};
  type.readInto(into, source, end);
  return into;
}

/** Where the length-delimited value that begins here ends; the reader is at its first byte afterwards. */
function endOf(source: Source, limit: number): number {
  const length = varint(source, false);
  const end = source.reader.pos + length;
  if (end > limit) throw new MalformedField('a field is longer than its message');
  return end;
}

/** A whole number of up to 64 bits. */
export const INTEGER: FieldType = {
  wireType: VARINT,
  expected: 'a number',
  set: (into, name, source) => {
    into[name] = varint(source, true);
  },
};

export const FLAG: FieldType = {
  wireType: VARINT,
  expected: 'true or false',
  set: (into, name, source) => {
    into[name] = varint(source, true) !== 0;
  },
};

export const TEXT = valueOf('a string', readText);

/** Bytes, which JSON has as base64. Not a copy: they are gone when the page is given back. */
export const BLOB = valueOf('bytes', (source, limit) => {
  const end = endOf(source, limit);
  const start = source.reader.pos;
  source.reader.pos = end;
  return source.bytes.subarray(start, end);
});

/** A message of which only matters that it is there. */
export const PRESENT = valueOf('an object', (source, limit) => {
  source.reader.pos = endOf(source, limit);
  return NOTHING;
});

/** A message that is not read yet: where its bytes are. */
export const SPAN = valueOf('an object', (source, limit): Raw => {
  const end = endOf(source, limit);
  const start = source.reader.pos;
  source.reader.pos = end;
  return { start, end };
});

export function one(type: Message): FieldType {
  return valueOf('an object', (source, limit) => readMessage(type, source, limit));
}

/** A message whose fields stand among those of its parent in JSON. */
export function inline(type: Message): FieldType {
  return {
    wireType: BYTES,
    expected: 'an object',
    set: (into, _name, source, limit) => type.readInto(into, source, endOf(source, limit)),
  };
}

export function many(type: Message): FieldType {
  return listOf((source, limit) => readMessage(type, source, limit));
}

export const TEXTS = listOf(readText);

/** A map is a repeated message of key and value. */
export function mapOf(value: FieldType): FieldType {
  const entry = message({ key: [1, TEXT], value: [2, value] });
  return {
    wireType: BYTES,
    expected: 'a map',
    set: (into, name, source, limit) => {
      const known = into[name];
      const map: Fields = isFields(known) ? known : (into[name] = {});
      const { key = '', value: content = '' } = readMessage(entry, source, limit);
      // Plain assignment to this one would not make a key.
      if (key === '__proto__') Object.defineProperty(map, key, { value: content, enumerable: true });
      else map[String(key)] = content;
    },
  };
}

/** A value that is a message on the wire and something simpler in JSON. */
export function converted(type: Message, expected: string, convert: (fields: Raw) => unknown): FieldType {
  return valueOf(expected, (source, limit) => convert(readMessage(type, source, limit)));
}

function valueOf(expected: string, read: (source: Source, limit: number) => unknown): FieldType {
  return {
    wireType: BYTES,
    expected,
    set: (into, name, source, limit) => {
      into[name] = read(source, limit);
    },
  };
}

/** A repeated field; `read` leaves the reader behind each value. */
function listOf(read: (source: Source, limit: number) => unknown): FieldType {
  return {
    wireType: BYTES,
    expected: 'a list',
    set: (into, name, source, limit) => {
      const known = into[name];
      const value = read(source, limit);
      if (Array.isArray(known)) known.push(value);
      else into[name] = [value];
    },
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Not the reader's own, which takes a leading byte-order mark away. Bytes that are no UTF-8 become U+FFFD, as in JSON. */
function readText(source: Source, limit: number): string {
  const { reader, bytes, texts } = source;
  const end = endOf(source, limit);
  const start = reader.pos;
  reader.pos = end;
  const length = end - start;
  if (length === 0) return '';
  if (length > SHARED_TEXT_BYTES) return bytes.toString('utf8', start, end);
  let hash = length;
  let bits = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    bits |= byte;
    hash = Math.imul(hash ^ byte, 16_777_619);
  }
  if (bits >= 0x80) return bytes.toString('utf8', start, end);
  const slot = (hash ^ (hash >>> 15)) & (TEXT_SLOTS - 1);
  const known = texts[slot] ?? '';
  if (known.length === length && isTextAt(known, bytes, start)) return known;
  return (texts[slot] = bytes.toString('latin1', start, end));
}

function isTextAt(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}

function varint({ reader }: Source, signed: boolean): number {
  try {
    return reader.readVarint(signed);
  } catch {
    // The only thing it throws for.
    throw new MalformedField('a number has more than ten bytes');
  }
}

function skip(source: Source, wireType: number, limit: number): void {
  const { reader } = source;
  switch (wireType) {
    case VARINT:
    case FIXED64:
    case FIXED32:
      reader.skip(wireType);
      return;
    case BYTES:
      reader.pos = endOf(source, limit);
      return;
    default:
      throw new MalformedField(`a field is of the unknown wire type ${wireType}`);
  }
}
