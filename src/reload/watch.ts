import { watch } from 'node:fs';

/**
 * Tells of every change among the names in a directory, until it is closed. A name may be missing, and events may be missed: it is a hint.
 *
 * @throws when no watch can be had: `EMFILE` and `ENOSPC` are everyday on a busy node, whose limits all pods share
 */
export type Watch = (
  directory: string,
  onName: (name: string | null) => void,
  onLost: (error: unknown) => void,
) => { close(): void };

/** The directory and never a file in it: the inode behind a file's name is gone after the first swap, and its watch with it. */
export const nodeWatch: Watch = (directory, onName, onLost) => {
  const watcher = watch(directory, { persistent: false }, (_event, name) => onName(name));
  watcher.on('error', onLost);
  return watcher;
};
