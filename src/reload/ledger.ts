import type { DirectoryRead } from '../domain/mounted-directory.ts';
import { hashOf } from './content-hash.ts';

/** Why a file, or whatever stands for it, is not in force; the file's previous version is, where there was one. */
export interface Refusal {
  readonly file: string;
  readonly reason: string;
  /** `true` when the reason may lie outside of the file: the same content is offered again with the next look. */
  readonly mayPass?: boolean;
}

/** What the consumer of a mount said to what was found there. */
export interface Answer {
  readonly read: DirectoryRead;
  /** `whole`: nothing of it was taken. */
  readonly refused: readonly Refusal[] | { readonly whole: string };
  /** `false`: the same was offered, and refused, before. */
  readonly isNews: boolean;
}

interface Entry {
  readonly accepted: boolean;
  /** Empty when the same was refused before. */
  readonly refusals: readonly Refusal[];
  readonly previousHash: string | undefined;
  /** Names that were added, changed or removed, against what was in force. */
  readonly files: readonly string[];
}

/** What of a mount is in force, file by file. */
export interface Ledger {
  /** `undefined` when there is nothing new to say. */
  readonly enter: (answer: Answer) => Entry | undefined;
  /** Why something is not in force now; empty when all of it is. */
  readonly refusals: () => readonly Refusal[];
  /** SHA-256 over what is in force; `undefined` before anything ever was. */
  readonly hash: () => string | undefined;
}

export function createLedger(directory: string): Ledger {
  let active: ReadonlyMap<string, string> = new Map();
  let hash: string | undefined;
  let standing: readonly Refusal[] = [];
  return {
    enter: ({ read, refused, isNews }) => {
      const found = contentOf(read);
      const isWhole = read.kind !== 'read' || 'whole' in refused;
      const refusals = 'whole' in refused ? [{ file: directory, reason: refused.whole }] : together(refused, read);
      const next = isWhole ? active : withoutRefused(found, active, refusals);
      const nextHash = isWhole ? hash : hashOf(next);
      // Back to what is in force after something that was refused: an operator's rollback, which deserves its answer.
      const isRollback = standing.length > 0 && refusals.length === 0;
      const accepted = !isWhole && (nextHash !== hash || isRollback);
      const files = differences(active, read.kind === 'read' ? found : active);
      const previousHash = hash;
      active = next;
      hash = nextHash;
      standing = refusals;
      const told = isNews ? refusals : [];
      return accepted || told.length > 0 ? { accepted, refusals: told, previousHash, files } : undefined;
    },
    refusals: () => standing,
    hash: () => hash,
  };
}

function contentOf(read: DirectoryRead): ReadonlyMap<string, string> {
  return new Map(read.kind === 'read' ? read.files.map(({ name, sha256 }) => [name, sha256]) : []);
}

/** What the consumer refused, and what never got to it. */
function together(refused: readonly Refusal[], read: DirectoryRead): readonly Refusal[] {
  const unread =
    read.kind === 'read'
      ? read.unreadable.map(({ name, message }) => ({ file: name, reason: message }))
      : [{ file: read.directory, reason: read.message }];
  return [...refused, ...unread.filter(({ file }) => refused.every((other) => other.file !== file))];
}

function withoutRefused(
  found: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  refusals: readonly Refusal[],
): ReadonlyMap<string, string> {
  const next = new Map(found);
  for (const { file } of refusals) {
    const kept = before.get(file);
    if (kept === undefined) next.delete(file);
    else next.set(file, kept);
  }
  return next;
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).toSorted();
}
