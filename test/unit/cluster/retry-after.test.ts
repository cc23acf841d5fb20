import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/cluster/read.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

test.each([
  [undefined, 0],
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:59:00 GMT', 0],
  ['soon', 0],
  ['-5', 0],
])('Retry-After %j is %i ms', (header, expected) => {
  expect(retryAfterMs(header, NOW_MS)).toBe(expected);
});
