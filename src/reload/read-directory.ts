import { hash } from 'node:crypto';
import { join, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DirectoryRead, MountedFile, UnreadableFile } from '../domain/mounted-directory.ts';
import { messageOf } from '../errors.ts';
import { codeOf, nodeFileSystem, type FileSystem } from './file-system.ts';

/** The link through which the kubelet swaps all keys of a ConfigMap at once. */
const DATA_LINK = '..data';
/** A swap takes microseconds and comes at most once a minute: whoever loses fifty times in a row reads from something that is no ConfigMap. */
const MAX_ATTEMPTS = 50;

export interface DirectoryReaderOptions {
  readonly directory: string;
  /** Which names concern the caller; names that begin with `..` are never offered. */
  readonly accepts: (name: string) => boolean;
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly fileSystem?: FileSystem;
}

/**
 * Builds the one function that reads a mounted directory as a consistent set.
 *
 * With `..data` it resolves the link once, reads inside, and looks at the link again; without, it reads and compares the files' states before
 * and after. Either way a change in between means another attempt. It remembers whether there ever was a link: a volume that loses it is
 * broken, not empty.
 */
export function createDirectoryReader(options: DirectoryReaderOptions): () => Promise<DirectoryRead> {
  const fileSystem = options.fileSystem ?? nodeFileSystem;
  let hadLink = false;
  return async () => {
    const read = await readDirectory({ ...options, fileSystem, hadLink });
    if (read.kind === 'read' && read.version !== undefined) hadLink = true;
    return read;
  };
}

type Reading = Required<DirectoryReaderOptions> & { readonly hadLink: boolean };

async function readDirectory(reading: Reading): Promise<DirectoryRead> {
  const { directory, fileSystem, hadLink } = reading;
  let lastTrouble: string | undefined;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    if (attempt > 1) await wait(Math.min(attempt, 10));
    try {
      const target = await linkTarget(fileSystem, directory);
      if (target === undefined && hadLink) {
        return {
          kind: 'broken',
          directory,
          cause: 'link-gone',
          message: `${directory} has lost its ${DATA_LINK} link: the volume is broken until the pod restarts`,
        };
      }
      const read =
        target === undefined ? await readPlain(reading) : await readLinked(reading, join(directory, target), target);
      if (read !== 'changed') return read;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' && !hadLink && !(await exists(fileSystem, directory))) {
        return { kind: 'missing', directory, message: `${directory} does not exist` };
      }
      lastTrouble = messageOf(error);
      // What vanished between two looks is a swap under way; everything else will not go away by waiting.
      if (code !== 'ENOENT') return unreadable(directory, error);
    }
  }
  return lastTrouble === undefined
    ? {
        kind: 'broken',
        directory,
        cause: 'keeps-changing',
        message: `${directory} changed during every attempt to read it`,
      }
    : { kind: 'broken', directory, cause: 'unreadable', message: `${directory} cannot be read: ${lastTrouble}` };
}

/** All files behind one version of `..data`, and whatever stands beside it without being a link into it. */
async function readLinked(reading: Reading, root: string, target: string): Promise<DirectoryRead | 'changed'> {
  const { directory, fileSystem } = reading;
  const linked = await namesIn(reading, root);
  const beside = (await namesIn(reading, directory)).filter((name) => !linked.includes(name));
  const result = await readFiles(reading, linked, root, async () => false);
  for (const name of beside) {
    const state = await fileSystem.stateOf(join(directory, name)).catch(() => undefined);
    // The link of a key that is gone stays for a moment after the swap.
    if (state === undefined || state.kind === 'link') continue;
    const extra = await readFiles(reading, [name], directory, async () => true);
    result.files.push(...extra.files);
    result.unreadable.push(...extra.unreadable);
  }
  if (result.vanished || (await linkTarget(fileSystem, directory)) !== target) return 'changed';
  return finish(reading, target, result);
}

