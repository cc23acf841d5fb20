/** Annotations with this prefix become labels of the incident. */
const LABEL_PREFIX = 'kubernaut.ai/label-';
/** After the prefix is gone: names that nobody may set from outside. */
const RESERVED_PREFIXES = ['kubernaut.ai/', 'system/'];
const PROTECTED_NAMES = new Set(['environment', 'priority', 'component', 'signal_type', 'severity']);

const MAX_KEYS = 10;
const MAX_KEY_CHARACTERS = 63;
const MAX_VALUES = 5;
const MAX_VALUE_CHARACTERS = 100;

type Labels = Readonly<Record<string, readonly string[]>>;

export interface CustomLabels {
  readonly customLabels: Labels;
  readonly rule: string;
}

/** What the shipped labels.rego says, within the limits. */
export function customLabelsOf(annotations: Readonly<Record<string, string>>): CustomLabels {
  const said = Object.entries(annotations).filter(([key]) => key.startsWith(LABEL_PREFIX));
  const customLabels = limitLabels(Object.fromEntries(said));
  return { customLabels, rule: Object.keys(customLabels).length > 0 ? 'built-in:annotations' : 'built-in:default' };
}

/**
 * What may become of a policy's answer: the prefix goes first, then reserved and protected names, then everything beyond the limits. At most
 * ten names, the first in alphabetical order; of two that are the same once cut, the first stays. A text is a list of one; what is no text is dropped.
 */
export function limitLabels(said: Readonly<Record<string, unknown>>): Labels {
  const labels = Object.entries(said)
    .map(([key, value]) => [key.startsWith(LABEL_PREFIX) ? key.slice(LABEL_PREFIX.length) : key, value] as const)
    .filter(([key]) => key !== '' && !PROTECTED_NAMES.has(key))
    .filter(([key]) => !RESERVED_PREFIXES.some((reserved) => key.startsWith(reserved)))
    .toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const kept = new Map<string, readonly string[]>();
  for (const [key, value] of labels) {
    const short = firstCharacters(key, MAX_KEY_CHARACTERS);
    const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    if (kept.size === MAX_KEYS || kept.has(short) || values.length === 0) continue;
    kept.set(
      short,
      values.slice(0, MAX_VALUES).map((one) => firstCharacters(one, MAX_VALUE_CHARACTERS)),
    );
  }
  return Object.fromEntries(kept);
}

/** Whole characters, so that none is cut through. */
function firstCharacters(text: string, count: number): string {
  return Array.from(text).slice(0, count).join('');
}
