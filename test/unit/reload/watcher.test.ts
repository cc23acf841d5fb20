import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DirectoryRead, MountReload } from '../../../src/domain/mounted-directory.ts';
import type { Logger } from '../../../src/log.ts';
import type { FileSystem } from '../../../src/reload/file-system.ts';
import type { Refusal } from '../../../src/reload/ledger.ts';
import type { Watch } from '../../../src/reload/watch.ts';
import { createWatcher, type WatcherOptions } from '../../../src/reload/watcher.ts';

beforeEach(
  () =>
    void vi.useFakeTimers({
      now: 1_000_000,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    }),
);
afterEach(() => void vi.useRealTimers());

const DIRECTORY = '/etc/mounted';
const QUIET_MS = 50;
const POLL_MS = 20_000;

type Content = Readonly<Record<string, string>> | 'gone' | 'link lost' | { readonly unreadable: string };

/** A mounted directory in memory, whose events the test makes. */
function aMount(first: Content, over: Partial<WatcherOptions> = {}) {
  let content = first;
  let identity = 1;
  let reads = 0;
  const told: string[] = [];
  const lines: { level: string; msg: string; fields: Readonly<Record<string, unknown>> | undefined }[] = [];
  const reloads: MountReload[] = [];
  const watches: { name: (name: string | null) => void; lost: (error: unknown) => void; open: boolean }[] = [];
  const say =
    (level: string): Logger['info'] =>
    (msg, fields) =>
      void lines.push({ level, msg, fields });
  const log: Logger = {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: () => log,
    setLevel: () => undefined,
  };
  const watch: Watch = (_directory, name, lost) => {
    const opened = { name, lost, open: true };
    watches.push(opened);
    return { close: () => void (opened.open = false) };
  };
  const fileSystem = {
    realPath: async (path: string) => path,
    stateOf: async () => {
      if (content === 'gone') throw Object.assign(new Error('ENOENT: no such directory'), { code: 'ENOENT' });
      return { kind: 'other' as const, stamp: '', identity: String(identity) };
    },
  } as unknown as FileSystem;
  const watcher = createWatcher({
    mount: 'config',
    directory: DIRECTORY,
    read: async () => {
      reads += 1;
      return readOf(content);
    },
    accepts: (name) => name.endsWith('.yaml'),
    take: async (read) => {
      told.push(
        read.kind === 'read' ? read.files.map((file) => new TextDecoder().decode(file.bytes)).join() : read.kind,
      );
      return [];
    },
    firstLoad: 'may-fail',
    onReload: (reload) => void reloads.push(reload),
    watch,
    fileSystem,
    debounceMs: QUIET_MS,
    now: () => Date.now(),
    log,
    ...over,
  });
  const emit = (name: string | null = '..data'): void => {
    for (const one of watches) if (one.open) one.name(name);
  };
  return {
    watcher,
    told,
    lines,
    reloads,
    watches,
    reads: () => reads,
    emit,
    put: (next: Content) => void (content = next),
    makeAnew: () => void (identity += 1),
    /** As the kubelet does it, and the time until it was taken up. */
    swap: async (next: Content) => {
      content = next;
      for (const name of ['..2026_11_21', '..data_tmp', '..data', '..2026_11_20']) emit(name);
      await vi.advanceTimersByTimeAsync(QUIET_MS);
    },
    said: (level: string) => lines.filter((line) => line.level === level).map(({ msg }) => msg),
  };
}

function readOf(content: Content): DirectoryRead {
  const directory = DIRECTORY;
  if (content === 'gone') return { kind: 'missing', directory, message: `${directory} does not exist` };
  if (content === 'link lost')
    return { kind: 'broken', directory, cause: 'link-gone', message: `${directory} has lost its ..data link` };
  if (typeof content['unreadable'] === 'string') {
    const unreadable = [{ name: content['unreadable'], code: 'unreadable', message: 'cannot be read: EACCES' }];
    return { kind: 'read', directory, version: '..v1', files: [], unreadable };
  }
  const files = Object.entries(content).map(([name, text]) => {
    const bytes = new TextEncoder().encode(text);
    return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex'), frozen: false };
  });
  return { kind: 'read', directory, version: '..v1', files, unreadable: [] };
}

