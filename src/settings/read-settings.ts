import { basename } from 'node:path';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { changedFields } from './changed-fields.ts';
import type { SettingsWarning } from './parse-yaml.ts';
import { factsOf, reloadedWords } from './reload-words.ts';
import { openSettingsFiles, type SettingsFilesOptions } from './settings-files.ts';
import { watcherOf, type Outcome, type Slot } from './settings-slot.ts';
import type { Settings } from './settings.ts';
import { acceptedFile, fileAtStart, mendedFile, rejectedFile, type SettingsDecided } from './verdicts.ts';

export interface SettingsSource {
  /** The settings in force. */
  current(): Settings;
  /** What the files now in force deserve to be told. */
  warnings(): readonly SettingsWarning[];
  /** Why files as they are mounted now are not in force; `undefined` when all are. */
  problem(): string | undefined;
  /** The same, file by file. */
  problems(): readonly { readonly file: string; readonly reason: string }[];
  /** Reads the files again. Each is decided alone: an invalid one stays as it was, logged with file, line and remedy. */
  refresh(): Settings;
  /** Hears each change that came into force, after it did. */
  subscribe(listener: () => void): void;
  /** Hears each change of one file that was taken or refused; a start is none. */
  onReload(listener: (reload: SettingsReload) => void): void;
  /**
   * Hears the same with what it said before and says now, and at a start against what was accepted last. What it promises is waited for before
   * the text is kept.
   */
  onDecided(listener: (decided: SettingsDecided) => Promise<void>): void;
  /**
   * Once at a start: a file that cannot be used is replaced by the text of it that was accepted last, and what is accepted is kept from now on.
   *
   * @throws {MonitorError} `CONFIG_INVALID` when there is no such text
   */
  keepLastGood(lastGood: LastGoodTexts): Promise<void>;
}

export interface SettingsReload {
  /** `config`, `environments`, `retry`, `storm`, `dedup`, `rate_limits`, `flags`. */
  readonly config: string;
  readonly result: 'success' | 'error';
  readonly durationMs: number;
  /** Of the file as it was taken or refused. */
  readonly sha256: string;
}

/** Texts of settings files by the name of {@link SettingsReload.config}. */
export interface LastGoodTexts {
  load(): Promise<ReadonlyMap<string, { readonly text: string; readonly acceptedAtMs: number }>>;
  save(name: string, text: string): Promise<void>;
  forget(name: string): Promise<void>;
}

export interface SettingsOptions extends SettingsFilesOptions {
  readonly log: Logger;
  /** `wait`: whoever calls {@link SettingsSource.keepLastGood} decides about files that cannot be used at a start. */
  readonly atStart?: 'refuse' | 'wait';
}

