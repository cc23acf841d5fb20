import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';
import { narrowSource, quietNodeModules, slimClientNode } from '../bundle-plugins.ts';

/** The options with which the image starts Node, from the Dockerfile itself. */
export function nodeOptionsOfImage(): readonly string[] {
  const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  const words = z.array(z.string()).parse(JSON.parse(entrypoint ?? 'null'));
  return words.filter((word) => word.startsWith('--'));
}

/** The environment that the image gives to Node, from the Dockerfile itself. */
export function environmentOfImage(): Readonly<Record<string, string>> {
  const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const words = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(words.map((word) => z.tuple([z.string(), z.string()]).parse(word.split('='))));
}

export interface Bundled extends AsyncDisposable {
  readonly file: string;
}

/** A program of this folder as one file, as the product is shipped: without it, the compiler of TypeScript would be measured too. */
export async function bundle(source: URL): Promise<Bundled> {
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-bench-'));
  const file = join(directory, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [slimClientNode, quietNodeModules, narrowSource],
    outfile: file,
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  return { file, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
