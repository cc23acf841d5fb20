/** `npm run bench -- NAME`: the numbers that the product promises, as tables. Without a name: all of them. */
import { benchObserve } from './observe.ts';

/** Each prints its table and says whether the numbers were reached. */
const benchmarks: Readonly<Record<string, (say: (line: string) => void) => Promise<boolean>>> = {
  observe: benchObserve,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
for (const name of wanted) {
  const run = benchmarks[name];
  if (run === undefined) {
    process.stderr.write(`No benchmark "${name}". There are: ${Object.keys(benchmarks).join(', ')}\n`);
    process.exitCode = 2;
    break;
  }
  say(`\n## ${name}\n`);
  if (!(await run(say))) process.exitCode = 2;
}
