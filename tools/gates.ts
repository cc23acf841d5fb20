import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildChild } from '../test/harness/kill-nine/build-child.ts';
import { killAtRandom } from '../test/harness/kill-nine/random-kills.ts';
import type { PromiseLine } from '../test/harness/promises.ts';

/*
 * What `npm test` tries with few cases, at full size: `npm run gates -- [--kills 1000] [--properties 10000] [--reads 100000] [--promises all]`.
 * 0 leaves one out; `--promises K3,K9` runs these alone. One summary line for each, and exit code 1 when one does not hold.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    properties: { type: 'string', default: '10000' },
    reads: { type: 'string', default: '100000' },
    promises: { type: 'string', default: 'all' },
  },
});
const wanted = {
  kills: count(values.kills, '--kills'),
  properties: count(values.properties, '--properties'),
  reads: count(values.reads, '--reads'),
};

/** Of the cluster reader, each with the file that keeps it. */
const PROMISES: Readonly<Record<string, readonly [file: string, promise: string]>> = {
  K1: ['unknown-is-not-healthy', 'what cannot be read is unknown, neither healthy nor resolved'],
  K2: ['unknown-is-not-healthy', 'a kind that fails does not stop the others'],
  K3: ['server-comes-and-goes', 'tokens rotate, no cycle fails'],
  K4: ['server-comes-and-goes', 'the server goes and comes back'],
  K7: ['polite', 'five requests at once, Retry-After kept'],
  K8: ['read-only', 'nothing but reads and reviews of itself'],
  K9: ['vanishing', 'what vanishes is a note'],
  K10: ['clock-skew', 'clocks that go wrong'],
  K11: ['strange-objects', 'strange objects cost themselves alone'],
  K12: ['versions', 'three minor versions'],
};

const results = [
  ...(wanted.kills > 0 ? [await randomKills(wanted.kills)] : []),
  ...(wanted.properties > 0 ? [await properties(wanted.properties)] : []),
  ...(wanted.reads > 0 ? [await mountedReads(wanted.reads)] : []),
  ...(await promises(wantedPromises(values.promises))),
];
for (const { line } of results) console.log(line);
process.exitCode = results.every(({ holds }) => holds) ? 0 : 1;

interface Gate {
  readonly holds: boolean;
  readonly line: string;
}

async function randomKills(kills: number): Promise<Gate> {
  const startedAtMs = performance.now();
  await using child = await buildChild();
  const result = await killAtRandom(child, {
    kills,
    random: Math.random,
    onStory: ({ kills: sofar, failures }) => {
      if (process.stderr.isTTY) process.stderr.write(`\rkilled ${sofar} times, ${failures.length} failures`);
    },
  });
  for (const failure of result.failures) console.error(`kill -9: ${failure}`);
  const holds = result.failures.length === 0;
  const words = `${result.kills} random kills in ${result.stories} incidents, ${result.failures.length} failures, ${result.duplicates} explained duplicates where history may not be read`;
  return gate('kill -9', holds, words, startedAtMs);
}

/** Every test file that asks for a number of runs, with this number. */
async function properties(runs: number): Promise<Gate> {
  const startedAtMs = performance.now();
  const files = globSync('test/unit/**/*.test.ts').filter((file) =>
    readFileSync(file, 'utf8').includes('propertyRuns('),
  );
  const vitest = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--testTimeout', '3600000', ...files],
    { env: { ...process.env, PROPERTY_RUNS: String(runs) }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code] = await once(vitest, 'close');
  return gate('properties', code === 0, `${files.length} files, ${runs} cases for each property`, startedAtMs);
}

/** Of volumes that the kubelet's own writer swaps meanwhile. */
async function mountedReads(reads: number): Promise<Gate> {
  const startedAtMs = performance.now();
  const file = 'test/cluster/mounted-volumes.test.ts';
  const vitest = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'cluster', '--testNamePattern', 'is torn', file],
    // What cannot be tried was not shown.
    { env: { ...process.env, MOUNT_READS: String(reads), CI: 'true' }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code] = await once(vitest, 'close');
  return gate(
    'torn reads',
    code === 0,
    `${reads} reads of swapped volumes in each of two ways, none torn`,
    startedAtMs,
  );
}

function wantedPromises(text: string): readonly string[] {
  if (text === '0') return [];
  const ids = text === 'all' ? Object.keys(PROMISES) : text.split(',');
  for (const id of ids) {
    if (!(id in PROMISES)) throw new Error(`--promises ${id}: all, 0, or some of ${Object.keys(PROMISES).join(',')}`);
  }
  return ids;
}

/** Each promise in front of a real API server; a table of what was shown, with how many cases. */
async function promises(ids: readonly string[]): Promise<readonly Gate[]> {
  if (ids.length === 0) return [];
  const directory = mkdtempSync(join(tmpdir(), 'k8s-monitor-gates-'));
  const shownFile = join(directory, 'promises');
  const files = [...new Set(ids.flatMap((id) => PROMISES[id]?.[0] ?? []))];
  const failed = new Set<string>();
  // One after the other, so that a file that fails fails its own promises alone.
  for (const file of files) {
    const vitest = spawn(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--project',
        'cluster',
        '--testTimeout',
        '3600000',
        `test/cluster/promises/${file}.test.ts`,
      ],
      // What cannot be tried was not shown.
      { env: { ...process.env, PROMISES_FILE: shownFile, CI: 'true' }, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const [code] = await once(vitest, 'close');
    if (code !== 0) failed.add(file);
  }
  const shown: readonly PromiseLine[] = existsSync(shownFile)
    ? readFileSync(shownFile, 'utf8')
        .trim()
        .split('\n')
        .map((line): PromiseLine => JSON.parse(line))
    : [];
  rmSync(directory, { recursive: true });
  return ids.map((id) => {
    const [file = '', promise = ''] = PROMISES[id] ?? [];
    const lines = shown.filter((line) => line.id === id);
    const holds = !failed.has(file) && lines.length > 0;
    const n = lines.reduce((sum, line) => sum + line.n, 0);
    const cases = lines.map((line) => (lines.length === 1 ? line.cases : `${line.n} ${line.cases}`)).join('; ');
    return {
      holds,
      line: `gates: ${id.padEnd(3)} ${holds ? 'holds' : 'FAILS'} n=${String(n).padEnd(6)} ${promise}: ${cases || 'not shown'}`,
    };
  });
}

function gate(name: string, holds: boolean, words: string, startedAtMs: number): Gate {
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  return { holds, line: `gates: ${name}: ${holds ? 'holds' : 'FAILS'}: ${words} (${seconds} s)` };
}

function count(text: string, flag: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`${flag} ${text}: a whole number of cases`);
}
