/**
 * `npm run bench`: the numbers that the product promises, as one table at the end. `npm run bench -- NAME [--OPTION VALUE]` measures one;
 * docs/benchmarks.md says what each is. Exit code 2 when a number is missed.
 */
import { availableParallelism } from 'node:os';
import { benchChecks } from './checks.ts';
import { benchFloorAlert } from './floor-alert.ts';
import { passes, tableOf, withCircumstances, type Benchmark, type Measured } from './measurement.ts';
import { benchIncidentCost, benchQuietCost } from './model-cost.ts';
import { benchObserve } from './observe.ts';
import { benchOverhead } from './overhead.ts';
import { benchReload } from './reload.ts';
import { benchStart } from './start.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  observe: benchObserve,
  checks: benchChecks,
  overhead: benchOverhead,
  floor: benchFloorAlert,
  quiet: benchQuietCost,
  incident: benchIncidentCost,
  start: benchStart,
  reload: benchReload,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [name, ...words] = process.argv.slice(2);
const options = optionsIn(words);
if ((name !== undefined && BENCHMARKS[name] === undefined) || options === undefined) {
  process.stderr.write(
    `npm run bench [-- NAME [--OPTION VALUE]…]; NAME is one of ${Object.keys(BENCHMARKS).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const rows: Measured[] = [];
  for (const [each, run] of Object.entries(BENCHMARKS)) {
    if (name !== undefined && each !== name) continue;
    say(`\n## ${each}\n`);
    rows.push(...withCircumstances(each, await run({ say, options })));
  }
  say(`\n## Results, on ${availableParallelism()} cores\n`);
  for (const line of tableOf(rows)) say(line);
  if (!rows.every(passes)) process.exitCode = 2;
}

/** `--pods 50000` → `{ pods: '50000' }`, `--large` → `{ large: '' }`; `undefined` for anything else. */
function optionsIn(words: readonly string[]): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (let index = 0; index < words.length;) {
    const option = words[index] ?? '';
    const next = words[index + 1];
    if (!option.startsWith('--')) return undefined;
    const hasValue = next !== undefined && !next.startsWith('--');
    found[option.slice(2)] = hasValue ? next : '';
    index += hasValue ? 2 : 1;
  }
  return found;
}
