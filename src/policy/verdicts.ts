import type { FileVerdict } from '../domain/change.ts';
import { PRIORITIES } from '../domain/severity.ts';
import type { Answer, Answers } from './evaluate.ts';
import type { FileNames } from './judge.ts';
import type { Refusal } from './opa.ts';
import { POLICY_NAMES } from './policy.ts';

interface HashedFile {
  readonly name: string;
  readonly sha256: string;
}

interface PolicySet {
  readonly set: readonly HashedFile[];
  readonly names: FileNames;
  /** Over the matrix of inputs; empty for a set of before a restart, which nobody asks again. */
  readonly answers: readonly Answers[];
}

/** What became of one changed set, and what it answers differently. */
export interface PoliciesDecided {
  readonly verdicts: readonly Omit<FileVerdict, 'component' | 'changes'>[];
  /** In force before, also before a restart; `undefined` when nothing ever was. */
  readonly before: readonly HashedFile[] | undefined;
  /** In force now. */
  readonly after: readonly HashedFile[];
  readonly results: readonly {
    readonly file: string;
    readonly tried: number;
    readonly changed: number;
    /** Of those, how many are a less urgent priority. */
    readonly lower: number;
  }[];
}

/** @param mended what was refused until now */
export function acceptedSet({
  before,
  after,
  mended,
}: {
  readonly before: PolicySet | undefined;
  readonly after: PolicySet;
  readonly mended: readonly Pick<Refusal, 'file'>[];
}): PoliciesDecided {
  const old = new Map(before?.set.map(({ name, sha256 }) => [name, sha256]));
  const taken = after.set.filter(
    ({ name, sha256 }) => old.get(name) !== sha256 || mended.some(({ file }) => file === name),
  );
  // Of no file: trouble of opa itself, or what was refused is gone.
  const over = mended.filter(({ file }) =>
    [...old.keys(), ...after.set.map(({ name }) => name)].every((name) => name !== file),
  );
  const gone = before?.set.filter(({ name }) => after.set.every((file) => file.name !== name)) ?? [];
  return {
    verdicts: [
      ...taken.map(({ name, sha256 }) => ({
        file: name,
        outcome: 'accepted' as const,
        ...hashBefore(old.get(name)),
        sha256After: sha256,
      })),
      ...gone.map(({ name, sha256 }) => ({ file: name, outcome: 'accepted' as const, sha256Before: sha256 })),
      ...[...new Set(over.map(({ file }) => file))].map((file) => ({ file, outcome: 'accepted' as const })),
    ],
    before: before?.set,
    after: after.set,
    results: before === undefined || before === after ? [] : resultsOf(before.answers, after),
  };
}

export function refusedSet({
  inForce,
  found,
  refusals,
}: {
  readonly inForce: readonly HashedFile[] | undefined;
  readonly found: readonly HashedFile[];
  readonly refusals: readonly Refusal[];
}): PoliciesDecided {
  const hashOf = (files: readonly HashedFile[] | undefined, name: string): string | undefined =>
    files?.find((file) => file.name === name)?.sha256;
  return {
    verdicts: refusals.map(({ file, line, code, message }) => {
      const after = hashOf(found, file);
      return {
        file,
        outcome: 'rejected',
        ...hashBefore(hashOf(inForce, file)),
        ...(after !== undefined && { sha256After: after }),
        code,
        message: line === undefined ? message : `line ${line}: ${message}`,
      };
    }),
    before: inForce,
    after: inForce ?? [],
    results: [],
  };
}

/** How many of the tried inputs get another answer, policy by policy; nothing where the answers of before are not known. */
function resultsOf(before: readonly Answers[], { answers, names }: PolicySet): PoliciesDecided['results'] {
  if (before.length !== answers.length) return [];
  return POLICY_NAMES.map((name) => {
    const changed = answers.flatMap((answer, index) => {
      const pair = [valueOf(before[index]?.[name]), valueOf(answer[name])] as const;
      return JSON.stringify(pair[0]) === JSON.stringify(pair[1]) ? [] : [pair];
    });
    const lower = name === 'priority' ? changed.filter(([old, fresh]) => rankOf(fresh) > rankOf(old)).length : 0;
    return { file: names[name], tried: answers.length, changed: changed.length, lower };
  });
}

function valueOf(answer: Answer | undefined): unknown {
  return answer === undefined || 'error' in answer ? undefined : answer.value;
}

function rankOf(priority: unknown): number {
  return PRIORITIES.findIndex((candidate) => candidate === priority);
}

function hashBefore(sha256: string | undefined): Pick<FileVerdict, 'sha256Before'> {
  return sha256 === undefined ? {} : { sha256Before: sha256 };
}
