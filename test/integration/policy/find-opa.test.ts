import { expect, test } from 'vitest';
import { findOpa } from '../../builders/opa.ts';

const NOWHERE = { PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere' };

test('a run that must be complete fails where there is no opa to test policies with', async () => {
  await expect(findOpa({ ...NOWHERE, CI: 'true' })).rejects.toThrow('The tests of policies need opa');
});

test('elsewhere the tests of policies are skipped', async () => {
  expect(await findOpa(NOWHERE)).toBeUndefined();
});
