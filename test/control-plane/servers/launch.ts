import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Binaries } from '../binaries/recipe.ts';
import { parseAnswer, type Connection } from './connection.ts';

const SUPERVISOR = path.join(import.meta.dirname, '..', 'supervisor.ts');

/**
 * Starts etcd and one API server, which live until this is disposed or this process ends, however it ends.
 *
 * @throws {Error} with the server's last lines when one of them does not start
 */
export async function launchControlPlane(
  binaries: Binaries,
): Promise<AsyncDisposable & { readonly connection: Connection }> {
  const supervisor = spawn(process.execPath, [SUPERVISOR, JSON.stringify(binaries)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = once(supervisor, 'exit');
  supervisor.stdin.on('error', () => undefined); // it ended by itself; its exit tells
  const stop = async (): Promise<void> => {
    supervisor.stdin.end();
    await exited;
  };
  try {
    for await (const line of createInterface({ input: supervisor.stdout })) {
      return { connection: parseAnswer(line), [Symbol.asyncDispose]: stop };
    }
    throw new Error('the supervisor of the control plane ended without a word');
  } catch (error) {
    await stop();
    throw error;
  }
}
