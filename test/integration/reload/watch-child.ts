import { watchFiles } from './files-under-watch.ts';

/** Follows a directory as whoever runs it, a line for each thing that was told, until stdin ends. */
const directory = process.argv[2] ?? '';
await using files = await watchFiles(directory, { pollMs: 50 });
let told = 0;
const telling = setInterval(() => {
  while (told < files.told.length) {
    const { watcher } = files;
    const line = { told: files.told[told], reloads: watcher.reloads(), errors: watcher.errors(), hash: watcher.hash() };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    told += 1;
  }
}, 10);
for await (const _ of process.stdin);
clearInterval(telling);
