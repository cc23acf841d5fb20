import * as z from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `45s`, `30m`, `2h`, `1d` → milliseconds. */
export const durationSchema = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, 'write a duration such as 30m, 2h or 1d')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 0));

/** ISO 8601 with a zone → Unix milliseconds. */
export const instantSchema = z.iso
  .datetime({ offset: true, error: 'write an instant such as 2026-11-21T18:00:00Z' })
  .transform((text) => Date.parse(text));

/** `3h12m`, as kubectl prints ages: the two largest units. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');
}
