import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog, type Logger } from '../../../src/log.ts';
import { publish } from './atomic-writer.ts';
import { watchFiles } from './files-under-watch.ts';

/** Longer than the debounce, so that whatever was heard has been looked at. */
const SETTLED_MS = 300;
const IS_ROOT = process.getuid?.() === 0;
if (!IS_ROOT)
  console.error('\n!!! SKIPPED: modes that hide files from the account; only root may run a child as another. !!!\n');

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'watched-'));
  await chmod(directory, 0o755);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('each swap of a linked set is told exactly once, also the hundredth', async () => {
  const directory = await aDirectory();
  await publish(directory, { 'a.md': '0', 'b.md': '0' });
  await using files = await watchFiles(directory);

  for (let round = 1; round <= 100; round += 1) {
    await publish(directory, { 'a.md': String(round), 'b.md': String(round) });
    await files.toldTimes(round + 1);
  }
  await wait(SETTLED_MS);

  expect(files.told).toEqual(Array.from({ length: 101 }, (_, n) => ({ 'a.md': String(n), 'b.md': String(n) })));
  expect([files.watcher.reloads(), files.watcher.errors()]).toEqual([100, 0]);
});

test('swaps at once after each other end with the last, in at most as many reloads', async () => {
  const directory = await aDirectory();
  await publish(directory, { 'a.md': '0' });
  await using files = await watchFiles(directory);

  for (let round = 1; round <= 20; round += 1) await publish(directory, { 'a.md': String(round) });
  await wait(SETTLED_MS);

  expect(files.told.at(-1)).toEqual({ 'a.md': '20' });
  expect(files.told.length).toBeLessThanOrEqual(21);
  expect(files.watcher.errors()).toBe(0);
});

test('keys that come and go, an emptied set, and the same bytes again', async () => {
  const directory = await aDirectory();
  await publish(directory, { 'a.md': 'x' });
  await using files = await watchFiles(directory);

  await publish(directory, { 'a.md': 'x', 'b.md': 'y' });
  await files.toldTimes(2);
  await publish(directory, { 'a.md': 'x', 'b.md': 'y' });
  await wait(SETTLED_MS);
  await publish(directory, { 'b.md': 'y' });
  await files.toldTimes(3);
  await publish(directory, {});
  await files.toldTimes(4);

  expect(files.told).toEqual([{ 'a.md': 'x' }, { 'a.md': 'x', 'b.md': 'y' }, { 'b.md': 'y' }, {}]);
});

test('a plain directory: an edit in place, an editor that renames over the file, a file that is not ours', async () => {
  const directory = await aDirectory();
  await writeFile(join(directory, 'a.md'), 'first');
  await using files = await watchFiles(directory);

  await writeFile(join(directory, 'a.md'), 'edited');
  await files.toldTimes(2);
  await writeFile(join(directory, '.a.md.swp'), 'renamed');
  await rename(join(directory, '.a.md.swp'), join(directory, 'a.md'));
  await files.toldTimes(3);
  await writeFile(join(directory, 'notes.txt'), 'of nobody');
  await rm(join(directory, 'a.md'));
  await files.toldTimes(4);

  expect(files.told).toEqual([{ 'a.md': 'first' }, { 'a.md': 'edited' }, { 'a.md': 'renamed' }, {}]);
});

test('a directory that is removed and made again is followed on', async () => {
  const parent = await aDirectory();
  const directory = join(parent, 'mounted');
  await mkdir(directory);
  await publish(directory, { 'a.md': 'before' });
  // The new directory makes no event in the old one: this is what the poll is for.
  await using files = await watchFiles(directory, { pollMs: 100 });

  await rm(directory, { recursive: true });
  await files.toldTimes(2);
  await mkdir(directory);
  await publish(directory, { 'a.md': 'after' });
  await expect.poll(() => files.told.at(-1), { timeout: 10_000 }).toEqual({ 'a.md': 'after' });
  await publish(directory, { 'a.md': 'again' });
  await expect.poll(() => files.told.at(-1), { timeout: 10_000 }).toEqual({ 'a.md': 'again' });

  expect(files.told.slice(0, 2)).toEqual([{ 'a.md': 'before' }, 'broken']);
});

test('a directory behind a link is followed to where the link leads', async () => {
  const parent = await aDirectory();
  for (const name of ['one', 'two']) {
    await mkdir(join(parent, name));
    await publish(join(parent, name), { 'a.md': name });
  }
  await symlink('one', join(parent, 'mounted'));
  await using files = await watchFiles(join(parent, 'mounted'), { pollMs: 100 });

  await symlink('two', join(parent, 'mounted_tmp'));
  await rename(join(parent, 'mounted_tmp'), join(parent, 'mounted'));
  await files.toldTimes(2);
  await publish(join(parent, 'two'), { 'a.md': 'two, edited' });
  await files.toldTimes(3);

  expect(files.told).toEqual([{ 'a.md': 'one' }, { 'a.md': 'two' }, { 'a.md': 'two, edited' }]);
});