const rejecting = async (): Promise<never> => Promise.reject(new Error('line 3: not a number'));
const REFUSED = 'Callback rejected new content, keeping previous';
const RELOADED = 'Configuration reloaded successfully';

test('an empty path is an error of construction, and nothing is touched before the start', () => {
  expect(() => aMount({}, { directory: '' })).toThrow('path is required');
  const { reads, watches } = aMount('gone');
  expect([reads(), watches]).toEqual([0, []]);
});

test('start watches, then reads, and has handed over the exact content when it resolves', async () => {
  const order: string[] = [];
  const { watcher, told, lines } = aMount(
    { 'config.yaml': 'a: 1' },
    {
      watch: () => {
        order.push('watch');
        return { close: () => undefined };
      },
      read: async () => {
        order.push('read');
        return readOf({ 'config.yaml': 'a: 1' });
      },
    },
  );
  await watcher.start();

  expect(order).toEqual(['watch', 'read']);
  expect(told).toEqual(['a: 1']);
  expect(watcher.hash()).toMatch(/^[0-9a-f]{64}$/);
  expect([watcher.reloads(), watcher.errors(), watcher.lastSuccessAtMs()]).toEqual([0, 0, 1_000_000]);
  expect(lines.map(({ msg }) => msg)).toEqual(['Initial content loaded', 'File watcher started']);
});

test.each<[what: string, first: Content, over: Partial<WatcherOptions>, message: RegExp]>([
  ['cannot be read', 'gone', {}, /^failed to load initial content: .*does not exist/],
  ['has lost its link', 'link lost', {}, /^failed to load initial content: .*\.\.data/],
  ['has an unreadable file', { unreadable: 'config.yaml' }, {}, /^failed to load initial content: .*EACCES/],
  ['is refused', { 'config.yaml': 'a: x' }, { take: rejecting }, /^callback failed for initial content: line 3/],
])('start fails when what must be there %s', async (_what, first, over, message) => {
  const { watcher, watches } = aMount(first, { ...over, firstLoad: 'must-succeed' });

  await expect(watcher.start()).rejects.toThrow(message);

  expect(watches.filter(({ open }) => open)).toEqual([]);
  await vi.advanceTimersByTimeAsync(10 * POLL_MS);
  expect(watcher.reloads()).toBe(0);
});

test('where the first load may fail, it is counted, said, and mended by the next change', async () => {
  const mount = aMount('gone');
  await mount.watcher.start();
  expect([mount.watcher.hash(), mount.watcher.errors(), mount.said('error')]).toEqual([undefined, 1, [REFUSED]]);

  mount.put({ 'config.yaml': 'a: 1' });
  await vi.advanceTimersByTimeAsync(POLL_MS);

  expect(mount.told).toEqual(['missing', 'a: 1']);
  expect([mount.watcher.reloads(), mount.watcher.errors()]).toEqual([1, 1]);
  expect(mount.watches).toHaveLength(1);
});

test('a swap is one reload, with the new hash in the callback, the accessors, the log and the report', async () => {
  const hashes: string[] = [];
  const mount = aMount({ 'config.yaml': 'a: 1' }, { take: async (_read, hash) => (hashes.push(hash), []) });
  await mount.watcher.start();
  const before = mount.watcher.hash();

  await mount.swap({ 'config.yaml': 'a: 2' });
  await mount.swap({ 'config.yaml': 'a: 2', 'flags.yaml': 'x: 1' });

  const hash = mount.watcher.hash();
  expect(mount.watcher.reloads()).toBe(2);
  expect(hashes).toEqual([before, mount.reloads[1]?.hash, hash]);
  expect(mount.watcher.lastSuccessAtMs()).toBe(1_000_000 + QUIET_MS + QUIET_MS / 5);
  expect(mount.lines.at(-1)).toMatchObject({
    level: 'info',
    msg: RELOADED,
    fields: { mount: 'config', hash, previousHash: hashes[1], files: ['flags.yaml'], totalReloads: 2 },
  });
  expect(mount.reloads.map(({ kind, accepted, refused, files }) => [kind, accepted, refused, files])).toEqual([
    ['first', true, false, ['config.yaml']],
    ['reload', true, false, ['config.yaml']],
    ['reload', true, false, ['flags.yaml']],
  ]);
});

