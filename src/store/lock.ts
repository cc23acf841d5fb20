import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MonitorError } from '../errors.ts';
import { isBusy, translate, translateFileError } from './sqlite-errors.ts';

/**
 * Holds the data directory for this process, as an open exclusive transaction in a small database of its own. The operating system drops
 * the lock with the process, so `kill -9` leaves none behind, and the data itself stays readable for `report` and backups.
 *
 * @param waitMs how long to wait for the process that holds it; the event loop stands still meanwhile
 * @throws {MonitorError} `STORE_UNUSABLE` when another process holds it, or the directory cannot be written
 */
export function lockDataDirectory(file: string, waitMs: number): Disposable {
  const lockFile = `${file}.lock`;
  let database: DatabaseSync | undefined;
  try {
    // The first start in a checkout: evidence lies in there, so nobody else may read it.
    makeDirectory(dirname(file));
    database = new DatabaseSync(lockFile, { timeout: waitMs });
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    if (!isBusy(error)) throw translate(error, lockFile);
    throw new MonitorError(
      'STORE_UNUSABLE',
      `another k8s-monitor works on ${file}: stop it first, or use a data directory of your own (--data-dir)`,
      { retryable: true, cause: error },
    );
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw translateFileError(error, directory);
  }
}
