import { setTimeout as wait } from 'node:timers/promises';
import { silentLog } from '../../../src/log.ts';
import { createDirectoryReader } from '../../../src/reload/read-directory.ts';
import { createWatcher, type Watcher, type WatcherOptions } from '../../../src/reload/watcher.ts';

/** What was handed over, oldest first: files and their text, or what was wrong with the directory. */
type Told = Readonly<Record<string, string>> | string;

export interface UnderWatch extends AsyncDisposable {
  readonly watcher: Watcher;
  readonly told: readonly Told[];
  /** Resolves when so many were told. */
  readonly toldTimes: (times: number) => Promise<void>;
}

const PATIENCE_MS = 25_000;

/** Follows a real directory with the kernel's own events. A poll would hide an event that is missed: there is none unless asked for. */
export async function watchFiles(directory: string, over: Partial<WatcherOptions> = {}): Promise<UnderWatch> {
  const told: Told[] = [];
  const accepts = (name: string): boolean => name.endsWith('.md');
  const watcher = createWatcher({
    mount: 'agents',
    directory,
    read: createDirectoryReader({ directory, accepts, maxFiles: 200, maxFileBytes: 1024 * 1024 }),
    accepts,
    take: async (read) => {
      const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      told.push(
        read.kind === 'read'
          ? Object.fromEntries([
              ...read.files.map(({ name, bytes }) => [name, textOf(bytes)]),
              ...read.unreadable.map(({ name, code }) => [name, `(${code})`]),
            ])
          : read.kind,
      );
      return [];
    },
    firstLoad: 'may-fail',
    pollMs: 2 ** 31 - 1,
    now: Date.now,
    log: silentLog,
    ...over,
  });
  await watcher.start();
  return {
    watcher,
    told,
    toldTimes: async (times) => {
      const untilMs = performance.now() + PATIENCE_MS;
      while (told.length < times) {
        if (performance.now() > untilMs) throw new Error(`told ${JSON.stringify(told)}, awaited ${times}`);
        await wait(5);
      }
    },
    [Symbol.asyncDispose]: () => watcher.stop(),
  };
}
