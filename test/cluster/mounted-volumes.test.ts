import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createDirectoryReader } from '../../src/reload/read-directory.ts';
import { createSteadyRead } from '../../src/reload/read-steadily.ts';
import { controlPlane } from '../control-plane/control-plane.ts';
import { mountVolume, type MountedVolume } from '../control-plane/mounted-volume.ts';
import { mountReads } from '../harness/property-runs.ts';
import { watchFiles } from '../integration/reload/files-under-watch.ts';

/*
 * Mounted ConfigMaps as the kubelet's own code writes them.
 */
const SETTLED_MS = 300;
const READS = mountReads(5_000);
const NAMES = Array.from({ length: 8 }, (_, index) => `${index}.md`);

const volumeWriter = (): string => controlPlane().connection.binaries['volume-writer'];

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mounted-'));
  chmodSync(directory, 0o755);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function aVolume(directory: string): Promise<MountedVolume> {
  const volume = await mountVolume(volumeWriter(), directory);
  onTestFinished(() => volume[Symbol.asyncDispose]());
  return volume;
}

interface Read {
  readonly names: readonly string[];
  readonly texts: readonly string[];
}

/** The two ways in which this program reads a mounted directory. */
const readers: readonly (readonly [string, (directory: string) => () => Promise<Read>])[] = [
  [
    'the consistent read of a directory',
    (directory) => {
      const read = createDirectoryReader({
        directory,
        accepts: (name) => name.endsWith('.md'),
        maxFiles: 200,
        maxFileBytes: 1024,
      });
      return async () => {
        const result = await read();
        if (result.kind !== 'read' || result.unreadable.length > 0) throw new Error(JSON.stringify(result));
        const texts = result.files.map(({ bytes }) => new TextDecoder().decode(bytes));
        return { names: result.files.map(({ name }) => name), texts };
      };
    },
  ],
  [
    'the steady read of known names',
    (directory) => {
      const steadily = createSteadyRead(directory);
      const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : 'gone');
      return async () => ({ names: NAMES, texts: steadily(() => NAMES.map((name) => textOf(join(directory, name)))) });
    },
  ],
];

test.each(readers)(
  `under continuous swaps none of ${READS} reads is torn: %s`,
  async (_what, readerOf) => {
    const directory = await aDirectory();
    await using volume = await mountVolume(volumeWriter(), directory);
    await volume.swap(Object.fromEntries(NAMES.map((name) => [name, 'round 0'])));
    const read = readerOf(directory);
    const swapping = new Worker(new URL('../harness/swap-volume.ts', import.meta.url), {
      workerData: { volumeWriter: volumeWriter(), directory, names: NAMES },
    });
    const torn: unknown[] = [];
    const rounds = new Set<string>();
    let reads = 0;
    try {
      // Two things are asked for: many reads, and that swaps really came between them.
      for (; reads < READS || rounds.size < 50; reads += 1) {
        const { names, texts } = await read();
        if (names.length !== NAMES.length || new Set(texts).size !== 1 || texts[0] === 'gone') torn.push(texts);
        rounds.add(texts[0] ?? '');
        // The worker begins, and is told to stop, through this loop.
        if (reads % 100 === 0) await wait(0);
      }
    } finally {
      swapping.postMessage('stop');
      await once(swapping, 'exit');
    }
    console.info(`${reads} reads saw ${rounds.size} versions, ${torn.length} torn`);

    expect(torn).toEqual([]);
  },
  60_000 + READS * 20,
);

