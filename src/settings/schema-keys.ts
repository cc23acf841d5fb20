import * as z from 'zod';

/** What a schema says of one key: its own schema, and the keys beside it. */
interface Level {
  readonly child: unknown;
  /** Empty where any key is taken, or none. */
  readonly known: readonly string[];
}

/** A key of a file that its schema does not know. */
export interface UnknownKey {
  readonly path: readonly string[];
  /** The known key beside it that was probably meant. */
  readonly near: string | undefined;
}

/** Every key that the schema does not know, at any depth, through lists and maps too. */
export function unknownKeys(schema: unknown, raw: unknown, path: readonly string[] = []): readonly UnknownKey[] {
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(raw).flatMap(([key, inner]) => {
    const { child, known } = levelOf(schema, key);
    const here = [...path, key];
    // Where JSON names the schema that its editor follows.
    if (path.length === 0 && key === '$schema') return [];
    if (child !== undefined) return unknownKeys(child, inner, here);
    return known.length === 0 ? [] : [{ path: here, near: nearest(key, known) }];
  });
}

/** The same value without keys that have maps or lists and nothing below them: their fields were commented out, or not yet written. */
export function withoutEmpty(schema: unknown, raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  if (Array.isArray(raw)) return raw.map((item: unknown) => withoutEmpty(levelOf(schema, '0').child, item));
  return Object.fromEntries(
    Object.entries(raw).flatMap(([key, inner]) => {
      const { child } = levelOf(schema, key);
      return inner === null && holdsMore(child) ? [] : [[key, withoutEmpty(child, inner)]];
    }),
  );
}

/** The one of the words that is a slip of the finger away. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((left, right) => left.distance - right.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}

function levelOf(schema: unknown, key: string): Level {
  const bare = unwrapped(schema);
  if (bare instanceof z.ZodArray) return { child: bare.element, known: [] };
  if (bare instanceof z.ZodRecord) return { child: bare.valueType, known: [] };
  if (!(bare instanceof z.ZodObject)) return { child: undefined, known: [] };
  const shape: Readonly<Record<string, unknown>> = bare.shape;
  return { child: Object.hasOwn(shape, key) ? shape[key] : undefined, known: Object.keys(shape) };
}

function holdsMore(schema: unknown): boolean {
  const bare = unwrapped(schema);
  return bare instanceof z.ZodObject || bare instanceof z.ZodRecord || bare instanceof z.ZodArray;
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap())
    : schema;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
