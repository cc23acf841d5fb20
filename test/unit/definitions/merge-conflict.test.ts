import { expect, test } from 'vitest';
import { inspectDefinitions } from '../../../src/definitions/assemble.ts';
import { bytesOf, settings } from './fixtures.ts';

const CONFLICT = '<<<<<<< HEAD\n- web/search: mine\n=======\n- web/search: theirs\n>>>>>>> branch\n';

test.each([
  ['CLAUDE.md', `## P2\n\n${CONFLICT}`, 3],
  ['CLAUDE.md', CONFLICT.replaceAll('\n', '\r\n'), 1],
  ['a.md', `---\nname: a\ndescription: d\n---\n${CONFLICT}`, 5],
  ['a.md', `---\nname: a\n${CONFLICT}---\nLook.\n`, 3],
])('a conflict of a merge that was left in %s is said with the line where it begins', (file, text, line) => {
  const { definitions } = inspectDefinitions(new Map([[file, bytesOf(text)]]), settings);

  expect(definitions.warnings).toContainEqual(expect.objectContaining({ file, line, code: 'merge-conflict' }));
});

test.each([
  ['a heading that is underlined', 'A heading\n=======\n\nText.\n'],
  ['a sentence about one', '<<<<<<< is how git begins one.\n'],
  ['a quotation in quotations', '> quoted\n=======\n>>>>>>> deep\n'],
  ['its parts in another order', '>>>>>>> b\n=======\n<<<<<<< a\n'],
])('%s is no conflict', (_, text) => {
  const { definitions } = inspectDefinitions(new Map([['CLAUDE.md', bytesOf(text)]]), settings);

  expect(definitions.warnings.map(({ code }) => code)).not.toContain('merge-conflict');
});
