import * as z from 'zod';
import type { JsonSchema } from '../domain/model.ts';
import { MonitorError } from '../errors.ts';

/** What a tool found out, before it is redacted and cut. */
export interface Answer {
  readonly text: string;
  /** The one-line form of the call, for citations. */
  readonly source: string;
  /** Lines above the rows (a table's head): repeated on every page and not counted. */
  readonly headLines?: number;
  /** Each line is a row: at most a hundred of them are shown at once. */
  readonly rows?: boolean;
}

/** One tool before it is given a cycle's store: what it asks for and how it answers. */
export interface Question<Input = never> {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  readonly answer: (input: Input, signal: AbortSignal) => Promise<Answer>;
}

/** The input as a JSON schema, without what a provider has no use for. */
export function schemaOf(input: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, { io: 'input' });
  return schema;
}

/**
 * Models write `null` and `""` where they mean nothing; both count as left out.
 *
 * @throws {MonitorError} `TOOL_INPUT_INVALID` with the fields that are wrong and those that exist
 */
export function parseInput<Input>(name: string, schema: z.ZodType<Input>, given: unknown): Input {
  const parsed = schema.safeParse(withoutEmpty(given));
  if (parsed.success) return parsed.data;
  const properties = schemaOf(schema)['properties'];
  const fields = typeof properties === 'object' && properties !== null ? Object.keys(properties).join(', ') : '';
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new MonitorError('TOOL_INPUT_INVALID', `${name}: ${problems.join('; ')}. Its fields are: ${fields}.`);
}

function withoutEmpty(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given ?? {};
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== ''));
}

/** JSON with sorted keys: the same question in another order is the same question. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
