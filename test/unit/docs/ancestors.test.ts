import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const ROWS = readFileSync(join(ROOT, 'docs', 'ancestors.md'), 'utf8')
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')))
  .filter(([id = '']) => /^(?:HR|RG|AG|RC)-\d+$/.test(id));

const upTo = (prefix: string, last: number) => Array.from({ length: last }, (_, index) => `${prefix}-${index + 1}`);

test('every requirement has its row, once', () => {
  expect(ROWS.map(([id]) => id)).toEqual([...upTo('HR', 16), ...upTo('RG', 12), ...upTo('AG', 12), ...upTo('RC', 19)]);
});

test.each(ROWS.map(([id = '', , shown = '']) => [id, shown] as const))('what shows %s exists', (_id, shown) => {
  const named = [...shown.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)];
  const files = [...shown.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file);

  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  for (const [, file = '', name = ''] of named) {
    expect(readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'"), file).toContain(name);
  }
  expect(named.length > 0 || /Ruling|measured|as HR|in the files above/.test(shown)).toBe(true);
});
