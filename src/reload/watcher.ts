import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DirectoryRead, MountName, MountReload } from '../domain/mounted-directory.ts';
import { MonitorError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { keyOf, setHashOf } from './content-hash.ts';
import { createDebounce } from './debounce.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { createHeldWatch } from './held-watch.ts';
import { createLedger, type Answer, type Refusal } from './ledger.ts';
import { nodeWatch, type Watch } from './watch.ts';

export interface WatcherOptions {
  /** Its name in the log and in metrics. */
  readonly mount: MountName;
  readonly directory: string;
  /** Reads the directory as one consistent set (`createDirectoryReader`). */
  readonly read: () => Promise<DirectoryRead>;
  /** Which names concern the caller: an event of any other is none. */
  readonly accepts: (name: string) => boolean;
  /**
   * Gets what was found, with its hash, whenever that is something else than before, one call at a time. What it returns was refused and stays
   * as it was; when it rejects, all of it was, and the same is offered again with the next look. A directory that is missing or broken is
   * offered too, so that it can be told.
   */
  readonly take: (read: DirectoryRead, hash: string) => Promise<readonly Refusal[]>;
  /** `must-succeed`: `start` rejects when what is there at first cannot be read or is refused, and nothing is watched. */
  readonly firstLoad: 'must-succeed' | 'may-fail';
  readonly onReload?: (reload: MountReload) => void;
  readonly watch?: Watch;
  readonly fileSystem?: FileSystem;
  /** Silence after the last event of a file before the directory is looked at; a swap is whole when it is heard and waits a fifth of it. */
  readonly debounceMs?: number;
  /** A look without any event: what mends every event that was missed. */
  readonly pollMs?: number;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Follows one mounted directory. What happens to it never ends the process: the last good content stays in force. */
export interface Watcher extends AsyncDisposable {
  /**
   * Watches, then reads and hands over what is there, and follows it from then on. Resolves when the first content was handed over.
   *
   * @throws {MonitorError} `CONFIG_INVALID` when the first load must succeed and does not
   */
  start(): Promise<void>;
  /** Ends it for good, at any time and as often as one likes: no call of `take` begins afterwards. Waits at most a second for one under way. */
  stop(): Promise<void>;
  /** SHA-256 over what is in force, 64 hex digits; `undefined` before anything ever was. */
  hash(): string | undefined;
  /** Unix time in milliseconds of the last change that was taken, the first load included. */
  lastSuccessAtMs(): number | undefined;
  /** Changes that were taken, the first load not included. */
  reloads(): number;
  /** Changes that were refused or could not be read. The same content counts once, however often it is found. */
  errors(): number;
}

const DEBOUNCE_MS = 50;
/** Below the 30 s that are promised without a watch, for the time that reading and deciding take. */
const POLL_MS = 20_000;
const STOP_PATIENCE_MS = 1_000;

/**
 * Builds a watcher without touching the directory.
 *
 * The watch comes before the first read, and each look renews it before it reads, so that nothing falls in between. It is a hint all the same:
 * every `pollMs` the content is read whether or not anything was heard, and only its hash decides whether there is a change.
 *
 * @throws {MonitorError} `CONFIG_INVALID` for an empty path
 */
export function createWatcher(options: WatcherOptions): Watcher {
  const { mount, directory, log, now } = options;
  if (directory === '') throw new MonitorError('CONFIG_INVALID', `${mount}: path is required`);
  const pollMs = options.pollMs ?? POLL_MS;

  let state: 'new' | 'running' | 'stopped' = 'new';
  const isStopped = (): boolean => state === 'stopped';
  let lookingNow: Promise<unknown> | undefined;
  let lookAgain = false;
  let polling: NodeJS.Timeout | undefined;

  const ledger = createLedger(directory);
  let seenKey: string | undefined;
  /** Refused for a reason that may lie outside of the content. */
  let isUndecided = false;
  let isReadable = false;
  let saidFrozen = '';
  let lastSuccessAtMs: number | undefined;
  let reloads = 0;
  let errors = 0;

  const quietMs = options.debounceMs ?? DEBOUNCE_MS;
  const debounce = createDebounce(4 * quietMs, requestLook);
  const watch = createHeldWatch({
    mount,
    directory,
    watch: options.watch ?? nodeWatch,
    fileSystem: options.fileSystem ?? nodeFileSystem,
    onName: (name) => {
      if (name === '..data') debounce.hint(quietMs / 5);
      // A file of ours, or news of the directory as a whole.
      else if (name === null || name === basename(directory) || options.accepts(name)) debounce.hint(quietMs);
    },
    pollMs,
    log,
  });

  /** One look at a time; what is heard meanwhile makes another one afterwards. */
  function requestLook(): void {
    if (state !== 'running') return;
    lookAgain = true;
    lookingNow ??= lookUntilQuiet();
  }

  async function lookUntilQuiet(): Promise<void> {
    while (lookAgain && state === 'running') {
      lookAgain = false;
      await look('reload');
    }
    lookingNow = undefined;
  }

  /** Never rejects. */
  async function look(kind: MountReload['kind']): Promise<void> {
    const beganMs = performance.now();
    try {
      await watch.renew();
      const read = await options.read();
      const key = keyOf(read);
      const isNews = key !== seenKey;
      if (isStopped() || (!isNews && !isUndecided)) return;
      seenKey = key;
      isReadable = read.kind === 'read' && read.unreadable.length === 0;
      sayFrozen(read);
      const newHash = setHashOf(read);
      const refused = await offer(read, newHash);
      if (!isStopped()) enter(kind, { read, refused, isNews }, newHash, beganMs);
    } catch (error) {
      // Nothing that a directory holds makes its reader throw; whatever it is, the next look may go well.
      errors += 1;
      log.error('a mount could not be looked at', { mount, directory, err: error });
    }
  }

  async function offer(read: DirectoryRead, hash: string): Promise<Answer['refused']> {
    try {
      const refused = await options.take(read, hash);
      isUndecided = refused.some(({ mayPass }) => mayPass === true);
      return refused;
    } catch (error) {
      isUndecided = true;
      return { whole: messageOf(error) };
    }
  }

  function enter(kind: MountReload['kind'], answer: Answer, newHash: string, beganMs: number): void {
    const entry = ledger.enter(answer);
    if (entry === undefined) return;
    const { accepted, refusals, previousHash, files } = entry;
    const ms = performance.now() - beganMs;
    const hash = ledger.hash();
    const duration = `${Math.round(ms)}ms`;
    if (accepted) {
      lastSuccessAtMs = now();
      if (kind === 'reload') reloads += 1;
      if (kind === 'first') log.info('Initial content loaded', { mount, hash, files: files.length });
      else {
        const totalReloads = reloads;
        log.info('Configuration reloaded successfully', { mount, hash, previousHash, files, duration, totalReloads });
      }
    }
    if (refusals.length > 0) {
      errors += 1;
      log.error('Callback rejected new content, keeping previous', {
        mount,
        ...(answer.read.kind === 'read' && { newHash }),
        hash,
        reasons: refusals.map(({ file, reason }) => `${file}: ${reason}`),
        totalErrors: errors,
      });
    }
    options.onReload?.({ mount, kind, accepted, refused: refusals.length > 0, hash, files, ms, atMs: now() });
  }

  /** Edits of these never arrive, and nobody would notice until one is needed. */
  function sayFrozen(read: DirectoryRead): void {
    const files = read.kind === 'read' ? read.files.filter(({ frozen }) => frozen).map(({ name }) => name) : [];
    if (files.length > 0 && saidFrozen !== files.join('/')) {
      const remedy = 'they are mounted by subPath, or stand beside a ConfigMap: mount the whole directory';
      log.warn('files of a mount never change', { mount, directory, files, remedy });
    }
    saidFrozen = files.join('/');
  }

  async function stop(): Promise<void> {
    if (state === 'running') log.info('File watcher stopped', { mount, totalReloads: reloads, totalErrors: errors });
    state = 'stopped';
    clearInterval(polling);
    debounce.stop();
    watch.close();
    if (lookingNow !== undefined) await Promise.race([lookingNow, wait(STOP_PATIENCE_MS, undefined, { ref: false })]);
    // A look that was under way may have renewed it.
    watch.close();
  }

  return {
    start: async () => {
      if (state !== 'new') throw new Error('a watcher is started once');
      state = 'running';
      // Whatever is heard during the first load waits for its end.
      const first = look('first');
      lookingNow = first;
      await first;
      lookingNow = undefined;
      const failures = ledger.hash() === undefined || ledger.refusals().length > 0 ? ledger.refusals() : undefined;
      if (failures !== undefined && options.firstLoad === 'must-succeed') {
        await stop();
        const what = isReadable ? 'callback failed for initial content' : 'failed to load initial content';
        throw new MonitorError('CONFIG_INVALID', `${what}: ${failures.map(({ reason }) => reason).join('; ')}`);
      }
      if (isStopped()) return;
      polling = setInterval(requestLook, pollMs);
      polling.unref();
      log.info('File watcher started', { mount, directory, hash: ledger.hash() });
      if (lookAgain) requestLook();
    },
    stop,
    hash: ledger.hash,
    lastSuccessAtMs: () => lastSuccessAtMs,
    reloads: () => reloads,
    errors: () => errors,
    [Symbol.asyncDispose]: stop,
  };
}
