import { expect, test } from 'vitest';
import { modelIdOf } from '../../../src/model/aliases.ts';

test.each([
  { name: 'haiku', expected: 'claude-haiku-6' },
  { name: 'claude-sonnet-4-5', expected: 'claude-sonnet-4-5' },
  { name: 'toString', expected: 'toString' },
])('$name means $expected', ({ name, expected }) => {
  expect(modelIdOf(name, { haiku: 'claude-haiku-6' })).toBe(expected);
});