test('identical bytes are no change: no callback, no counter, no line', async () => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();
  const linesBefore = mount.lines.length;

  await mount.swap({ 'config.yaml': 'a: 1' });
  await vi.advanceTimersByTimeAsync(3 * POLL_MS);

  expect(mount.told).toEqual(['a: 1']);
  expect([mount.watcher.reloads(), mount.watcher.errors(), mount.lines.length]).toEqual([0, 0, linesBefore]);
});

test('a refused change keeps the previous hash; the same bad content counts once; the rollback is a reload with the old hash', async () => {
  let verdict = async (): Promise<readonly []> => [];
  const mount = aMount({ 'config.yaml': 'a: 1' }, { take: () => verdict() });
  await mount.watcher.start();
  const good = mount.watcher.hash();

  verdict = rejecting;
  await mount.swap({ 'config.yaml': 'a: x' });
  const newHash = mount.lines.at(-1)?.fields?.['newHash'];
  await mount.swap({ 'config.yaml': 'a: x' });
  await vi.advanceTimersByTimeAsync(3 * POLL_MS);

  expect([mount.watcher.hash(), mount.watcher.reloads(), mount.watcher.errors()]).toEqual([good, 0, 1]);
  expect(mount.watcher.lastSuccessAtMs()).toBe(1_000_000);
  expect(mount.said('error')).toEqual([REFUSED]);
  expect(newHash).toMatch(/^[0-9a-f]{64}$/);
  expect(newHash).not.toBe(good);
  expect(mount.lines.at(-1)?.fields).toMatchObject({ hash: good, reasons: [`${DIRECTORY}: line 3: not a number`] });

  verdict = async () => [];
  await mount.swap({ 'config.yaml': 'a: 1' });

  expect([mount.watcher.hash(), mount.watcher.reloads(), mount.watcher.errors()]).toEqual([good, 1, 1]);
  expect(mount.said('info').at(-1)).toBe(RELOADED);
});

test('what was refused as a whole is offered again by itself, and taken when the reason is gone', async () => {
  let verdict: WatcherOptions['take'] = async () => [];
  const mount = aMount({ 'config.yaml': 'a: 1' }, { take: (...found) => verdict(...found) });
  await mount.watcher.start();
  verdict = rejecting;
  await mount.swap({ 'config.yaml': 'provider: other' });
  verdict = async () => [];

  await vi.advanceTimersByTimeAsync(POLL_MS);

  expect([mount.watcher.reloads(), mount.watcher.errors()]).toEqual([1, 1]);
  expect(mount.reloads.at(-1)).toMatchObject({ kind: 'reload', accepted: true, refused: false });
});

test('so is a file that was refused for a reason that may pass', async () => {
  let refused: readonly Refusal[] = [];
  const mount = aMount({ 'config.yaml': 'a: 1' }, { take: async () => refused });
  await mount.watcher.start();
  refused = [{ file: 'config.yaml', reason: 'no credentials yet', mayPass: true }];
  await mount.swap({ 'config.yaml': 'provider: other' });
  await vi.advanceTimersByTimeAsync(3 * POLL_MS);
  expect([mount.watcher.reloads(), mount.watcher.errors()]).toEqual([0, 1]);

  refused = [];
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect([mount.watcher.reloads(), mount.watcher.errors()]).toEqual([1, 1]);
});