async function readPlain(reading: Reading): Promise<DirectoryRead | 'changed'> {
  const { directory, fileSystem } = reading;
  const before = await statesOf(reading);
  const mounts = await fileSystem.mountPoints();
  const root = await fileSystem.realPath(directory);
  const result = await readFiles(reading, [...before.keys()], directory, async (name) => mounts.has(join(root, name)));
  const after = await statesOf(reading);
  const same = before.size === after.size && [...before].every(([name, stamp]) => after.get(name) === stamp);
  if (result.vanished || !same || (await linkTarget(fileSystem, directory)) !== undefined) return 'changed';
  return finish(reading, undefined, result);
}

interface FilesRead {
  readonly files: MountedFile[];
  readonly unreadable: UnreadableFile[];
  readonly vanished: boolean;
}

async function readFiles(
  reading: Reading,
  names: readonly string[],
  folder: string,
  isFrozen: (name: string) => Promise<boolean>,
): Promise<FilesRead> {
  const { fileSystem, maxFileBytes } = reading;
  const files: MountedFile[] = [];
  const unreadable: UnreadableFile[] = [];
  let vanished = false;
  const root = await fileSystem.realPath(folder);
  for (const name of names.slice(0, reading.maxFiles)) {
    const path = join(folder, name);
    const refuse = (code: string, message: string): void => void unreadable.push({ name, code, message });
    try {
      const resolved = await fileSystem.realPath(path);
      if (!resolved.startsWith(root + sep)) {
        refuse('outside-directory', `links to ${resolved}, outside of the directory; put the file itself there`);
        continue;
      }
      const bytes = await fileSystem.read(resolved, maxFileBytes);
      if (bytes === 'not-a-file') refuse('not-a-file', 'is not a regular file');
      else if (bytes === 'too-large') refuse('too-large', `holds more than ${maxFileBytes} bytes; shorten it`);
      else {
        const sha256 = hash('sha256', bytes);
        files.push({ name, bytes, sha256, frozen: await isFrozen(name) });
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT' && (await fileSystem.stateOf(path).catch(() => undefined))?.kind !== 'link')
        vanished = true;
      else
        refuse(
          'unreadable',
          `cannot be read: ${messageOf(error)}; check the volume's defaultMode and the pod's fsGroup`,
        );
    }
  }
  for (const name of names.slice(reading.maxFiles)) {
    unreadable.push({
      name,
      code: 'too-many-files',
      message: `more than ${reading.maxFiles} files; this one is left out`,
    });
  }
  return { files, unreadable, vanished };
}

function finish(reading: Reading, version: string | undefined, result: FilesRead): DirectoryRead {
  const byName = (left: { name: string }, right: { name: string }): number =>
    left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
  return {
    kind: 'read',
    directory: reading.directory,
    version,
    files: result.files.toSorted(byName),
    unreadable: result.unreadable.toSorted(byName),
  };
}

async function namesIn(reading: Reading, directory: string): Promise<string[]> {
  const names = await reading.fileSystem.list(directory);
  return names.filter((name) => !name.startsWith('..') && reading.accepts(name)).toSorted();
}

async function statesOf(reading: Reading): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (const name of await namesIn(reading, reading.directory)) {
    states.set(name, (await reading.fileSystem.stateOf(join(reading.directory, name))).stamp);
  }
  return states;
}

/** Where `..data` points to; `undefined` when there is no such link. */
async function linkTarget(fileSystem: FileSystem, directory: string): Promise<string | undefined> {
  try {
    return await fileSystem.readLink(join(directory, DATA_LINK));
  } catch (error) {
    // EINVAL: something called `..data` that is no link.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return undefined;
    throw error;
  }
}

async function exists(fileSystem: FileSystem, path: string): Promise<boolean> {
  return fileSystem.stateOf(path).then(
    () => true,
    () => false,
  );
}

function unreadable(directory: string, error: unknown): DirectoryRead {
  return {
    kind: 'broken',
    directory,
    cause: 'unreadable',
    message: `${directory} cannot be read: ${messageOf(error)}`,
  };
}
