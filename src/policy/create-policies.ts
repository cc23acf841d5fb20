import type { DefinitionWarning } from '../domain/definitions.ts';
import type { DirectoryRead, MountedFile } from '../domain/mounted-directory.ts';
import { MonitorError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Evaluate } from './evaluate.ts';
import type { FileNames } from './judge.ts';
import type { Compile, PolicyFile, Refusal } from './opa.ts';
import { pinPolicies, type PinnedPolicies, type TakenSet } from './pin-policies.ts';
import {
  keyOf,
  neverUpdated,
  placeOf,
  policyOf,
  sha256Of,
  unreadDirectory,
  unreadable,
  warningOf,
  wordsOf,
} from './policy-files.ts';
import { rememberCompiled } from './remember-compiled.ts';
import { sayTaken } from './say-taken.ts';
import { createTryPolicies } from './try-policies.ts';
import { acceptedSet, refusedSet, type PoliciesDecided } from './verdicts.ts';

interface TakenSettings {
  /** `undefined`: the built-in policy. */
  readonly directory: string | undefined;
  readonly files: FileNames;
}

export interface PolicyOptions {
  /** Reads a directory as a consistent set. */
  readonly read: (directory: string) => Promise<DirectoryRead>;
  readonly settings: () => TakenSettings;
  readonly compile: Compile;
  readonly evaluate: Evaluate;
  /** Where the last good set survives a restart. */
  readonly lastGood: {
    load(): Promise<readonly PolicyFile[]>;
    /** Instead of what was there. */
    save(files: readonly (PolicyFile & { readonly sha256: string })[]): Promise<void>;
  };
  /** Counted from the second set on: the first is a start, no reload. */
  readonly onReload: (reload: { readonly result: 'accepted' | 'refused'; readonly ms: number }) => void;
  /** Hears what became of each file of a changed set, at a start too; what it promises is waited for before the set is kept. */
  readonly onDecided?: (decided: PoliciesDecided) => Promise<void> | void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface Policies {
  /** @throws {MonitorError} `POLICY_INVALID` when the first set is refused and no earlier one was good */
  start(): Promise<void>;
  /** Reads the directory afresh; compiles only what has changed. Never throws for what stands in a file. */
  pin(): Promise<PinnedPolicies>;
  /** Of the set in force; `undefined` for the built-in policy. */
  hash(): string | undefined;
}

interface Refused {
  readonly key: string;
  readonly refusals: readonly Refusal[];
  /** Trouble of opa itself is tried again; a policy's own stays until it is edited. */
  readonly retryAtMs: number;
}

const RETRY_AFTER_MS = 10 * 60_000;

/** Builds the one place that turns mounted Rego into the policy of a cycle. All files are decided together. */
export function createPolicies(options: PolicyOptions): Policies {
  const { log, now, lastGood, evaluate } = options;
  const tryPolicies = rememberCompiled(createTryPolicies(options));
  let inForce: TakenSet | undefined;
  let refused: Refused | undefined;
  let isLastGoodTried = false;
  const said = new Set<string>();
  let pinning: Promise<unknown> = Promise.resolve();

  async function pin(): Promise<PinnedPolicies> {
    const { directory, files: names } = options.settings();
    if (directory === undefined) {
      inForce = undefined;
      const reason = 'there is no directory of policies';
      if (isNews(reason)) log.info('built-in policy is in force', { reason });
      return pinnedWith([]);
    }
    const read = await options.read(directory);
    const refusals = read.kind === 'read' ? await take(read.files, unreadable(read), names) : [unreadDirectory(read)];
    if (refusals.length > 0 && inForce === undefined) await takeLastGood(names);
    if (inForce === undefined) {
      const reason = refusals.map(wordsOf).join('; ');
      if (isNews(reason)) log.warn('built-in policy is in force', { reason });
    }
    const kept = inForce === undefined ? 'the built-in policy is in force' : 'the previous policies stay in force';
    return pinnedWith([
      ...refusals.map((refusal) => warningOf(refusal, 'rejected', kept)),
      ...(read.kind === 'read' ? read.files.filter(({ frozen }) => frozen).map(neverUpdated) : []),
    ]);
  }

  /** Tries a set unless it is the one in force, or the one that was refused. @returns why it is not in force */
  async function take(
    files: readonly MountedFile[],
    unread: readonly Refusal[],
    names: FileNames,
  ): Promise<readonly Refusal[]> {
    const key = keyOf(files, unread, names);
    if (inForce?.key === key) {
      // Back to what is in force after something that was refused: an operator's rollback.
      if (refused !== undefined)
        await options.onDecided?.(acceptedSet({ before: inForce, after: inForce, mended: refused.refusals }));
      refused = undefined;
      return [];
    }
    if (refused?.key === key && now() < refused.retryAtMs) return refused.refusals;
    const isReload = inForce !== undefined || refused !== undefined;
    const startedAt = performance.now();
    const tried = unread.length > 0 ? { kind: 'refused' as const, refusals: unread } : await tryPolicies(files, names);
    const ms = performance.now() - startedAt;
    if (tried.kind === 'compiled') {
      const before = inForce;
      const known = before ?? (await beforeRestart(names));
      const mended = refused?.refusals ?? [];
      inForce = { key, set: files, wasm: tried.wasm, names, answers: tried.answers };
      refused = undefined;
      said.clear();
      sayTaken(before, inForce, isReload ? ms : undefined, log);
      if (isReload) options.onReload({ result: 'accepted', ms });
      // Told, then kept: a process that is killed in between tells it again at its next start, and never loses it.
      await options.onDecided?.(acceptedSet({ before: known, after: inForce, mended }));
      await lastGood
        .save(files)
        .catch((error: unknown) => log.warn('last good policies could not be saved', { err: messageOf(error) }));
      return [];
    }
    const refusals =
      tried.kind === 'refused' ? tried.refusals : [{ file: '*.rego', code: tried.code, message: tried.message }];
    refused = { key, refusals, retryAtMs: tried.kind === 'refused' ? Infinity : now() + RETRY_AFTER_MS };
    for (const refusal of refusals) {
      const { file, line } = refusal;
      log.error('policy reload failed', {
        policy: policyOf(file),
        file,
        ...(line !== undefined && { line }),
        error: `${refusal.code}: ${refusal.message}`,
      });
    }
    if (isReload) options.onReload({ result: 'refused', ms });
    await options.onDecided?.(
      refusedSet({ inForce: (inForce ?? (await beforeRestart(names)))?.set, found: files, refusals }),
    );
    return refusals;
  }

  /** What an earlier process had in force, by its hashes. */
  async function beforeRestart(names: FileNames): Promise<Pick<TakenSet, 'set' | 'names' | 'answers'> | undefined> {
    if (options.onDecided === undefined) return undefined;
    try {
      const set = hashed(await lastGood.load());
      return set.length === 0 ? undefined : { set, names, answers: [] };
    } catch (error) {
      log.warn('last good policies could not be loaded', { err: messageOf(error) });
      return undefined;
    }
  }

  /** After a restart onto a set that is refused: once. */
  async function takeLastGood(names: FileNames): Promise<void> {
    if (isLastGoodTried) return;
    isLastGoodTried = true;
    try {
      const files = hashed(await lastGood.load());
      if (files.length === 0) return;
      const tried = await tryPolicies(files, names);
      if (tried.kind !== 'compiled') return;
      inForce = { key: keyOf(files, [], names), set: files, wasm: tried.wasm, names, answers: tried.answers };
      sayTaken(undefined, inForce, undefined, log);
    } catch (error) {
      log.warn('last good policies could not be loaded', { err: messageOf(error) });
    }
  }

  function pinnedWith(warnings: readonly DefinitionWarning[]): PinnedPolicies {
    return pinPolicies(inForce, warnings, evaluate, (trouble) => {
      const { message: remark, ...fields } = trouble;
      if (isNews(remark)) log.warn('policy evaluation failed', { ...fields, remark });
    });
  }

  /** Whether the log has not said so since policies were taken last. */
  function isNews(words: string): boolean {
    if (said.has(words)) return false;
    said.add(words);
    return true;
  }

  return {
    start: async () => {
      const { warnings, hash } = await pinAfterOthers();
      const broken = refused !== undefined && refused.retryAtMs === Infinity;
      if (hash === undefined && broken) {
        const words = warnings.map(({ file, line, message }) => `${placeOf(file, line)}: ${message}`);
        throw new MonitorError('POLICY_INVALID', `invalid Rego policy: ${words.join('; ')}`);
      }
    },
    pin: pinAfterOthers,
    hash: () => inForce?.key,
  };

  /** One after the other, so that two cycles that begin together compile once. */
  function pinAfterOthers(): Promise<PinnedPolicies> {
    const next = pinning.then(pin);
    pinning = next.catch(() => undefined);
    return next;
  }
}

function hashed(files: readonly PolicyFile[]): TakenSet['set'] {
  return files.map((file) => ({ ...file, sha256: sha256Of(file.bytes) }));
}
