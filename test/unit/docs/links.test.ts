import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { textOf } from '../../builders/markdown.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(DOCUMENTS)('%s links to what exists', (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
  const missing = links.filter((link) => !link.includes('://') && !existsSync(join(ROOT, dirname(document), link)));

  expect(missing).toEqual([]);
});

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = DOCUMENTS.flatMap((document) => [...textOf(document).matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)]);
  const missing = named.map((match) => match[1] ?? '').filter((name) => scripts[name] === undefined);

  expect(named.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});
