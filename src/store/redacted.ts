import type { Redact } from '../redact.ts';

/**
 * A copy of plain data in which every text was redacted. Strings are taken one by one, so that the result is the same shape, and each
 * together with its key, so that `{ password: 'x' }` is recognised as well as `password=x`.
 */
export function redacted<Value>(value: Value, redact: Redact): Value {
  // The walk keeps the shape of plain data, which is all that is ever stored.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return walk(value, undefined, redact) as Value;
}

function walk(value: unknown, key: string | undefined, redact: Redact): unknown {
  if (typeof value === 'string') return key === undefined ? redact(value) : redactUnder(key, value, redact);
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, undefined, redact));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [redact(name), walk(item, name, redact)]));
  }
  return value;
}

function redactUnder(key: string, text: string, redact: Redact): string {
  const prefix = `${key}: `;
  const whole = redact(prefix + text);
  return whole.startsWith(prefix) ? whole.slice(prefix.length) : redact(text);
}
