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
  const text = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  // Behind the name, which may hold anything: the third field and those that follow.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[13]), Number(fields[14])];
  return Number.isFinite(user + system) ? (user + system) * TICK_MS : 0;
}
