import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The process to be killed, as one file: it starts four times as fast, and it is started hundreds of times. */
export interface Child extends AsyncDisposable {
  readonly file: string;
}

export async function buildChild(): Promise<Child> {
  const directory = await mkdtemp(join(tmpdir(), 'kill-nine-child-'));
  const file = join(directory, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    logLevel: 'error',
    outfile: file,
    // No agents run here, so that nobody asks jq.
    define: { JQ_WORKER_SOURCE: '""' },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  return { file, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
