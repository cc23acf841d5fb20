import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireBuildLock } from '../../control-plane/binaries/build-lock.ts';
import { findBinaries } from '../../control-plane/binaries/find-binaries.ts';
import { BINARY_NAMES, recipeId } from '../../control-plane/binaries/recipe.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'k8s-monitor-binaries-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const unexpected = (line: string): void => {
  throw new Error(`nothing takes time here: ${line}`);
};

test('binaries in KUBEBUILDER_ASSETS are taken from there, without network and Go', async () => {
  const assets = await temporaryDirectory();
  for (const name of BINARY_NAMES) await writeFile(path.join(assets, name), '', { mode: 0o755 });

  const found = await findBinaries({ KUBEBUILDER_ASSETS: assets, XDG_CACHE_HOME: assets }, unexpected);

  expect(found).toEqual(Object.fromEntries(BINARY_NAMES.map((name) => [name, path.join(assets, name)])));
});

test('the name of the cache folder says the version and stays the same for the same pins', async () => {
  expect(await recipeId()).toMatch(/^v1\.36\.3-[0-9a-f]{12}$/);
  expect(await recipeId()).toBe(await recipeId());
});

test('the second run waits, says so, and goes on when the first is done', async () => {
  const file = path.join(await temporaryDirectory(), 'lock');
  const said: string[] = [];
  const first = await acquireBuildLock(file, () => said.push('first waits'));

  const second = acquireBuildLock(file, () => said.push('second waits'));
  await expect.poll(() => said).toEqual(['second waits']);
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();

  await expect(stat(file)).rejects.toThrow('ENOENT');
});

test('the lock of a run that died is taken over', async () => {
  const file = path.join(await temporaryDirectory(), 'lock');
  await writeFile(file, '');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(file, longAgo, longAgo);

  await using _lock = await acquireBuildLock(file, () => undefined);

  expect(Date.now() - (await stat(file)).mtimeMs).toBeLessThan(30_000);
});
