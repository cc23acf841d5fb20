import { expect, test } from 'vitest';
import { cutBetweenWords, plainLine } from '../../../src/domain/plain-line.ts';

test.each([
  ['what is short stays', 'one two', 7, 'one two'],
  ['a cut falls between words', 'one two three', 9, 'one two…'],
  ['a cut that falls on the end of a word keeps it', 'one two three', 7, 'one two…'],
  ['of a credential there is all or nothing', 'password: xoxb-0123456789', 20, 'password:…'],
  ['of one long word nothing is left', 'x'.repeat(30), 10, '…'],
  ['items of a list are words', '["shop","payments"]', 12, '["shop","…'],
])('%s', (_promise, text, longest, expected) => {
  expect(cutBetweenWords(text, longest)).toBe(expected);
});

test('nothing that a terminal obeys is left', () => {
  expect(plainLine('a\u001b[31mb\nc\u202ed')).toBe('a [31mb c d');
});
