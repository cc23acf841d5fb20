import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createDirectoryReader } from '../../../src/reload/read-directory.ts';
import { payloadOf, publish } from './atomic-writer.ts';

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mounted-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function readerOf(directory: string) {
  return createDirectoryReader({
    directory,
    accepts: (name) => name.endsWith('.md'),
    maxFiles: 200,
    maxFileBytes: 1024,
  });
}

const textOf = (file: { bytes: Uint8Array } | undefined): string => new TextDecoder().decode(file?.bytes);

test('under continuous swaps no read is torn', async () => {
  const directory = await aDirectory();
  await publish(directory, payloadOf(0));
  const read = readerOf(directory);
  // A thread of its own: a swap must be able to come between any two system calls of the read.
  const swapping = new Worker(new URL('./swap-worker.ts', import.meta.url), { workerData: { directory } });
  const torn: unknown[] = [];
  const seen = new Set<string>();
  try {
    for (let reads = 0; reads < 5_000; reads += 1) {
      const result = await read();
      const texts = result.kind === 'read' ? new Set(result.files.map(textOf)) : new Set<string>();
      if (result.kind !== 'read' || result.files.length !== 8 || texts.size !== 1 || result.unreadable.length > 0)
        torn.push(result);
      for (const text of texts) seen.add(text);
    }
  } finally {
    swapping.postMessage('stop');
    await once(swapping, 'exit');
  }

  expect(torn).toEqual([]);
  expect(seen.size).toBeGreaterThan(50);
});

test('keys that come and go are seen at once, and an emptied ConfigMap is an empty set', async () => {
  const directory = await aDirectory();
  const read = readerOf(directory);
  const names = async () => {
    const result = await read();
    return result.kind === 'read' ? result.files.map(({ name }) => name) : result.kind;
  };

  await publish(directory, { 'a.md': 'x', 'notes.txt': 'y' });
  expect(await names()).toEqual(['a.md']);
  await publish(directory, { 'a.md': 'x', 'b.md': 'y' });
  expect(await names()).toEqual(['a.md', 'b.md']);
  await publish(directory, { 'b.md': 'y' });
  expect(await names()).toEqual(['b.md']);
  await publish(directory, {});
  expect(await names()).toEqual([]);
});

test('a volume whose content was torn down is broken, not empty', async () => {
  const directory = await aDirectory();
  await publish(directory, { 'a.md': 'x' });
  const read = readerOf(directory);
  await read();

  await rm(join(directory, '..data'));
  expect(await read()).toMatchObject({ kind: 'broken', cause: 'link-gone' });
  await rm(directory, { recursive: true });
  expect(await read()).toMatchObject({ kind: 'broken' });
});

test('a nested mount and its name do not disturb the volume around it', async () => {
  const directory = await aDirectory();
  await publish(directory, { 'CLAUDE.md': '# Guide' });
  await mkdir(join(directory, 'agents'));
  await publish(join(directory, 'agents'), { 'a.md': 'x' });

  await publish(directory, { 'CLAUDE.md': '# Guide 2' });

  const outer = await readerOf(directory)();
  const inner = await readerOf(join(directory, 'agents'))();
  expect(outer.kind === 'read' && outer.files.map(textOf)).toEqual(['# Guide 2']);
  expect(inner.kind === 'read' && inner.files.map(textOf)).toEqual(['x']);
});

test('only regular files within the directory are read: no pipe hangs it, no link leads out', async () => {
  const directory = await aDirectory();
  const outside = await aDirectory();
  await writeFile(join(outside, 'secret.md'), 'secret');
  await writeFile(join(directory, 'good.md'), 'good');
  await writeFile(join(directory, 'large.md'), 'x'.repeat(2_000));
  await writeFile(join(directory, 'empty.md'), '');
  await mkdir(join(directory, 'folder.md'));
  await symlink(join(outside, 'secret.md'), join(directory, 'out.md'));
  await symlink('nowhere', join(directory, 'dangling.md'));
  await symlink('good.md', join(directory, 'same.md'));
  execFileSync('mkfifo', [join(directory, 'pipe.md')]);

  const read = await readerOf(directory)();

  expect(read.kind === 'read' && read.files.map(({ name }) => name)).toEqual(['empty.md', 'good.md', 'same.md']);
  expect(read.kind === 'read' && read.unreadable.map(({ name, code }) => `${name} ${code}`)).toEqual([
    'dangling.md unreadable',
    'folder.md not-a-file',
    'large.md too-large',
    'out.md outside-directory',
    'pipe.md not-a-file',
  ]);
});

test('a plain file beside a linked set is flagged: its ConfigMap would never update it', async () => {
  const directory = await aDirectory();
  await publish(directory, { 'a.md': 'x' });
  await writeFile(join(directory, 'b.md'), 'y');

  const read = await readerOf(directory)();

  expect(read.kind === 'read' && read.files.map(({ name, frozen }) => [name, frozen])).toEqual([
    ['a.md', false],
    ['b.md', true],
  ]);
});
