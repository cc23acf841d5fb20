import { expect, test } from 'vitest';
import { costUsd, estimateTokens, LIST_PRICES, priceOf } from '../../../src/model/prices.ts';

const NONE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

test.each([
  { model: 'claude-haiku-5-5', tokens: { ...NONE, inputTokens: 100_000 }, expected: 0.01 },
  { model: 'claude-haiku-5-5', tokens: { ...NONE, inputTokens: 100_001 }, expected: 0.050_000_5 },
  { model: 'claude-haiku-5-5', tokens: { ...NONE, cacheReadTokens: 100_000, outputTokens: 10 }, expected: 0.001_005 },
  {
    model: 'claude-haiku-5-5',
    tokens: { ...NONE, cacheReadTokens: 100_000, inputTokens: 1, outputTokens: 1_000 },
    expected: 5 * (0.001 + 0.000_000_1 + 0.000_5),
  },
  { model: 'claude-sonnet-5-5', tokens: { ...NONE, inputTokens: 1_000, outputTokens: 100 }, expected: 0.003 },
  { model: 'claude-sonnet-5-5', tokens: { ...NONE, cacheWriteTokens: 1_000_000 }, expected: 2.5 },
  { model: 'claude-opus-5-5', tokens: { ...NONE, cacheReadTokens: 1_000_000 }, expected: 0.2 },
])('$model: $tokens costs $expected', ({ model, tokens, expected }) => {
  expect(costUsd(tokens, priceOf(model, LIST_PRICES))).toBeCloseTo(expected, 9);
});

test('a model without a price is charged like the dearest', () => {
  expect(priceOf('claude-next-9', LIST_PRICES)).toBe(LIST_PRICES['claude-opus-5-5']);
});

test('a name from the prototype is no price', () => {
  expect(priceOf('constructor', LIST_PRICES)).toBe(LIST_PRICES['claude-opus-5-5']);
});

test('tokens are estimated from bytes, not characters', () => {
  expect(estimateTokens('aaaaaaa')).toBe(2);
  expect(estimateTokens('日本語')).toBe(3);
});
