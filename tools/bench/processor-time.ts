import { readFile } from 'node:fs/promises';

/** Of `/proc/PID/stat`, which counts in hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * Milliseconds of processor time that this process, its threads and the children it has waited for have used so far. Another load on the machine
 * changes it little. Linux counts the children; elsewhere they are left out.
 */
export async function processorMs(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000 + (await childrenMs());
}

async function childrenMs(): Promise<number> {
  const ms = await sumOf('/proc/self/stat', 16);
  return Number.isFinite(ms) ? ms : 0;
}

/** Milliseconds of processor time that another process, with its threads, has used so far; `NaN` where there is no `/proc`. */
export async function processorMsOf(processId: number): Promise<number> {
  return sumOf(`/proc/${processId}/stat`, 14);
}

/** @param first field of user time, counted from 1; system time follows */
async function sumOf(file: string, first: number): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // Behind the name, which may hold anything: the third field and those that follow.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[first - 3]) + Number(fields[first - 2])) * TICK_MS;
}
