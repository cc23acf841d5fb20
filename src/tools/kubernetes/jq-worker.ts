import { parentPort, workerData } from 'node:worker_threads';
import { loadJq } from 'jq-wasm/inline';
import type { JqTask } from './jq.ts';

/*
 * One jq program over one text, in a thread that can be ended: jq has no time limit, and a program that exhausts its memory
 * leaves an instance on which every later program fails. Nothing of the process is within reach of a program: no files, no
 * environment, no modules. Bundled into a string by the build, hence without top-level await.
 */
async function work({ input, program }: JqTask): Promise<void> {
  const jq = await loadJq();
  // Raw strings and one line a value: what `jq -rc` prints.
  parentPort?.postMessage(jq.raw(input, program, ['-r', '-c']));
}

void work(workerData);
