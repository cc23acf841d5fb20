import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { workerSources } from './worker-sources.ts';

/** One file that runs in an empty folder: what the image ships. `node tools/build.ts [FILE]` */
const outfile = process.argv[2] ?? 'dist/k8s-monitor.mjs';
mkdirSync('dist', { recursive: true });

const WIDE = /[^\u0000-\u00ff]/;

// jq, policies and hostile Markdown run in workers of their own, which the one file carries as text.
const workers = Object.entries(await workerSources()).map(([name, text]) => [name, JSON.stringify(text)]);

// The demo's Markdown: the file runs in a folder where there is none.
const definitions = Object.fromEntries(
  readdirSync('agents')
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, readFileSync(`agents/${name}`, 'utf8')]),
);

await build({
  entryPoints: ['src/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Not the names: stacks need them, and to write each of them back at run time costs memory and a fifth of the start.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  outfile,
  define: {
    ...Object.fromEntries(workers),
    SHIPPED_DEFINITIONS: JSON.stringify(definitions),
  },
  // Dependencies that are CommonJS inside call require() for Node's own modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  plugins: [
    {
      name: 'narrow',
      setup: ({ onLoad }) => {
        onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => ({
          contents: narrow(readFileSync(path, 'utf8')),
          loader: 'ts',
        }));
      },
    },
  ],
});
if (WIDE.test(readFileSync(outfile, 'utf8')))
  throw new Error(`${outfile} holds a character beyond Latin-1: see narrow()`);
console.log(`built ${outfile}`);

/**
 * One character beyond Latin-1 makes Node keep the whole file with two bytes for each character, for as long as it runs. Written as an escape it
 * means the same in texts and patterns; esbuild itself leaves patterns and `String.raw` as they are, and there is no other use of the latter.
 */
function narrow(source: string): string {
  return source.replace(
    new RegExp(WIDE, 'g'),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
