/** An object of the API as its JSON has it, before anything about it is known. From protobuf, times are a `Date`. */
export type Raw = Readonly<Record<string, unknown>>;

/** A field is there but not of the type that the API promises, so nothing that the object says can be trusted. */
export class MalformedField extends Error {
  override readonly name = 'MalformedField';
}

// Shared, so that the tens of thousands of empty fields of a large cluster cost nothing.
const NO_FIELDS: Raw = Object.freeze({});
const NO_TEXTS: Readonly<Record<string, string>> = Object.freeze({});
const NO_ITEMS: readonly never[] = Object.freeze([]);

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Left out: an empty object. */
export function fields(value: unknown, field: string): Raw {
  if (value === undefined || value === null) return NO_FIELDS;
  if (isRaw(value)) return value;
  throw wrong(field, 'an object');
}

/** Left out: `undefined`. */
export function optionalFields(value: unknown, field: string): Raw | undefined {
  return value === undefined || value === null ? undefined : fields(value, field);
}

/** Left out: ''. */
export function text(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw wrong(field, 'a string');
}

/** Left out: `undefined`. */
export function optionalText(value: unknown, field: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, field);
}

/** Left out: `fallback`, the API's own default. */
export function count(value: unknown, field: string, fallback = 0): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'number') return value;
  throw wrong(field, 'a number');
}

/** Left out: `undefined`. */
export function optionalCount(value: unknown, field: string): number | undefined {
  return value === undefined || value === null ? undefined : count(value, field);
}

/** Left out: `false`. */
export function flag(value: unknown, field: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw wrong(field, 'true or false');
}

/** Left out: `undefined`. */
export function optionalFlag(value: unknown, field: string): boolean | undefined {
  return value === undefined || value === null ? undefined : flag(value, field);
}

/** RFC 3339, or what protobuf has instead, to Unix milliseconds. Left out: `undefined`. */
export function instant(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  // A number of seconds in protobuf may be further away than any date.
  const atMs = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(atMs)) throw wrong(field, 'a time');
  return atMs;
}

/** Where the API allows either, as text. Left out: `undefined`. */
export function optionalNumberOrText(value: unknown, field: string): string | undefined {
  return typeof value === 'number' ? String(value) : optionalText(value, field);
}

/** Every item of a list of objects, projected. Left out: an empty list. */
export function many<Item>(value: unknown, field: string, project: (item: Raw) => Item): readonly Item[] {
  const items = list(value, field);
  return items.length === 0 ? NO_ITEMS : items.map((item) => project(fields(item, field)));
}

/** Left out: an empty list. */
export function texts(value: unknown, field: string): readonly string[] {
  const items = list(value, field);
  return items.length === 0 ? NO_ITEMS : items.map((item) => text(item, field));
}

/** Labels and the like. Left out: an empty map. */
export function textMap(value: unknown, field: string): Readonly<Record<string, string>> {
  const entries = fields(value, field);
  if (isTextMap(entries)) return entries === NO_FIELDS ? NO_TEXTS : entries;
  throw wrong(field, 'a map of strings');
}

/** Quantities as written; the API allows plain numbers too. */
export function quantities(value: unknown, field: string): Readonly<Record<string, string>> {
  const entries = fields(value, field);
  if (isTextMap(entries)) return entries;
  return Object.fromEntries(
    Object.entries(entries).map(([name, quantity]) => [
      name,
      typeof quantity === 'number' ? String(quantity) : text(quantity, field),
    ]),
  );
}

function list(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return NO_ITEMS;
  if (Array.isArray(value)) return value;
  throw wrong(field, 'a list');
}

function isTextMap(entries: Raw): entries is Readonly<Record<string, string>> {
  // `for in` is the cheapest way over the few keys of a parsed object, which has no inherited ones.
  for (const key in entries) if (typeof entries[key] !== 'string') return false;
  return true;
}

function wrong(field: string, expected: string): MalformedField {
  return new MalformedField(`${field} is not ${expected}`);
}