test.each(['EMFILE', 'ENOSPC'])('without any watch (%s) the same changes are told, only later', async (code) => {
  const directory = await aDirectory();
  await publish(directory, { 'a.md': '0' });
  await using files = await watchFiles(directory, {
    pollMs: 50,
    watch: () => {
      throw Object.assign(new Error(code), { code });
    },
  });

  for (const version of ['1', '2', '3']) {
    await publish(directory, { 'a.md': version });
    await files.toldTimes(Number(version) + 1);
  }

  expect(files.told).toEqual(['0', '1', '2', '3'].map((text) => ({ 'a.md': text })));
});

test('nested mounts do not wake each other', async () => {
  const outer = await aDirectory();
  const inner = join(outer, 'agents');
  await publish(outer, { 'CLAUDE.md': '0' });
  await mkdir(inner);
  await publish(inner, { 'a.md': '0' });
  await using outside = await watchFiles(outer);
  await using inside = await watchFiles(inner);

  await publish(inner, { 'a.md': '1' });
  await inside.toldTimes(2);
  await publish(outer, { 'CLAUDE.md': '1' });
  await outside.toldTimes(2);
  await wait(SETTLED_MS);

  expect(outside.told).toEqual([{ 'CLAUDE.md': '0' }, { 'CLAUDE.md': '1' }]);
  expect(inside.told).toEqual([{ 'a.md': '0' }, { 'a.md': '1' }]);
});

test.skipIf(process.platform !== 'linux')(
  'a hundred watched mounts cost one open file together, and each hears its swap',
  async () => {
    const directories = await Promise.all(Array.from({ length: 100 }, aDirectory));
    for (const directory of directories) await publish(directory, { 'a.md': '0' });
    await using one = await watchFiles(await aDirectory());
    const openBefore = readdirSync('/proc/self/fd').length;

    const watched = await Promise.all(directories.map((directory) => watchFiles(directory)));
    const openWith = readdirSync('/proc/self/fd').length;
    for (const directory of directories) await publish(directory, { 'a.md': '1' });
    await Promise.all(watched.map((files) => files.toldTimes(2)));
    for (const files of watched) await files.watcher.stop();

    expect(openWith - openBefore).toBeLessThanOrEqual(1);
    expect(watched.map(({ watcher }) => watcher.reloads())).toEqual(Array.from({ length: 100 }, () => 1));
    expect(one.told).toEqual([{}]);
  },
);

test('a file mounted by subPath is named as one that never changes', async () => {
  const directory = await aDirectory();
  const source = join(await aDirectory(), 'source.md');
  await writeFile(source, 'x');
  await writeFile(join(directory, 'a.md'), '');
  try {
    execFileSync('mount', ['--bind', source, join(directory, 'a.md')], { stdio: 'ignore' });
  } catch {
    console.error('\n!!! SKIPPED: subPath, this account may not mount. Run as root. !!!\n');
    return;
  }
  onTestFinished(() => void execFileSync('umount', [join(directory, 'a.md')]));
  const warnings: unknown[] = [];
  const log: Logger = { ...silentLog, warn: (...line) => void warnings.push(line) };
  await using files = await watchFiles(directory, { log });

  expect(files.told).toEqual([{ 'a.md': 'x' }]);
  expect(warnings).toMatchObject([
    ['files of a mount never change', { files: ['a.md'], remedy: expect.stringContaining('subPath') }],
  ]);
});

test.skipIf(!IS_ROOT)(
  'modes that take the files from the account keep what was good, and giving them back mends it',
  async () => {
    const directory = await aDirectory();
    await publish(directory, { 'a.md': 'good' });
    const child = spawn(process.execPath, [fileURLToPath(new URL('./watch-child.ts', import.meta.url)), directory], {
      uid: 65_534,
      gid: 65_534,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null');

    const first = await next();
    await publish(directory, { 'a.md': 'secret' }, 0o600);
    const closed = await next();
    await chmod(directory, 0o700);
    const shut = await next();
    await chmod(directory, 0o755);
    const open = await next();
    await publish(directory, { 'a.md': 'better' });
    const mended = await next();
    child.stdin.end();
    await once(child, 'exit');

    const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(first).toEqual({ told: { 'a.md': 'good' }, reloads: 0, errors: 0, hash });
    expect(closed).toEqual({
      told: { 'a.md': '(unreadable)' },
      reloads: 0,
      errors: 1,
      hash: (first as { hash: string }).hash,
    });
    expect(shut).toMatchObject({ told: 'broken', errors: 2, hash: (first as { hash: string }).hash });
    expect(open).toMatchObject({ told: { 'a.md': '(unreadable)' }, errors: 3 });
    expect(mended).toMatchObject({ told: { 'a.md': 'better' }, reloads: 1, errors: 3 });
  },
);
