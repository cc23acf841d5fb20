import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';

interface FileState {
  readonly kind: 'file' | 'link' | 'other';
  /** Changes whenever the content may have changed: inode, size, times. */
  readonly stamp: string;
  /** Of the thing behind the name, whatever it holds: another one of the same name has another. */
  readonly identity: string;
}

/** The few calls that reading a mounted directory needs; tests hand in ones that fail. */
export interface FileSystem {
  list(directory: string): Promise<readonly string[]>;
  readLink(path: string): Promise<string>;
  realPath(path: string): Promise<string>;
  stateOf(path: string): Promise<FileState>;
  /**
   * Reads a regular file; `undefined` when it is something else or holds more than `maxBytes`, and says which.
   * Never waits for a writer, as a named pipe would.
   */
  read(path: string, maxBytes: number): Promise<Uint8Array | 'not-a-file' | 'too-large'>;
  /** Every mount point of this process; empty where the system does not tell. */
  mountPoints(): Promise<ReadonlySet<string>>;
}

/**
 * Synchronous behind its promises, on purpose: some tens of small files on tmpfs take less than a millisecond, and other work of this process
 * between two of the calls would only give swaps time to overtake the read.
 */
export const nodeFileSystem: FileSystem = {
  list: async (directory) => readdirSync(directory),
  readLink: async (path) => readlinkSync(path),
  realPath: async (path) => realpathSync.native(path),
  stateOf: async (path) => {
    const stats = lstatSync(path, { bigint: true });
    const kind = stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other';
    return {
      kind,
      stamp: `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`,
      // Numbers of inodes are given again; the time of birth is not.
      identity: `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`,
    };
  },
  read: async (path, maxBytes) => {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return 'not-a-file';
      if (stats.size > maxBytes) return 'too-large';
      const bytes = readFileSync(file);
      return bytes.length > maxBytes ? 'too-large' : bytes;
    } finally {
      closeSync(file);
    }
  },
  mountPoints: async () => {
    try {
      return parseMountPoints(readFileSync('/proc/self/mountinfo', 'utf8'));
    } catch {
      return new Set();
    }
  },
};

/** @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html : the fifth field, blanks as octal escapes */
export function parseMountPoints(mountInfo: string): ReadonlySet<string> {
  const points = mountInfo.split('\n').map((line) => line.split(' ')[4] ?? '');
  return new Set(
    points
      .filter((point) => point !== '')
      .map((point) =>
        point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
      ),
  );
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
