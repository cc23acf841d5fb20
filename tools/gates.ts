import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildChild } from '../test/harness/kill-nine/build-child.ts';
import { killAtRandom } from '../test/harness/kill-nine/random-kills.ts';

/*
 * What `npm test` tries with few cases, at full size: `npm run gates -- [--kills 1000] [--properties 10000]`. 0 leaves one out.
 * One summary line for each, and exit code 1 when one does not hold.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    properties: { type: 'string', default: '10000' },
  },
});
const wanted = { kills: count(values.kills, '--kills'), properties: count(values.properties, '--properties') };

const results = [
  ...(wanted.kills > 0 ? [await randomKills(wanted.kills)] : []),
  ...(wanted.properties > 0 ? [await properties(wanted.properties)] : []),
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

function gate(name: string, holds: boolean, words: string, startedAtMs: number): Gate {
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  return { holds, line: `gates: ${name}: ${holds ? 'holds' : 'FAILS'}: ${words} (${seconds} s)` };
}

function count(text: string, flag: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`${flag} ${text}: a whole number of cases`);
}