/** @throws {MonitorError} `CONFIG_INVALID` when the first read fails, and nobody is to be asked for last good texts */
export function createSettings(options: SettingsOptions): SettingsSource {
  const { log } = options;
  const files = openSettingsFiles(options);
  if (options.atStart !== 'wait') for (const slot of files.all) refuseBroken(slot);
  let settings = files.settings();
  let atStart = restartOnlyOf(settings);
  let neededRestart = '';
  let subscribers: (() => void)[] = [];
  let reloadListeners: ((reload: SettingsReload) => void)[] = [];
  let decidedListeners: ((decided: SettingsDecided) => Promise<void>)[] = [];
  let keep = (_slot: Slot<unknown>): void => undefined;
  report(
    files.all.flatMap((slot) => slot.warnings()),
    log,
  );

  function tellOutcome(slot: Slot<unknown>, outcome: Exclude<Outcome, { result: 'unchanged' }>, beganMs: number): void {
    const accepted = outcome.result === 'accepted';
    const sha256 = accepted ? slot.sha256() : outcome.sha256;
    if (accepted) {
      log.info(reloadedWords(slot.name), {
        config: slot.name,
        hash: sha256,
        ...factsOf(slot.name, settings),
        changed: changedFields(outcome.before, outcome.after),
      });
      report(slot.warnings(), log);
    } else {
      log.error('Failed to apply new configuration - keeping previous', {
        config: slot.name,
        hash: sha256,
        err: outcome.error,
      });
    }
    const durationMs = performance.now() - beganMs;
    const result = accepted ? 'success' : 'error';
    for (const hear of reloadListeners) hear({ config: slot.name, result, durationMs, sha256 });
    const told = decide(
      accepted
        ? acceptedFile(slot, { value: outcome.before, sha256: outcome.sha256Before })
        : rejectedFile(slot, outcome.error.message),
    );
    // Told, then kept: a process that is killed in between tells it again at its next start, and never loses it.
    if (accepted) void told.then(() => keep(slot));
  }

  /** Never rejects: settings are in force whatever becomes of a word about them. */
  async function decide(decided: SettingsDecided): Promise<void> {
    try {
      await Promise.all(decidedListeners.map((hear) => hear(decided)));
    } catch (error) {
      log.warn('a change could not be recorded', { files: [decided.verdict.file], err: error });
    }
  }

  /** Identity does not change under incidents that are open, nor the place where an auditor looks under an edit. */
  function withoutRestartOnly(fresh: Settings): Settings {
    const wanted = restartOnlyOf(fresh);
    const changed = RESTART_ONLY.filter((field) => wanted[field] !== atStart[field]);
    const words = changed.map((field) => `${field} ${wanted[field]}`).join('\n');
    if (words !== neededRestart) {
      for (const field of changed) {
        log.warn('a changed setting needs a restart', { field, inForce: atStart[field], wanted: wanted[field] });
      }
    }
    neededRestart = words;
    return { ...fresh, clusterId: atStart.cluster_id, audit: { ...fresh.audit, url: atStart['audit.url'] } };
  }

  return {
    current: () => settings,
    warnings: () => files.all.flatMap((slot) => slot.warnings()),
    problem: () => files.problem(),
    problems: () =>
      files.all.flatMap((slot) => {
        const reason = slot.problem();
        return reason === undefined ? [] : [{ file: basename(slot.path), reason }];
      }),
    refresh: () => {
      const beganMs = performance.now();
      const outcomes = files.readAll();
      if (outcomes.some(({ outcome }) => outcome.result === 'accepted')) {
        settings = withoutRestartOnly(files.settings());
        // In force before it is said to be, so that a line at the new level is never missed.
        for (const hear of subscribers) hear();
      }
      for (const { slot, outcome } of outcomes) {
        if (outcome.result !== 'unchanged') tellOutcome(slot, outcome, beganMs);
        else if (outcome.mended === true) void decide(mendedFile(slot));
      }
      return settings;
    },
    subscribe: (listener) => void (subscribers = [...subscribers, listener]),
    onReload: (listener) => void (reloadListeners = [...reloadListeners, listener]),
    onDecided: (listener) => void (decidedListeners = [...decidedListeners, listener]),
    keepLastGood: async (lastGood) => {
      const known = await lastGood.load();
      for (const slot of files.all) {
        const problem = slot.problem();
        const kept = known.get(slot.name);
        if (problem !== undefined && (kept === undefined || !slot.recover(kept.text, kept.acceptedAtMs))) {
          refuseBroken(slot);
        }
        if (problem !== undefined) {
          log.error('Failed to apply new configuration - keeping previous', {
            config: slot.name,
            detail: slot.problem(),
          });
          await decide(rejectedFile(slot, problem));
        } else {
          const changed = fileAtStart(slot, kept?.text, known.size > 0);
          if (changed !== undefined) await decide(changed);
        }
      }
      settings = files.settings();
      atStart = restartOnlyOf(settings);
      if (files.problem() !== undefined) for (const hear of subscribers) hear();
      const store = async (slot: Slot<unknown>): Promise<void> => {
        const text = slot.text();
        if (text === known.get(slot.name)?.text && known.has(slot.name)) return;
        await (text === undefined ? lastGood.forget(slot.name) : lastGood.save(slot.name, text));
      };
      let storing = Promise.resolve();
      keep = (slot) => {
        const text = slot.text();
        storing = storing
          .then(() => (text === undefined ? lastGood.forget(slot.name) : lastGood.save(slot.name, text)))
          .catch((error: unknown) =>
            log.warn('last good settings could not be saved', { config: slot.name, err: error }),
          );
      };
      for (const slot of files.all) {
        await store(slot).catch((error: unknown) =>
          log.warn('last good settings could not be saved', { config: slot.name, err: error }),
        );
      }
    },
  };
}

/**
 * What the files say now, without keeping anything.
 *
 * @throws {MonitorError} `CONFIG_INVALID`
 */
export function readSettings(options: SettingsFilesOptions): {
  readonly settings: Settings;
  readonly warnings: readonly SettingsWarning[];
} {
  const files = openSettingsFiles(options);
  for (const slot of files.all) {
    const problem = slot.problem();
    if (problem !== undefined) throw new MonitorError('CONFIG_INVALID', problem);
  }
  return { settings: files.settings(), warnings: files.all.flatMap((slot) => slot.warnings()) };
}

const RESTART_ONLY = ['cluster_id', 'audit.url'] as const;

function restartOnlyOf({ clusterId, audit }: Settings): Record<(typeof RESTART_ONLY)[number], string | undefined> {
  return { cluster_id: clusterId, 'audit.url': audit.url };
}

function refuseBroken(slot: Slot<unknown>): void {
  const problem = slot.problem();
  if (problem === undefined) return;
  throw new MonitorError('CONFIG_INVALID', `failed to start ${watcherOf(slot.name)}: ${problem}`);
}

function report(warnings: readonly SettingsWarning[], log: Logger): void {
  for (const warning of warnings) log.warn('settings warning', { ...warning });
}
