import * as z from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const WORDS = 'must be a duration such as "90s", "2m" or "4h"';

/** `90s`, `2m`, `4h`, `1d`, to milliseconds; bare numbers are refused because their unit would be a guess. */
export const Duration = z
  .string(WORDS)
  .regex(/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/, WORDS)
  .transform(durationMs);

/** A duration from `min` to `max`, both as people write them. */
export function durationWithin(min: string, max: string) {
  const [minMs, maxMs] = [durationMs(min), durationMs(max)];
  return Duration.refine((ms) => ms >= minMs && ms <= maxMs, `must be from ${min} to ${max}`);
}

function durationMs(text: string): number {
  const [, count = '0', unit = 's'] = /^([\d.]+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? 1_000);
}
