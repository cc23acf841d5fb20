import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Redact } from '../../redact.ts';
import { isObject } from './fields.ts';
import type { KubernetesObject } from './kind.ts';

const HIDDEN = '[value not shown]';
/** Objects between two breaths of the event loop. */
const BATCH = 100;

/**
 * Objects as JSON texts without secrets. It happens before jq sees them, for a program could turn a secret into a form that no
 * redactor knows. Values of environment variables are never shown; their names are.
 */
export async function redactedJson(
  objects: readonly KubernetesObject[],
  redact: Redact,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const [index, object] of objects.entries()) {
    if (index > 0 && index % BATCH === 0) {
      await nextTurn();
      signal.throwIfAborted();
    }
    texts.push(redactOne(object, redact));
  }
  return texts;
}

function redactOne(object: KubernetesObject, redact: Redact): string {
  const text = JSON.stringify(hideEnvironment(object));
  const clean = redact(text);
  if (clean === text || isJson(clean)) return clean;
  // A mask that went over the end of a string has broken the JSON; each string for itself cannot.
  return JSON.stringify(hideEnvironment(object), (key, value: unknown) =>
    typeof value === 'string' ? redactUnder(key, value, redact) : value,
  );
}

/** With its key, for `password: x` tells what `x` does not. */
function redactUnder(key: string, text: string, redact: Redact): string {
  const prefix = `${key}: `;
  const whole = redact(prefix + text);
  return whole.startsWith(prefix) ? whole.slice(prefix.length) : redact(text);
}

/** Wherever a list called `env` holds names and values: containers, and templates of whatever resource. */
export function hideEnvironment(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) =>
      key === 'env' && isObject(item) && typeof item['value'] === 'string' && item['value'] !== ''
        ? { ...item, value: HIDDEN }
        : hideEnvironment(item),
    );
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hideEnvironment(member, name)]));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
