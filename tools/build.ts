import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };

/** One file that runs in an empty folder: what the image ships. `node tools/build.ts [FILE]` */
const outfile = process.argv[2] ?? 'dist/k8s-monitor.mjs';
mkdirSync('dist', { recursive: true });

await build({
  entryPoints: ['src/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  legalComments: 'none',
  outfile,

  // Dependencies that are CommonJS inside call require() for Node's own modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
console.log(`built ${outfile}`);
