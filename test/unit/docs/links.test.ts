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

test.each(DOCUMENTS)('%s links to headings that exist', (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)];
  const missing = links.filter(([, path = '', anchor = '']) => {
    if (path.includes('://')) return false;
    const target = path === '' ? document : join(dirname(document), path);
    return target.endsWith('.md') && !anchorsIn(textOf(target)).has(anchor);
  });

  expect(missing.map(([link]) => link)).toEqual([]);
});

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = DOCUMENTS.flatMap((document) => [...textOf(document).matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)]);
  const missing = named.map((match) => match[1] ?? '').filter((name) => scripts[name] === undefined);

  expect(named.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

/** As GitHub makes them: lower case, without marks, a dash for each space. */
function anchorsIn(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.replaceAll(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '').matchAll(/^#{1,6} (.+)$/gm)];
  const own = [...markdown.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id ?? '');
  const slugs = headings.map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...slugs, ...own]);
}
