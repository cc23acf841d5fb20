/** Annotations with this prefix become labels of the incident. */
const LABEL_PREFIX = 'kubernaut.ai/label-';
/** After the prefix is gone: names that nobody may set from outside. */
const RESERVED_PREFIXES = ['kubernaut.ai/', 'system/'];
const PROTECTED_NAMES = new Set(['environment', 'priority', 'component', 'signal_type', 'severity']);

const MAX_KEYS = 10;
const MAX_KEY_CHARACTERS = 63;
const MAX_VALUE_CHARACTERS = 100;

export interface CustomLabels {
  readonly customLabels: Readonly<Record<string, readonly string[]>>;
  readonly rule: 'annotations' | 'default';
}

/** At most ten, the first in alphabetical order; of two keys that are the same once cut, the first stays. */
export function customLabelsOf(annotations: Readonly<Record<string, string>>): CustomLabels {
  const labels = Object.entries(annotations)
    .filter(([key]) => key.startsWith(LABEL_PREFIX))
    .map(([key, value]) => [key.slice(LABEL_PREFIX.length), value] as const)
    .filter(([key]) => key !== '' && !PROTECTED_NAMES.has(key))
    .filter(([key]) => !RESERVED_PREFIXES.some((reserved) => key.startsWith(reserved)))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  const kept = new Map<string, readonly string[]>();
  for (const [key, value] of labels) {
    const short = firstCharacters(key, MAX_KEY_CHARACTERS);
    if (kept.size < MAX_KEYS && !kept.has(short)) kept.set(short, [firstCharacters(value, MAX_VALUE_CHARACTERS)]);
  }
  return { customLabels: Object.fromEntries(kept), rule: kept.size > 0 ? 'annotations' : 'default' };
}

/** Whole characters, so that none is cut through. */
function firstCharacters(text: string, count: number): string {
  return Array.from(text).slice(0, count).join('');
}
