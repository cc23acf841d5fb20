import { createDirectoryReader } from '../../src/reload/read-directory.ts';
import { createWatcher, type Watcher } from '../../src/reload/watcher.ts';
import { silentLog } from '../../src/log.ts';

/*
 * A child of the benchmark, run with --expose-gc: heap and external memory with so many mounts under watch.
 */
const directories = process.argv.slice(2);
const accepts = (name: string): boolean => name.endsWith('.md');

const watchers: Watcher[] = [];
const points: (readonly [mounts: number, bytes: number])[] = [];
for (const mounts of [1, 50, 100]) {
  for (const directory of directories.slice(watchers.length, mounts)) {
    const watcher = createWatcher({
      mount: 'agents',
      directory,
      read: createDirectoryReader({ directory, accepts, maxFiles: 1_000, maxFileBytes: 1024 * 1024 }),
      accepts,
      take: async () => [],
      firstLoad: 'must-succeed',
      now: Date.now,
      log: silentLog,
    });
    await watcher.start();
    watchers.push(watcher);
  }
  // What is only waiting to be freed is freed in more than one go.
  for (let times = 0; times < 5; times += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  points.push([mounts, heapUsed + external]);
}
for (const watcher of watchers) await watcher.stop();
process.send?.(points);
