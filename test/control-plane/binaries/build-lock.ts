import { open, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
/** A holder that missed this many milliseconds of heartbeats is dead. */
const STALE_AFTER_MS = 15_000;
const RETRY_MS = 250;

/**
 * Lets one of several runs work at a time; a lock left behind by a killed run is taken over after 15 seconds.
 *
 * It saves work and is not needed for correctness (binaries arrive by rename), so two runs that take over the same stale
 * lock in the same instant do no harm.
 *
 * @param onWait called once when somebody else holds it
 */
export async function acquireBuildLock(file: string, onWait: () => void): Promise<AsyncDisposable> {
  let isWaiting = false;
  while (!(await create(file))) {
    if (!isWaiting) onWait();
    isWaiting = true;
    if (await isStale(file)) await rm(file, { force: true });
    else await sleep(RETRY_MS);
  }
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), HEARTBEAT_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      await rm(file, { force: true });
    },
  };
}

async function create(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > STALE_AFTER_MS;
  } catch {
    return false; // it was released just now
  }
}
