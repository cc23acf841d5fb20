import { dirname } from 'node:path';
import { isAgentFile, isOrchestratorFile } from '../definitions/create-definitions.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { MountName, MountReload } from '../domain/mounted-directory.ts';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Policies } from '../policy/create-policies.ts';
import { isPolicyFile } from '../policy/try-policies.ts';
import type { Refusal } from '../reload/ledger.ts';
import { createDirectoryReader } from '../reload/read-directory.ts';
import { createWatcher, type Watcher, type WatcherOptions } from '../reload/watcher.ts';
import type { Environment } from '../settings/environment.ts';
import type { SettingsSource } from '../settings/read-settings.ts';
import { isSettingsFile } from '../settings/settings-file-names.ts';

export type WatchTuning = Partial<Pick<WatcherOptions, 'watch' | 'debounceMs' | 'pollMs' | 'onReload'>>;

export interface WatchedMounts extends AsyncDisposable {
  /** By the name of the mount; none for settings or policies that have no directory. */
  readonly watcher: (mount: MountName) => Watcher | undefined;
}

/**
 * Takes up every change of a mounted directory when it happens: it is judged, logged, counted and kept, and what acts at once does.
 *
 * Nothing depends on it. Cycles read the directories themselves when they begin and use nothing that was read here, so that a change in
 * between drops nothing that is under way, and an event that is missed only makes a change later.
 */
export async function watchMounts(parts: {
  readonly environment: Pick<Environment, 'claudeDir' | 'agentsDir' | 'configFile'>;
  /** `undefined`: the built-in policy. */
  readonly policiesDir: () => string | undefined;
  readonly settings: Pick<SettingsSource, 'current' | 'refresh' | 'problems'>;
  readonly policies: Pick<Policies, 'pin'>;
  /** Markdown and policies afresh, for no cycle. */
  readonly pin: () => Promise<Definitions>;
  /** After each change, taken or not: what is in force now, and what is not. */
  readonly onChange: (definitions: Definitions) => void;
  readonly onReload: (reload: MountReload) => void;
  readonly limits: { readonly maxFiles: number; readonly maxFileBytes: number };
  readonly tuning: WatchTuning;
  readonly now: () => number;
  readonly log: Logger;
}): Promise<WatchedMounts> {
  const { environment, settings, log, now } = parts;
  const watchers = new Map<MountName, { readonly directory: string; readonly watcher: Watcher }>();
  let latest: Definitions | undefined;
  let saidOfPolicies = '';

  async function watch(
    mount: MountName,
    directory: string,
    accepts: (name: string) => boolean,
    take: () => Promise<readonly Refusal[]>,
  ): Promise<void> {
    const watcher = createWatcher({
      mount,
      directory,
      read: createDirectoryReader({ directory, accepts, ...parts.limits }),
      accepts,
      take,
      firstLoad: 'may-fail',
      now,
      log,
      ...parts.tuning,
      onReload: (reload) => {
        parts.onReload(reload);
        parts.tuning.onReload?.(reload);
        if (reload.kind === 'reload' && latest !== undefined) parts.onChange(latest);
      },
    });
    watchers.set(mount, { directory, watcher });
    await watcher.start();
  }

  /** Each Markdown file is decided alone. */
  async function takeMarkdown(directory: string, belongs: (name: string) => boolean): Promise<readonly Refusal[]> {
    latest = await parts.pin();
    return refusedIn(latest, (file) => file === directory || belongs(file));
  }

  /** All policies are decided together; trouble of their compiler passes. */
  async function takePolicies(): Promise<readonly Refusal[]> {
    const refused = refusedIn(await parts.policies.pin(), () => true);
    const reasons = refused.map(({ file, reason }) => `${file}: ${reason}`).join('; ');
    if (refused.length === 0 || reasons !== saidOfPolicies) latest = await parts.pin();
    saidOfPolicies = reasons;
    if (refused.length > 0) throw new MonitorError('POLICY_INVALID', reasons);
    return [];
  }

  /** Each settings file is decided alone; a provider, for one, is refused only until its credentials are there. */
  async function takeSettings(): Promise<readonly Refusal[]> {
    const before = settings.current().revision;
    if (settings.refresh().revision !== before) {
      latest = await parts.pin();
      await followPolicies();
    }
    return settings.problems().map(({ file, reason }) => ({ file, reason, mayPass: true }));
  }

  /** The settings may name another directory at any time. */
  async function followPolicies(): Promise<void> {
    const directory = parts.policiesDir();
    const watched = watchers.get('policies');
    if (watched?.directory === directory) return;
    await watched?.watcher.stop();
    watchers.delete('policies');
    if (directory !== undefined) await watch('policies', directory, isPolicyFile, takePolicies);
  }

  await using acquired = new AsyncDisposableStack();
  acquired.defer(async () => {
    await Promise.all([...watchers.values()].map(({ watcher }) => watcher.stop()));
  });
  const { claudeDir, agentsDir, configFile } = environment;
  await watch('claude', claudeDir, isOrchestratorFile, () => takeMarkdown(claudeDir, isOrchestratorFile));
  await watch('agents', agentsDir, isAgentFile, () => takeMarkdown(agentsDir, isAgentFile));
  await followPolicies();
  if (configFile !== undefined) await watch('config', dirname(configFile), isSettingsFile(configFile), takeSettings);

  const running = acquired.move();
  return {
    watcher: (mount) => watchers.get(mount)?.watcher,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function refusedIn(
  { warnings }: Pick<Definitions, 'warnings'>,
  belongs: (file: string) => boolean,
): readonly Refusal[] {
  return warnings
    .filter(({ file, outcome }) => outcome === 'rejected' && belongs(file))
    .map(({ file, line, message }) => ({ file, reason: line === undefined ? message : `line ${line}: ${message}` }));
}
