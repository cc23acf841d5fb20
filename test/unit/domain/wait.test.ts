import { expect, test } from 'vitest';
import { backoffMs, retryAfterMs } from '../../../src/domain/wait.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

test.each([
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:59:00 GMT', 0],
  ['soon', undefined],
  ['tomorrow 1', undefined],
  ['-1', undefined],
  ['1e9', undefined],
  ['99999999999', undefined],
])('Retry-After %j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, NOW_MS)).toBe(expected);
});

test.each([
  { failures: 1, longestMs: 1_000 },
  { failures: 2, longestMs: 2_000 },
  { failures: 6, longestMs: 32_000 },
  { failures: 7, longestMs: 60_000 },
  { failures: 5_000, longestMs: 60_000 },
])('after $failures failures the wait is anything up to $longestMs ms', ({ failures, longestMs }) => {
  const limits = { firstMs: 1_000, longestMs: 60_000 };

  expect(backoffMs(failures, limits, () => 0)).toBe(0);
  expect(backoffMs(failures, limits, () => 1)).toBe(longestMs);
});
