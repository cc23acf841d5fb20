import { expect, test } from 'vitest';
import { modelIdOf } from '../../../src/model/aliases.ts';

test.each([
  { name: 'haiku', expected: 'claude-haiku-5-5' },
  { name: 'sonnet', expected: 'claude-sonnet-5-5' },
  { name: 'opus', expected: 'claude-opus-5-5' },
  { name: 'claude-sonnet-4-5', expected: 'claude-sonnet-4-5' },
  { name: 'toString', expected: 'toString' },
])('$name means $expected', ({ name, expected }) => {
  expect(modelIdOf(name)).toBe(expected);
});

test("the operator's aliases are the only ones where given", () => {
  expect(modelIdOf('haiku', { haiku: 'claude-haiku-6' })).toBe('claude-haiku-6');
});
