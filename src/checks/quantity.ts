/** Kubernetes' suffixes as powers: `quantityToScalar` of @kubernetes/client-node is not exported and knows no fraction before a suffix (`1.5Gi`). */
const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index): [string, number] => [suffix, 1_000 ** (index + 1)]),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index): [string, number] => [suffix, 1_024 ** (index + 1)]),
]);
/** Divided by, so that `100m` is exactly as much as `0.1`. */
const DIVISORS: ReadonlyMap<string, number> = new Map([
  ['m', 1_000],
  ['u', 1_000_000],
  ['n', 1_000_000_000],
]);

/**
 * A quantity as a number of its base unit (cores, bytes, pieces), as exact as a double: enough to compare, not to add up a ledger.
 *
 * @returns `undefined` for what is no quantity
 */
export function quantityOf(text: string): number | undefined {
  const [, digits, suffix = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = FACTORS.get(suffix);
  if (factor !== undefined) return Number(digits) * factor;
  const divisor = DIVISORS.get(suffix);
  return divisor === undefined ? undefined : Number(digits) / divisor;
}
