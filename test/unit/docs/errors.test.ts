import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/exit-code.ts';
import { codeIn, tableOf, textOf } from '../../builders/markdown.ts';

test('docs/errors.md says of every code what it means, who acts and how, and knows no other', () => {
  const rows = tableOf(textOf('docs/errors.md'), 'code');
  const union = /type ErrorCode =([\s\S]*?);/.exec(textOf('src/errors.ts'))?.[1] ?? '';
  const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]);

  expect(codes.length).toBeGreaterThan(20);
  expect(rows.flatMap(([code = '']) => codeIn(code))).toEqual(codes);
  for (const row of rows) expect(row.every((cell) => cell !== '')).toBe(true);
});

test('the exit codes are those of the command line', () => {
  const documented = tableOf(textOf('docs/errors.md'), 'exit code').map(([code]) => Number(code));

  expect(documented).toEqual(Object.values(EXIT));
});
