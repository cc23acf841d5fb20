import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { narrowSource, quietNodeModules, refuseWideSource, slimClientNode } from './bundle-plugins.ts';
import { workerSources } from './worker-sources.ts';

/** One file that runs in an empty folder: what the image ships. `node tools/build.ts [FILE]` */
const outfile = process.argv[2] ?? 'dist/k8s-monitor.mjs';
mkdirSync('dist', { recursive: true });

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
  plugins: [slimClientNode, quietNodeModules, narrowSource],
});
refuseWideSource(outfile);
console.log(`built ${outfile}`);
