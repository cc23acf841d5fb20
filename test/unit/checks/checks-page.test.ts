import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/catalogue.ts';
import { CHECKS_PAGE_FILE, checksPageText } from '../../../tools/checks-page.ts';

test('the published page is that of the checks (npm run checks-page writes it)', () => {
  expect(readFileSync(CHECKS_PAGE_FILE, 'utf8')).toBe(checksPageText());
});

test('every check has its section, with what it sees and what it cannot', () => {
  const page = checksPageText();

  for (const { id, sees, cannotSee } of CHECKS) {
    expect(page).toContain(`### ${id}\n\n${sees}\n`);
    expect(page).toContain(cannotSee);
  }
});