test('files that are decided one by one: the good ones come into force, the refused one stays as it was', async () => {
  let refused: readonly { file: string; reason: string }[] = [];
  const mount = aMount({ 'a.yaml': '1', 'b.yaml': '1' }, { take: async () => refused });
  await mount.watcher.start();
  refused = [{ file: 'b.yaml', reason: 'no' }];
  await mount.swap({ 'a.yaml': '2', 'b.yaml': 'x' });
  const mixed = mount.watcher.hash();

  expect([mount.watcher.reloads(), mount.watcher.errors()]).toEqual([1, 1]);
  expect(mount.reloads.at(-1)).toMatchObject({ accepted: true, refused: true, files: ['a.yaml', 'b.yaml'] });

  refused = [];
  await mount.swap({ 'a.yaml': '2', 'b.yaml': '1' });
  expect(mount.watcher.hash()).toBe(mixed);
});

test.each<[what: string, trouble: Content]>([
  ['is removed', 'gone'],
  ['loses its link', 'link lost'],
  ['holds a file that cannot be read', { unreadable: 'config.yaml' }],
])('a directory that %s is told once and keeps what was good, until it is back', async (_what, trouble) => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();
  const good = mount.watcher.hash();

  await mount.swap(trouble);
  await vi.advanceTimersByTimeAsync(3 * POLL_MS);

  expect([mount.watcher.hash(), mount.watcher.errors(), mount.said('error')]).toEqual([good, 1, [REFUSED]]);

  mount.makeAnew();
  mount.put({ 'config.yaml': 'a: 2' });
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(mount.told.at(-1)).toBe('a: 2');
  expect(mount.watches.filter(({ open }) => open)).toHaveLength(1);
});

test('an emptied payload is a change to an empty set, not trouble', async () => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();

  await mount.swap({});

  expect(mount.told).toEqual(['a: 1', '']);
  expect([mount.watcher.reloads(), mount.watcher.errors()]).toEqual([1, 0]);
});

test('rapid writes are one reload, and a burst without an end does not put it off for ever', async () => {
  const mount = aMount({ 'config.yaml': '0' });
  await mount.watcher.start();

  for (let write = 1; write <= 5; write += 1) {
    mount.put({ 'config.yaml': String(write) });
    mount.emit('config.yaml');
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(QUIET_MS);
  expect(mount.told).toEqual(['0', '5']);

  mount.put({ 'config.yaml': 'x' });
  for (let elapsedMs = 0; elapsedMs <= 4 * QUIET_MS; elapsedMs += 10) {
    mount.emit('config.yaml');
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(mount.told).toEqual(['0', '5', 'x']);
});

test.each([
  ['..data', 1],
  ['config.yaml', 1],
  [null, 1],
  ['mounted', 1],
  ['..data_tmp', 0],
  ['..2026_11_21_18_00_00.1', 0],
  ['notes.txt', 0],
])('an event of %s makes %i look', async (name, looks) => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();
  const before = mount.reads();

  mount.emit(name);
  await vi.advanceTimersByTimeAsync(QUIET_MS);

  expect(mount.reads() - before).toBe(looks);
});

test('a callback that is slower than the next changes: never two at once, and the last one wins', async () => {
  let running = 0;
  let most = 0;
  const taken: string[] = [];
  const mount = aMount(
    { 'config.yaml': '0' },
    {
      take: async (read) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        running -= 1;
        taken.push(read.kind === 'read' ? new TextDecoder().decode(read.files[0]?.bytes) : '');
        return [];
      },
    },
  );
  const starting = mount.watcher.start();
  await vi.advanceTimersByTimeAsync(1_000);
  await starting;
  for (const version of ['1', '2', '3', '4']) await mount.swap({ 'config.yaml': version });
  await vi.advanceTimersByTimeAsync(10_000);

  expect(most).toBe(1);
  expect(taken).toEqual(['0', '1', '4']);
});

test('a change that comes while the first content is handed over is not lost', async () => {
  const mount = aMount(
    { 'config.yaml': '0' },
    {
      take: async (read) => {
        if (mount.told.length === 0) {
          mount.put({ 'config.yaml': '1' });
          mount.emit();
        }
        mount.told.push(read.kind === 'read' ? new TextDecoder().decode(read.files[0]?.bytes) : '');
        return [];
      },
    },
  );
  await mount.watcher.start();
  await vi.advanceTimersByTimeAsync(QUIET_MS);

  expect(mount.told).toEqual(['0', '1']);
});

