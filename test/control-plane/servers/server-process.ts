import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a server may take to end by itself. With etcd gone, an API server would take minutes. */
const STOP_TIMEOUT_MS = 5_000;

const running = new Set<ChildProcess>();

/** SIGKILL and no waiting, for the moment when this process itself ends, perhaps in the middle of a start. */
export function killAllServers(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface ServerProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  isRunning(): boolean;
  /** The end of what it wrote, for the error of a start that failed. */
  lastLines(): Promise<string>;
}

/**
 * Starts a server whose output goes to a file. Disposing it asks it to end, and after 5 seconds ends it.
 *
 * @throws {Error} when the program cannot be started at all
 */
export async function startProcess(
  name: string,
  program: string,
  args: readonly string[],
  logFile: string,
): Promise<ServerProcess> {
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  running.add(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
  });
  await once(child, 'spawn');
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid: child.pid ?? 0,
    isRunning,
    lastLines: async () => (await readFile(logFile, 'utf8')).trim().split('\n').slice(-8).join('\n'),
    async [Symbol.asyncDispose]() {
      if (!isRunning()) return;
      child.kill('SIGTERM');
      const patience = new AbortController();
      const inTime = await Promise.race([
        exited.then(() => true),
        sleep(STOP_TIMEOUT_MS, false, { signal: patience.signal }).catch(() => false),
      ]);
      patience.abort();
      if (!inTime) child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Waits until `isReady` says so.
 *
 * @throws {Error} with the server's last lines, when it ended or did not become ready in time
 */
export async function waitUntilReady(
  server: ServerProcess,
  isReady: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (server.isRunning() && performance.now() < deadlineMs) {
    if (await isReady().catch(() => false)) return;
    await sleep(50);
  }
  const what = server.isRunning() ? `was not ready in ${timeoutMs / 1000} s` : 'ended while starting';
  throw new Error(`${server.name} ${what}:\n${await server.lastLines()}`);
}