test('keys removed and added, a payload emptied and filled again: one reload for each swap', async () => {
  const directory = await aDirectory();
  const volume = await aVolume(directory);
  await volume.swap({ 'a.md': '1', 'b.md': '1' });
  await using files = await watchFiles(directory);

  await volume.swap({ 'a.md': '1' });
  await files.toldTimes(2);
  await volume.swap({ 'a.md': '1', 'c.md': '1' });
  await files.toldTimes(3);
  await volume.swap({});
  await files.toldTimes(4);
  // Written again with the same content: the kubelet does nothing, and neither do we.
  await volume.swap({});
  await volume.swap({ 'a.md': '2' });
  await files.toldTimes(5);
  await wait(SETTLED_MS);

  expect(files.told).toEqual([
    { 'a.md': '1', 'b.md': '1' },
    { 'a.md': '1' },
    { 'a.md': '1', 'c.md': '1' },
    {},
    { 'a.md': '2' },
  ]);
  expect([files.watcher.reloads(), files.watcher.errors()]).toEqual([4, 0]);
});

test('bytes arrive as they are, whatever they are: BOM, CRLF, NUL, no UTF-8, a whole mebibyte', async () => {
  const directory = await aDirectory();
  const volume = await aVolume(directory);
  const whole = Buffer.alloc(1024 * 1024, 'x');
  const payload: Readonly<Record<string, Buffer>> = {
    'bom.md': Buffer.from('\uFEFFtext\r\n'),
    'latin1.md': Buffer.from([0x66, 0xfc, 0x72]),
    'nul.md': Buffer.from([0, 1, 0xff, 0xfe]),
    'nothing.md': Buffer.alloc(0),
    'whole.md': whole,
    'too-much.md': Buffer.concat([whole, Buffer.from('x')]),
  };
  await volume.swap(
    Object.fromEntries(Object.entries(payload).map(([name, bytes]) => [name, { data: bytes.toString('base64') }])),
  );
  const got = new Map<string, Buffer>();
  await using files = await watchFiles(directory, {
    take: async (read) => {
      if (read.kind === 'read') for (const { name, bytes } of read.files) got.set(name, Buffer.from(bytes));
      return [];
    },
  });

  for (const [name, bytes] of Object.entries(payload)) {
    expect(got.get(name)?.equals(bytes)).toBe(name === 'too-much.md' ? undefined : true);
  }
  expect(files.watcher.errors()).toBe(1);
});

test('a full disk: the kubelet cannot write, the good set stays, and the next write that fits is taken', async () => {
  const mountpoint = mkdtempSync(join(tmpdir(), 'k8s-monitor-small-volume-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', mountpoint], { stdio: 'ignore' });
  } catch {
    rmdirSync(mountpoint);
    console.error('\n!!! SKIPPED: a full disk, this account may not mount a tmpfs. Run as root. !!!\n');
    return;
  }
  onTestFinished(() => {
    execFileSync('umount', [mountpoint]);
    rmdirSync(mountpoint);
  });
  await using volume = await mountVolume(volumeWriter(), mountpoint);
  await volume.swap({ 'a.md': 'good' });
  await using files = await watchFiles(mountpoint, { pollMs: 50 });

  await expect(volume.swap({ 'a.md': 'x'.repeat(200 * 1024) })).rejects.toThrow(/no space left/);
  await wait(SETTLED_MS);
  expect(files.told).toEqual([{ 'a.md': 'good' }]);

  // The writer leaves half of what it wrote behind; it is taken away as if the disk had grown.
  const inUse = await readlink(join(mountpoint, '..data'));
  for (const name of await readdir(mountpoint)) {
    if (name.startsWith('..2') && name !== inUse) await rm(join(mountpoint, name), { recursive: true });
  }
  await volume.swap({ 'a.md': 'fits' });
  await files.toldTimes(2);

  // What kubelets do after such a failure (kubernetes/kubernetes#113242): the content is torn down under the running container.
  for (const name of await readdir(mountpoint)) await rm(join(mountpoint, name), { recursive: true, force: true });
  await files.toldTimes(3);

  expect(files.told).toEqual([{ 'a.md': 'good' }, { 'a.md': 'fits' }, 'broken']);
  expect([files.watcher.reloads(), files.watcher.errors()]).toEqual([1, 1]);
  expect(files.watcher.hash()).toMatch(/^[0-9a-f]{64}$/);
});
