import * as z from 'zod';

/** What the script knows, by lower-case name without separators; a list of facts fills a list of objects. */
export interface Facts {
  readonly [name: string]: unknown;
}

const node = z.record(z.string(), z.unknown());
const isFacts = (value: unknown): value is Facts => node.safeParse(value).success;
const keyOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Makes an input that fits a tool's schema from facts, by the names of its properties. What is not known becomes the
 * emptiest value that fits: null where allowed, else an empty text, list or zero.
 */
export function fillSchema(schema: Readonly<Record<string, unknown>>, facts: Facts): Record<string, unknown> {
  const properties = node.safeParse(schema['properties']).data ?? {};
  const required = new Set(z.array(z.string()).safeParse(schema['required']).data ?? []);
  const filled: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(properties)) {
    const known = facts[keyOf(name)];
    if (known === undefined && !required.has(name)) continue;
    filled[name] = valueFor(node.safeParse(child).data ?? {}, known, facts);
  }
  return filled;
}

function valueFor(schema: Readonly<Record<string, unknown>>, known: unknown, facts: Facts): unknown {
  const variants = z.array(node).safeParse(schema['anyOf']).data;
  if (variants !== undefined) {
    const nullable = variants.some((variant) => variant['type'] === 'null');
    if (nullable && (known === undefined || known === null)) return null;
    return valueFor(variants.find((variant) => variant['type'] !== 'null') ?? {}, known, facts);
  }
  const allowed = z.array(z.unknown()).safeParse(schema['enum']).data;
  if (allowed !== undefined)
    return allowed.includes(known) ? known : (allowed.find((value) => value === null) ?? allowed[0]);
  const types =
    typeof schema['type'] === 'string' ? [schema['type']] : z.array(z.string()).safeParse(schema['type']).data;
  if (types?.includes('null') === true && (known === undefined || known === null)) return null;
  const type = types?.find((each) => each !== 'null');
  if (type === 'object') return fillSchema(schema, isFacts(known) ? known : facts);
  if (type === 'array') return listFor(node.safeParse(schema['items']).data ?? {}, known, facts);
  if (type === 'boolean') return known === true;
  if (type === 'integer' || type === 'number') return Number.isFinite(Number(known)) ? Number(known) : 0;
  return textFor(known);
}

function listFor(items: Readonly<Record<string, unknown>>, known: unknown, facts: Facts): unknown[] {
  const values: readonly unknown[] = Array.isArray(known) ? known : [];
  return values.map((value) => valueFor(items, value, isFacts(value) ? value : facts));
}

/** A fact in one line: the `text` of a group of facts, or the value itself. */
function textFor(known: unknown): string {
  if (known === undefined || known === null) return '';
  if (typeof known === 'string') return known;
  if (isFacts(known)) return textFor(known['text'] ?? known['id']);
  return Array.isArray(known) ? known.map(textFor).join('\n') : JSON.stringify(known);
}

/** Whether a report tool takes several entries in one call: some property is a list of objects with this name. */
export function takesList(schema: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  const properties = node.safeParse(schema['properties']).data ?? {};
  return Object.entries(properties).some(([name, child]) => {
    const items = node.safeParse(node.safeParse(child).data?.['items']).data;
    return names.includes(keyOf(name)) && items?.['type'] === 'object';
  });
}

/** The values that a property may have; empty when it is free. */
export function choicesOf(schema: Readonly<Record<string, unknown>>, property: string): readonly string[] {
  const properties = node.safeParse(schema['properties']).data ?? {};
  const child = node.safeParse(properties[property]).data ?? {};
  return z.array(z.string()).safeParse(child['enum']).data ?? [];
}
