import { parentPort, workerData } from 'node:worker_threads';
import { mountVolume } from '../control-plane/mounted-volume.ts';

/** Swaps a volume by the kubelet's own writer as fast as it can, until it is told to stop: every file says of which round it is. */
const { volumeWriter, directory, names } = workerData as {
  readonly volumeWriter: string;
  readonly directory: string;
  readonly names: readonly string[];
};
let swapping = true;
parentPort?.on('message', () => {
  swapping = false;
  parentPort?.close();
});
await using volume = await mountVolume(volumeWriter, directory);
for (let round = 1; swapping; round += 1) {
  await volume.swap(Object.fromEntries(names.map((name) => [name, `round ${round}`])));
}
