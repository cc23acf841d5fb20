/** How long another side wants to be left alone, and how long to wait where it says nothing. All times are milliseconds. */

/** Digits as a time of day, so that a number or a word is never taken for a date. */
const CLOCK = /\b\d{2}:\d{2}:\d{2}\b/;

/**
 * `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3).
 *
 * @returns `undefined` for a header that is missing or neither; 0 for a date that has passed
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const atMs = CLOCK.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/**
 * Full jitter: anywhere between nothing and a step that doubles, so that many callers do not come back together.
 *
 * @param failures in a row, from 1
 * @param random in [0, 1)
 */
export function backoffMs(
  failures: number,
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
  random: () => number,
): number {
  return Math.round(random() * Math.min(longestMs, firstMs * 2 ** (failures - 1)));
}
