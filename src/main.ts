import packageJson from '../package.json' with { type: 'json' };
import { main } from './cli/program.ts';

const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort(name));

// A reader such as `head` goes away when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await main({
  arguments: process.argv.slice(2),
  variables: process.env,
  // A getter, so that only who reads stdin opens it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  stopping: stopping.signal,
  version: packageJson.version,
});
