import { expect, test } from 'vitest';
import { parseMountPoints, type FileSystem } from '../../../src/reload/file-system.ts';
import { createDirectoryReader } from '../../../src/reload/read-directory.ts';

const failing = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

/** A linked directory with one file in memory; every call can be replaced. */
function aFileSystem(over: Partial<FileSystem> = {}): FileSystem {
  return {
    list: async (directory) => (directory.includes('..v1') ? ['a.md'] : ['..data', '..v1', 'a.md']),
    readLink: async () => '..v1',
    realPath: async (path) => path,
    stateOf: async () => ({ kind: 'file', stamp: '1', identity: '1' }),
    read: async () => new TextEncoder().encode('text'),
    mountPoints: async () => new Set(),
    ...over,
  };
}

function aReader(fileSystem: FileSystem) {
  return createDirectoryReader({
    directory: '/mounted',
    accepts: (name) => name.endsWith('.md'),
    maxFiles: 200,
    maxFileBytes: 1_000,
    fileSystem,
  });
}

test.each(['EACCES', 'EIO', 'ENOTDIR', 'EMFILE'])('%s makes a broken volume, not an empty one', async (code) => {
  const read = await aReader(aFileSystem({ list: () => Promise.reject(failing(code)) }))();

  expect(read).toMatchObject({ kind: 'broken', cause: 'unreadable', message: expect.stringContaining(code) });
});

test('a directory that does not exist is missing', async () => {
  const gone = () => Promise.reject(failing('ENOENT'));
  const read = await aReader(aFileSystem({ list: gone, readLink: gone, realPath: gone, stateOf: gone }))();

  expect(read.kind).toBe('missing');
});

test('a volume that had its link and lost it is broken', async () => {
  let linked = true;
  const read = aReader(
    aFileSystem({
      readLink: () => (linked ? Promise.resolve('..v1') : Promise.reject(failing('ENOENT'))),
      list: async () => (linked ? ['a.md'] : []),
    }),
  );

  expect((await read()).kind).toBe('read');
  linked = false;
  expect(await read()).toMatchObject({ kind: 'broken', cause: 'link-gone' });
});

test('a link that moves while the files are read makes it read again', async () => {
  const targets = ['..v1', '..v2', '..v2', '..v2'];
  const read = await aReader(
    aFileSystem({ readLink: async () => targets.shift() ?? '..v2', list: async () => ['a.md'] }),
  )();

  expect(read).toMatchObject({ kind: 'read', version: '..v2' });
});

test('a link that never rests is a broken volume, not an endless loop', async () => {
  let count = 0;
  const read = await aReader(aFileSystem({ readLink: async () => `..v${(count += 1)}`, list: async () => ['a.md'] }))();

  expect(read).toMatchObject({ kind: 'broken', cause: 'keeps-changing' });
});

test('a version that vanishes while it is read makes it read again', async () => {
  let first = true;
  const read = await aReader(
    aFileSystem({
      read: async () => {
        if (!first) return new TextEncoder().encode('new');
        first = false;
        throw failing('ENOENT');
      },
      stateOf: () => Promise.reject(failing('ENOENT')),
    }),
  )();

  expect(read).toMatchObject({
    kind: 'read',
    unreadable: [],
    files: [{ name: 'a.md', bytes: new TextEncoder().encode('new') }],
  });
});

test('one file that may not be read leaves the others', async () => {
  const read = await aReader(
    aFileSystem({
      list: async () => ['a.md', 'b.md'],
      read: async (path) => (path.endsWith('a.md') ? Promise.reject(failing('EACCES')) : new Uint8Array([1])),
    }),
  )();

  expect(read).toMatchObject({ files: [{ name: 'b.md' }], unreadable: [{ name: 'a.md', code: 'unreadable' }] });
});

test('a plain file that changes while it is read is read again', async () => {
  const stamps = ['1', '2', '2', '2'];
  const read = await aReader(
    aFileSystem({
      readLink: () => Promise.reject(failing('ENOENT')),
      list: async () => ['a.md'],
      stateOf: async () => ({ kind: 'file', identity: '1', stamp: stamps.shift() ?? '2' }),
    }),
  )();

  expect(read).toMatchObject({ kind: 'read', version: undefined, files: [{ name: 'a.md', frozen: false }] });
  expect(stamps).toEqual([]);
});

test('a file that is a mount point of its own will never be updated', async () => {
  const read = await aReader(
    aFileSystem({
      readLink: () => Promise.reject(failing('ENOENT')),
      list: async () => ['a.md'],
      mountPoints: async () => new Set(['/mounted/a.md']),
    }),
  )();

  expect(read).toMatchObject({ files: [{ name: 'a.md', frozen: true }] });
});

test('more files than the cap are named, not dropped', async () => {
  const names = Array.from({ length: 201 }, (_, index) => `${String(index).padStart(3, '0')}.md`);
  const read = await aReader(aFileSystem({ list: async () => names }))();

  expect(read.kind === 'read' && [read.files.length, read.unreadable]).toEqual([
    200,
    [{ name: '200.md', code: 'too-many-files', message: expect.any(String) }],
  ]);
});

test('mount points are read from mountinfo, blanks unescaped', () => {
  const info = '36 35 98:0 / /app/.claude/CLAUDE.md rw - ext4 /dev/root rw\n37 35 0:1 / /a\\040b rw - tmpfs tmpfs rw\n';

  expect([...parseMountPoints(info)]).toEqual(['/app/.claude/CLAUDE.md', '/a b']);
});
