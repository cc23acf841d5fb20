import { MonitorError, messageOf } from '../errors.ts';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html); the low byte of what node:sqlite gives as `errcode`. */
const SQLITE = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 };

const IN_USE = 'is in use by another program. Stop it, or give this one a data directory of its own';
const DAMAGED = 'is damaged. Restart k8s-monitor: it moves the file aside and begins a new one';
const REMEDIES: ReadonlyMap<number, string> = new Map([
  [SQLITE.full, 'cannot grow: the disk is full. Make room on the data volume, or enlarge it'],
  [
    SQLITE.readOnly,
    'cannot be written: the file or its volume is read-only. Mount the data volume writable for this user',
  ],
  [SQLITE.cantOpen, 'cannot be opened: check that the data directory exists and that this user may write to it'],
  [SQLITE.ioError, 'cannot be read or written: the disk reports an error. Check the data volume'],
  [SQLITE.busy, IN_USE],
  [SQLITE.locked, IN_USE],
  [SQLITE.corrupt, DAMAGED],
  [SQLITE.notADatabase, DAMAGED],
]);

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.busy || code === SQLITE.locked;
}

export function isCorrupt(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.corrupt || code === SQLITE.notADatabase;
}

/** What a person should do about it; every other failure of SQLite is a bug of ours and passes through. */
export function translate(error: unknown, file: string): unknown {
  const remedy = REMEDIES.get(resultCode(error) ?? -1);
  if (remedy === undefined) return error;
  return new MonitorError('STORE_UNUSABLE', `the database ${file} ${remedy} (${messageOf(error)})`, {
    // Room may be made and a volume remounted without our help.
    retryable: true,
    cause: error,
  });
}

/** The same for the directory that the database lies in: what the operating system says of it. */
export function translateFileError(error: unknown, directory: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return error;
  return new MonitorError(
    'STORE_UNUSABLE',
    `the data directory ${directory} cannot be made (${messageOf(error)}): mount a volume that this user may write to, or name another place with --data-dir or K8S_MONITOR_DATA_DIR`,
    { retryable: true, cause: error },
  );
}