test.each(['EMFILE', 'ENOSPC'])(
  'with no watch to be had (%s) the poll does it, and the log says so once',
  async (code) => {
    const mount = aMount(
      { 'config.yaml': 'a: 1' },
      {
        watch: () => {
          throw Object.assign(new Error(`${code}: too many`), { code });
        },
      },
    );
    await mount.watcher.start();
    mount.put({ 'config.yaml': 'a: 2' });
    await vi.advanceTimersByTimeAsync(30_000);

    expect(mount.told).toEqual(['a: 1', 'a: 2']);
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(mount.said('warn')).toEqual(['a mount cannot be watched and is polled']);
  },
);

test('a watch that fails is polled for, and taken up again when there is one', async () => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();

  mount.watches[0]?.lost(new Error('EIO'));
  expect(mount.watches[0]?.open).toBe(false);
  await vi.advanceTimersByTimeAsync(POLL_MS);
  await mount.swap({ 'config.yaml': 'a: 2' });

  expect(mount.told).toEqual(['a: 1', 'a: 2']);
  expect(mount.said('warn')).toEqual(['a mount cannot be watched and is polled']);
  expect(mount.said('info')).toContain('a mount is watched again');
});

test('an event that never comes is mended by the poll within 30 seconds', async () => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();
  mount.put({ 'config.yaml': 'a: 2' });
  await vi.advanceTimersByTimeAsync(30_000);

  expect(mount.told).toEqual(['a: 1', 'a: 2']);
});

test('a reader that throws ends nothing', async () => {
  let fails = true;
  const mount = aMount(
    {},
    {
      read: async () => {
        if (fails) throw new Error('a bug');
        return readOf({ 'config.yaml': 'a: 1' });
      },
    },
  );
  await mount.watcher.start();
  expect([mount.watcher.errors(), mount.said('error')]).toEqual([1, ['a mount could not be looked at']]);

  fails = false;
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(mount.told).toEqual(['a: 1']);
});

test('files that never change are named once', async () => {
  const read = { ...readOf({ 'config.yaml': 'a: 1' }), unreadable: [] };
  const frozen =
    read.kind === 'read' ? { ...read, files: read.files.map((file) => ({ ...file, frozen: true })) } : read;
  const mount = aMount({}, { read: async () => frozen });
  await mount.watcher.start();
  await vi.advanceTimersByTimeAsync(3 * POLL_MS);

  expect(mount.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    {
      msg: 'files of a mount never change',
      fields: { files: ['config.yaml'], remedy: expect.stringMatching(/subPath/) },
    },
  ]);
});

test('after stop nothing is called, whatever was on its way; it may be stopped twice, before the start, and not started again', async () => {
  const mount = aMount({ 'config.yaml': 'a: 1' });
  await mount.watcher.start();
  mount.put({ 'config.yaml': 'a: 2' });
  mount.emit();

  await mount.watcher.stop();
  await mount.watcher.stop();
  await vi.advanceTimersByTimeAsync(10 * POLL_MS);

  expect(mount.told).toEqual(['a: 1']);
  expect(mount.watches.map(({ open }) => open)).toEqual([false]);
  expect(vi.getTimerCount()).toBe(0);
  await expect(mount.watcher.start()).rejects.toThrow('a watcher is started once');
  const never = aMount({});
  await never.watcher.stop();
  expect(never.lines).toEqual([]);
});

test('stop waits for a callback under way, but not for one that hangs', async () => {
  let finish = (): void => undefined;
  const mount = aMount(
    { 'config.yaml': 'a: 1' },
    {
      take: () =>
        new Promise((resolve) => {
          finish = () => resolve([]);
        }),
    },
  );
  const starting = mount.watcher.start();
  await vi.advanceTimersByTimeAsync(0);

  let stopped = false;
  const stopping = mount.watcher.stop().then(() => void (stopped = true));
  await vi.advanceTimersByTimeAsync(900);
  expect(stopped).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  await stopping;
  finish();
  await starting;
  expect(mount.lines.map(({ msg }) => msg)).toEqual(['File watcher stopped']);
});
