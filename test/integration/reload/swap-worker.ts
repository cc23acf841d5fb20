import { parentPort, workerData } from 'node:worker_threads';
import { payloadOf, publish } from './atomic-writer.ts';

/** Swaps the directory's payload as fast as it can, until it is told to stop. */
let swapping = true;
parentPort?.on('message', () => {
  swapping = false;
  parentPort?.close();
});
for (let round = 1; swapping; round += 1) await publish(workerData.directory, payloadOf(round));
