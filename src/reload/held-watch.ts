import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { codeOf, type FileSystem } from './file-system.ts';
import type { Watch } from './watch.ts';

export interface HeldWatch {
  /** Watches the directory that stands there now; does nothing while it is the same one. Never throws: without a watch there is the poll. */
  renew(): Promise<void>;
  close(): void;
}

/** Keeps one watch on a directory, also when that is removed and made again. */
export function createHeldWatch(options: {
  readonly mount: string;
  readonly directory: string;
  readonly watch: Watch;
  readonly fileSystem: Pick<FileSystem, 'realPath' | 'stateOf'>;
  readonly onName: (name: string | null) => void;
  /** For the words of the log alone. */
  readonly pollMs: number;
  readonly log: Logger;
}): HeldWatch {
  const { mount, directory, log } = options;
  let held: { readonly identity: string; close(): void } | undefined;
  let isPolled = false;

  function release(): void {
    held?.close();
    held = undefined;
  }

  /** Said once, until there is a watch again. */
  function poll(error: unknown): void {
    release();
    if (isPolled) return;
    isPolled = true;
    log.warn('a mount cannot be watched and is polled', {
      mount,
      directory,
      everySeconds: Math.round(options.pollMs / 1_000),
      err: messageOf(error),
    });
  }

  return {
    renew: async () => {
      try {
        const { identity } = await options.fileSystem.stateOf(await options.fileSystem.realPath(directory));
        if (held?.identity === identity) return;
        release();
        held = { identity, close: openWatch() };
        if (isPolled) log.info('a mount is watched again', { mount, directory });
        isPolled = false;
      } catch (error) {
        // A directory that is not there is told by whoever reads it.
        if (codeOf(error) === 'ENOENT') release();
        else poll(error);
      }
    },
    close: release,
  };

  function openWatch(): () => void {
    let isOpen = true;
    const opened = options.watch(
      directory,
      (name) => {
        if (isOpen) options.onName(name);
      },
      (error) => {
        if (isOpen) poll(error);
      },
    );
    return () => {
      isOpen = false;
      opened.close();
    };
  }
}
