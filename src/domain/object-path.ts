/** A way into an object, parsed: a step is a field's name, or {@link EVERY} item of a list. */
export type ObjectPath = readonly string[];

const EVERY = '[]';

const PATH = /^[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*|\['[^'\]]+'\]|\[\])*$/;
const STEP = /\['([^'\]]+)'\]|\[\]|[A-Za-z_$][\w$-]*/g;

/** More values than this at one path help nobody, and an object may be of any size. */
const MAX_VALUES = 500;

/**
 * Fields by dots, `[]` for every item of a list, `['…']` for a key that has dots itself:
 * `status.listeners[].conditions`, `metadata.annotations['keda.sh/paused']`.
 *
 * @returns `undefined` for what is no path
 */
export function parsePath(text: string): ObjectPath | undefined {
  if (!PATH.test(text)) return undefined;
  return [...text.matchAll(STEP)].map(([step, key]) => key ?? step);
}

/** Everything that stands at a path; nothing where a step leads nowhere, of whatever type the object may be. */
export function valuesAt(object: unknown, path: ObjectPath): readonly unknown[] {
  let values: readonly unknown[] = [object];
  for (const step of path) {
    values = values.flatMap((value) => (step === EVERY ? itemsOf(value) : fieldOf(value, step))).slice(0, MAX_VALUES);
  }
  return values.filter((value) => value !== undefined && value !== null);
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_VALUES) : [];
}

function fieldOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return [];
  return [Reflect.get(value, name)];
}
