import { definitionChanges } from '../audit/definition-changes.ts';
import { policyChanges } from '../audit/policy-changes.ts';
import { settingsChanges } from '../audit/settings-changes.ts';
import type { DefinitionsDecided } from '../definitions/verdicts.ts';
import type { Change, FileVerdict, RecordedVerdict } from '../domain/change.ts';
import { plainLine } from '../domain/plain-line.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { modelIdOf } from '../model/aliases.ts';
import { LIST_PRICES, priceOf } from '../model/prices.ts';
import type { PoliciesDecided } from '../policy/verdicts.ts';
import type { Redact } from '../redact.ts';
import type { Settings } from '../settings/settings.ts';
import type { SettingsDecided } from '../settings/verdicts.ts';
import type { Store } from '../store/store.ts';

/**
 * What is seen of changed files: one line, one place in the report and one row for each, whoever looked at them first. The promises resolve when
 * the rows are recorded, as far as they can be.
 */
export interface SeenChanges {
  readonly definitions: (decided: DefinitionsDecided) => Promise<void>;
  readonly settings: (decided: SettingsDecided) => Promise<void>;
  readonly policies: (decided: PoliciesDecided) => Promise<void>;
  /** Accepted since it was asked last: what the report of a cycle shows. */
  readonly take: () => readonly Change[];
  /** Resolves when all that was heard so far is recorded, as far as it can be. */
  readonly settled: () => Promise<void>;
}

interface Parts {
  readonly store: Pick<Store, 'audit'>;
  readonly settings: () => Pick<Settings, 'llm' | 'modelAliases'>;
  /** Hears what is recorded, at once. */
  readonly onVerdicts: (verdicts: readonly RecordedVerdict[], first: boolean) => void;
  readonly newId: () => string;
  readonly redact: Redact;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Longer lists are cut in the log; the widenings stand first. */
const MOST_LOGGED = 100;
const LONGEST_WORDS = 300;

/** A refusal that stood before a restart is none that is new; a store that cannot say so costs one more row. */
export async function createSeenChanges(parts: Parts): Promise<SeenChanges> {
  const { store, redact, log, now } = parts;
  const standing = await standingIn(store, log);
  let pending: Change[] = [];
  let recording: Promise<void> = Promise.resolve();

  function note(verdicts: readonly FileVerdict[], changes: readonly Change[], isFirst: boolean): Promise<void> {
    const news = verdicts.filter((verdict) => {
      const known = standing.get(keyOf(verdict));
      if (verdict.outcome === 'accepted') standing.delete(keyOf(verdict));
      else standing.set(keyOf(verdict), contentOf(verdict));
      return verdict.outcome === 'accepted' || known !== contentOf(verdict);
    });
    if (news.length === 0) return recording;
    const accepted = news.filter(({ outcome }) => outcome === 'accepted');
    if (accepted.length > 0 && !isFirst) {
      pending.push(...changes);
      logAccepted(accepted, changes);
    }
    const rows = news.map((verdict): RecordedVerdict => ({ ...verdict, id: parts.newId(), atMs: now() }));
    parts.onVerdicts(rows, isFirst);
    recording = recording
      .then(() => store.audit.record(rows))
      .catch((error: unknown) =>
        log.warn('a change could not be recorded', { files: rows.map(({ file }) => file), err: error }),
      );
    return recording;
  }

  function logAccepted(accepted: readonly FileVerdict[], changes: readonly Change[]): void {
    const files = accepted.map(({ file, sha256Before, sha256After }) => ({
      file,
      hash: sha256After ?? 'none',
      previousHash: sha256Before ?? 'none',
    }));
    const widened = changes.filter(({ kind }) => kind === 'widened').map(({ words }) => words);
    log.info(`${accepted[0]?.component ?? ''} changed`, {
      files,
      ...(widened.length > 0 && { widened: widened.slice(0, MOST_LOGGED) }),
      changes: changes.slice(0, MOST_LOGGED),
      ...(changes.length > MOST_LOGGED && { notShown: changes.length - MOST_LOGGED }),
    });
  }

  const costOf = (model: string): number => {
    const { llm, modelAliases } = parts.settings();
    const price = priceOf(modelIdOf(model === 'inherit' ? llm.model : model, modelAliases), LIST_PRICES);
    return price.input + price.output;
  };

  return {
    definitions: ({ verdicts, before, after, textOf }) => {
      const changes = before === undefined ? [] : plain(definitionChanges(before, after, { costOf, textOf }), redact);
      return note(together('definitions', verdicts, changes), changes, before === undefined);
    },
    settings: ({ verdict, isFirst, before, after, lineOf }) => {
      const changes = plain(settingsChanges({ file: verdict.file, before, after, lineOf, costOf }), redact);
      return note(together('settings', [verdict], changes), changes, isFirst);
    },
    policies: ({ verdicts, before, after, results }) => {
      const changes = before === undefined ? [] : plain(policyChanges(before, after, results), redact);
      return note(together('policies', verdicts, changes), changes, before === undefined);
    },
    take: () => {
      const taken = pending;
      pending = [];
      return taken;
    },
    settled: () => recording,
  };
}

/** Each change stands in the row of its file; one of a file that did not change itself, in the first row. */
function together(
  component: FileVerdict['component'],
  verdicts: readonly Omit<FileVerdict, 'component' | 'changes'>[],
  changes: readonly Change[],
): readonly FileVerdict[] {
  const accepted = verdicts.filter(({ outcome }) => outcome === 'accepted');
  const ownerOf = (change: Change) => accepted.find(({ file }) => file === change.file) ?? accepted[0];
  return verdicts.map((verdict) => ({
    component,
    ...verdict,
    ...(verdict.message !== undefined && { message: plainLine(verdict.message) }),
    changes: changes.filter((change) => ownerOf(change) === verdict),
  }));
}

/** Words may quote a file: on one line, in no terminal's hands, and of a bounded length; redacted first, as half a credential has no shape. */
function plain(changes: readonly Change[], redact: Redact): readonly Change[] {
  return changes.map((change) => {
    const words = plainLine(redact(change.words));
    return { ...change, words: words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS - 1)}…` : words };
  });
}

async function standingIn({ audit }: Parts['store'], log: Logger): Promise<Map<string, string>> {
  try {
    const rows = await audit.standingRejections();
    return new Map(rows.map((row) => [keyOf(row), contentOf(row)]));
  } catch (error) {
    log.warn('recorded changes could not be read', { err: messageOf(error) });
    return new Map();
  }
}

function keyOf({ component, file }: FileVerdict): string {
  return `${component}/${file}`;
}

/** The message is left out: it may name a time or a state of the moment. */
function contentOf({ sha256After, code }: FileVerdict): string {
  return JSON.stringify([sha256After ?? null, code ?? null]);
}
