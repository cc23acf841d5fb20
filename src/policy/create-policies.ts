import type { DefinitionFile, DefinitionWarning } from '../domain/definitions.ts';
import type { DirectoryRead, MountedFile } from '../domain/mounted-directory.ts';
import { MonitorError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { assessBuiltin } from './builtin-policy.ts';
import type { Answers, Evaluate } from './evaluate.ts';
import type { FileNames } from './judge.ts';
import type { Compile, PolicyFile, Refusal } from './opa.ts';
import type { Assess } from './policy.ts';
import {
  keyOf,
  neverUpdated,
  placeOf,
  policyOf,
  titleOf,
  sha256Of,
  unreadDirectory,
  unreadable,
  warningOf,
  wordsOf,
} from './policy-files.ts';
import { createRegoPolicy } from './rego-policy.ts';
import { rememberCompiled } from './remember-compiled.ts';
import { createTryPolicies } from './try-policies.ts';
import { acceptedSet, refusedSet, type PoliciesDecided } from './verdicts.ts';

interface PolicySettings {
  /** `undefined`: the built-in policy. */
  readonly directory: string | undefined;
  readonly files: FileNames;
}

export interface PolicyOptions {
  /** Reads a directory as a consistent set. */
  readonly read: (directory: string) => Promise<DirectoryRead>;
  readonly settings: () => PolicySettings;
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
  /** Hears what became of each file of a changed set, at a start too. */
  readonly onDecided?: (decided: PoliciesDecided) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/** The policies of one cycle. Nothing that changes later is seen by them. */
export interface PinnedPolicies {
  readonly assess: Assess;
  /** In force; empty for the built-in policy. */
  readonly files: readonly DefinitionFile[];
  /** SHA-256 over the set; `undefined` for the built-in policy. */
  readonly hash: string | undefined;
  /** Why what is mounted is not in force. */
  readonly warnings: readonly DefinitionWarning[];
  /** What failed while findings were judged, and the built-in policy decided. */
  readonly troubles: () => readonly DefinitionWarning[];
}

export interface Policies {
  /** @throws {MonitorError} `POLICY_INVALID` when the first set is refused and no earlier one was good */
  start(): Promise<void>;
  /** Reads the directory afresh; compiles only what has changed. Never throws for what stands in a file. */
  pin(): Promise<PinnedPolicies>;
  /** Of the set in force; `undefined` for the built-in policy. */
  hash(): string | undefined;
}

interface InForce {
  readonly key: string;
  readonly set: readonly (PolicyFile & { readonly sha256: string })[];
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly names: FileNames;
  readonly answers: readonly Answers[];
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
  let inForce: InForce | undefined;
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
      return pinned([]);
    }
    const read = await options.read(directory);
    const refusals = read.kind === 'read' ? await take(read.files, unreadable(read), names) : [unreadDirectory(read)];
    if (refusals.length > 0 && inForce === undefined) await takeLastGood(names);
    if (inForce === undefined) {
      const reason = refusals.map(wordsOf).join('; ');
      if (isNews(reason)) log.warn('built-in policy is in force', { reason });
    }
    const kept = inForce === undefined ? 'the built-in policy is in force' : 'the previous policies stay in force';
    return pinned([
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
        options.onDecided?.(acceptedSet({ before: inForce, after: inForce, mended: refused.refusals }));
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
      logAccepted(before, inForce, isReload ? ms : undefined);
      if (isReload) options.onReload({ result: 'accepted', ms });
      options.onDecided?.(acceptedSet({ before: known, after: inForce, mended }));
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
    options.onDecided?.(
      refusedSet({ inForce: (inForce ?? (await beforeRestart(names)))?.set, found: files, refusals }),
    );
    return refusals;
  }

  /** What an earlier process had in force, by its hashes. */
  async function beforeRestart(names: FileNames): Promise<Pick<InForce, 'set' | 'names' | 'answers'> | undefined> {
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
      logAccepted(undefined, inForce, undefined);
    } catch (error) {
      log.warn('last good policies could not be loaded', { err: messageOf(error) });
    }
  }

  function pinned(warnings: readonly DefinitionWarning[]): PinnedPolicies {
    if (inForce === undefined) {
      return { assess: assessBuiltin, files: [], hash: undefined, warnings, troubles: () => [] };
    }
    const { set, wasm, names, key } = inForce;
    const troubles = new Map<string, DefinitionWarning>();
    const stale = warnings.find(({ outcome }) => outcome === 'rejected');
    return {
      assess: createRegoPolicy({
        wasm,
        files: names,
        evaluate,
        onTrouble: (trouble, about) => {
          // The first finding stands for all that it fails for.
          const topic = `${trouble.file}:${trouble.line} ${trouble.code}`;
          if (troubles.has(topic)) return;
          const warning = warningOf(trouble, 'lenient', `the built-in policy decided for ${about}`);
          troubles.set(topic, warning);
          const { message: remark, ...fields } = warning;
          if (isNews(remark)) log.warn('policy evaluation failed', { ...fields, remark });
        },
      }),
      files: set.map(({ name, bytes, sha256 }) => ({
        name,
        sha256,
        bytes: bytes.length,
        ...(stale !== undefined && {
          stale: { code: stale.code, ...(stale.line !== undefined && { line: stale.line }), message: stale.message },
        }),
      })),
      hash: key,
      warnings,
      troubles: () => [...troubles.values()],
    };
  }

  function logAccepted(before: InForce | undefined, after: InForce, ms: number | undefined): void {
    for (const { name, sha256 } of after.set) {
      if (before?.set.some((file) => file.name === name && file.sha256 === sha256) === true) continue;
      const policy = policyOf(name);
      if (ms !== undefined) {
        log.info('policy reloaded', { policy, hash: sha256, duration: `${Math.round(ms)}ms` });
        log.info(`${titleOf(name)} Rego policy hot-reloaded`, { policy, hash: sha256 });
      }
      log.info('policy hash', { policy, hash: sha256 });
    }
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

function hashed(files: readonly PolicyFile[]): InForce['set'] {
  return files.map((file) => ({ ...file, sha256: sha256Of(file.bytes) }));
}
