import { parentPort, workerData } from 'node:worker_threads';
import { runTask } from './parse-task.ts';
import type { WorkerMessage, WorkerTask } from './parse-in-thread.ts';

/*
 * Reads definitions in a thread that can be ended: parsers and patterns have no time limit. Bundled into a string by the build, hence without
 * top-level await.
 */
const { tasks, settings }: WorkerTask = workerData;
const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);
const usedMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
for (const [index, task] of tasks.entries()) {
  tell({ kind: 'begins', index, cpuMs: usedMs() });
  const result = runTask(task, settings);
  tell({ kind: 'done', index, cpuMs: usedMs(), result });
}
