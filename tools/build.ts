import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

/** One file that runs in an empty folder: what the image ships. `node tools/build.ts [FILE]` */
const outfile = process.argv[2] ?? 'dist/k8s-monitor.mjs';
mkdirSync('dist', { recursive: true });

// jq, policies and hostile Markdown run in workers of their own, which the one file carries as text.
const jqWorker = await textOfWorker('src/tools/kubernetes/jq-worker.ts');
const policyWorker = await textOfWorker('src/policy/policy-worker.ts');
const parseWorker = await textOfWorker('src/definitions/parse-worker.ts');

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
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  legalComments: 'none',
  outfile,
  define: {
    JQ_WORKER_SOURCE: JSON.stringify(jqWorker),
    POLICY_WORKER_SOURCE: JSON.stringify(policyWorker),
    PARSE_WORKER_SOURCE: JSON.stringify(parseWorker),
    SHIPPED_DEFINITIONS: JSON.stringify(definitions),
  },
  // Dependencies that are CommonJS inside call require() for Node's own modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
console.log(`built ${outfile}`);

async function textOfWorker(entryPoint: string): Promise<string | undefined> {
  const built = await build({
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    write: false,
  });
  return built.outputFiles[0]?.text;
}
