import { expect, test } from 'vitest';
import { quantityOf } from '../../../src/checks/quantity.ts';

test.each([
  ['0', 0],
  ['4', 4],
  ['-2', -2],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['100m', 0.1],
  ['3800m', 3.8],
  ['250u', 0.00025],
  ['500000000n', 0.5],
  ['1k', 1_000],
  ['128M', 128_000_000],
  ['2E', 2e18],
  ['1Ki', 1_024],
  ['1.5Gi', 1_610_612_736],
  ['1Ei', 1_152_921_504_606_846_976],
  ['1e3', 1_000],
  ['12E2', 1_200],
  ['1e-3', 0.001],
])('%s is %d', (text, expected) => {
  expect(quantityOf(text)).toBe(expected);
});

test.each(['', 'Gi', '1 Gi', '1K', '1mi', '1.2.3', 'ten', '0x10', '1e', 'NaN'])('"%s" is no quantity', (text) => {
  expect(quantityOf(text)).toBeUndefined();
});

test('a thousand millis are exactly one', () => {
  for (const millis of [100, 900, 950, 1_000, 2_700]) expect(quantityOf(`${String(millis)}m`)).toBe(millis / 1_000);
});
