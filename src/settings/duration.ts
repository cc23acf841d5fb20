import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `2m`, `4h`, `1d`, to milliseconds; bare numbers are refused because their unit would be a guess. */
export const Duration = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/, 'a duration such as "90s", "2m" or "4h"')
  .transform(durationMs);

function durationMs(text: string): number {
  const [, count = '0', unit = 's'] = /^([\d.]+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? 1_000);
}
