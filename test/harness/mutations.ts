import { PbfReader, PbfWriter } from 'pbf';

/** In [0, 1). */
export type Chance = () => number;

/** The same numbers for the same seed, so that a mutation that breaks something can be had again (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function oneOf<Item>(items: readonly [Item, ...Item[]], chance: Chance): Item {
  return items[Math.floor(chance() * items.length)] ?? items[0];
}

/** What a field may hold in a version that we do not know, or by somebody's mistake. */
const STRANGE = [
  'FutureValue',
  '',
  '__proto__',
  'constructor',
  '\u{1F600}\n\0',
  'x'.repeat(5_000),
  '9999999999999999999999',
  '2026-13-45T99:99:99Z',
  '1e999Gi',
  -1,
  0,
  0.5,
  2 ** 53,
  -(2 ** 63),
  true,
  false,
  null,
  [],
  {},
  [null],
  [[['deep']]],
  { futureField: { nested: [1, 'two', null] } },
] as const;

/** The object with one to four of its fields strange, gone, doubled or new; its name and namespace stay, so that it can be told apart. */
export function mutatedJson(object: unknown, chance: Chance): unknown {
  const copy: unknown = structuredClone(object);
  const times = 1 + Math.floor(chance() * 4);
  for (let time = 0; time < times; time += 1) mutateOnce(copy, chance);
  return copy;
}

function mutateOnce(object: unknown, chance: Chance): void {
  const places: { readonly holder: object; readonly key: string }[] = [];
  collectPlaces(object, places, 0);
  const place = places[Math.floor(chance() * places.length)];
  if (place === undefined) return;
  const { holder, key } = place;
  const roll = chance();
  if (roll < 0.55) Reflect.set(holder, key, structuredClone(oneOf(STRANGE, chance)));
  else if (roll < 0.7) Reflect.deleteProperty(holder, key);
  else if (roll < 0.85) Reflect.set(holder, `future${key}`, structuredClone(oneOf(STRANGE, chance)));
  else if (Array.isArray(holder)) holder.push(...structuredClone(holder));
  else Reflect.set(holder, key, [Reflect.get(holder, key)]);
}

function collectPlaces(
  node: unknown,
  places: { readonly holder: object; readonly key: string }[],
  depth: number,
): void {
  if (typeof node !== 'object' || node === null) return;
  for (const key of Object.keys(node)) {
    if (depth === 1 && (key === 'name' || key === 'namespace') && 'uid' in node) continue;
    places.push({ holder: node, key });
    collectPlaces(Reflect.get(node, key), places, depth + 1);
  }
}

interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Of a length-delimited field its content, of any other the bytes of its value. */
  readonly bytes: Uint8Array;
}

/** The fields of a message; `undefined` where the bytes are none. */
function fieldsOf(bytes: Uint8Array): readonly WireField[] | undefined {
  const reader = new PbfReader(bytes);
  const fields: WireField[] = [];
  try {
    while (reader.pos < bytes.length) {
      const tag = reader.readVarint();
      const [number, wireType] = [tag >>> 3, tag & 7];
      if (number === 0 || ![0, 1, 2, 5].includes(wireType)) return undefined;
      const start = reader.pos;
      if (wireType === 2) {
        const length = reader.readVarint();
        fields.push({ number, wireType, bytes: bytes.subarray(reader.pos, reader.pos + length) });
        reader.pos += length;
      } else {
        reader.skip(wireType);
        fields.push({ number, wireType, bytes: bytes.subarray(start, reader.pos) });
      }
      if (reader.pos > bytes.length) return undefined;
    }
    return fields;
  } catch {
    return undefined;
  }
}

function bytesOf(fields: readonly WireField[]): Buffer {
  const parts = fields.flatMap(({ number, wireType, bytes }) => {
    const head = new PbfWriter();
    head.writeVarint(number * 8 + wireType);
    if (wireType === 2) head.writeVarint(bytes.length);
    return [Buffer.from(head.finish()), bytes];
  });
  return Buffer.concat(parts);
}

function varintBytes(value: number): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarint(value);
  return writer.finish();
}

/** A message with one of its fields, at any depth, strange, gone, doubled or new. Only its innermost shape is sure to be wrong; lengths are right. */
export function mutatedProtobuf(message: Uint8Array, chance: Chance, depth = 0): Buffer {
  const fields = fieldsOf(message) ?? [];
  const at = Math.floor(chance() * fields.length);
  const field = fields[at];
  if (field === undefined) return bytesOf([...fields, unknownField(chance)]);
  const inner = field.wireType === 2 ? fieldsOf(field.bytes) : undefined;
  if (inner !== undefined && inner.length > 0 && depth < 6 && chance() < 0.75) {
    const changed = mutatedProtobuf(field.bytes, chance, depth + 1);
    return bytesOf(fields.with(at, { ...field, bytes: changed }));
  }
  const roll = chance();
  if (roll < 0.2) return bytesOf([...fields, unknownField(chance)]);
  if (roll < 0.35) return bytesOf(fields.toSpliced(at, 1));
  if (roll < 0.5) return bytesOf([...fields, field]);
  return bytesOf(fields.with(at, strange(field, chance)));
}

function strange({ number, wireType }: WireField, chance: Chance): WireField {
  const asText = { number, wireType: 2, bytes: Buffer.from(JSON.stringify(oneOf(STRANGE, chance))) };
  const asNumber = { number, wireType: 0, bytes: varintBytes(oneOf([0, 1, -1, 2 ** 31, 2 ** 52], chance)) };
  // Now and then of another wire type.
  const swapped = chance() < 0.3;
  return (wireType === 2) === swapped ? asNumber : asText;
}

function unknownField(chance: Chance): WireField {
  const number = 900 + Math.floor(chance() * 1_000);
  return chance() < 0.5
    ? { number, wireType: 0, bytes: varintBytes(7) }
    : { number, wireType: 2, bytes: Buffer.from('of a later version') };
}

/** The list in an answer of the API server in protobuf, as items that can be put back together. */
export function openProtobufList(body: Buffer): {
  readonly items: readonly Uint8Array[];
  readonly with: (index: number, item: Uint8Array) => Buffer;
} {
  const magic = body.subarray(0, 4);
  const envelope = fieldsOf(body.subarray(4)) ?? [];
  const rawAt = envelope.findIndex(({ number }) => number === 2);
  const list = fieldsOf(envelope[rawAt]?.bytes ?? new Uint8Array()) ?? [];
  const places = list.flatMap(({ number }, at) => (number === 2 ? [at] : []));
  return {
    items: places.map((at) => list[at]?.bytes ?? new Uint8Array()),
    with: (index, item) => {
      const changed = list.with(places[index] ?? -1, { number: 2, wireType: 2, bytes: item });
      return Buffer.concat([magic, bytesOf(envelope.with(rawAt, { number: 2, wireType: 2, bytes: bytesOf(changed) }))]);
    },
  };
}
