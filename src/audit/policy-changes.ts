import type { Change } from '../domain/change.ts';
import { widenedFirst } from './definition-changes.ts';

interface HashedFile {
  readonly name: string;
  readonly sha256: string;
}

/** What a new set of policies answers differently, over the inputs that every set is tried with. */
export interface ChangedResults {
  readonly file: string;
  readonly tried: number;
  readonly changed: number;
  /** Of those, how many are less urgent now. */
  readonly lower: number;
}

/** What an edit of the policies changed, the widenings first. */
export function policyChanges(
  before: readonly HashedFile[],
  after: readonly HashedFile[],
  results: readonly ChangedResults[],
): readonly Change[] {
  const old = new Map(before.map(({ name, sha256 }) => [name, sha256]));
  const removed = before.filter(({ name }) => after.every((file) => file.name !== name));
  const files = after.flatMap(({ name: file, sha256 }): readonly Change[] => {
    const hash = sha256.slice(0, 12);
    const was = old.get(file);
    if (was === sha256) return [];
    return was === undefined
      ? [{ kind: 'added', about: 'policy', file, words: `${file} added (${hash})` }]
      : [{ kind: 'changed', about: 'policy', file, words: `${file} changed (${was.slice(0, 12)} → ${hash})` }];
  });
  return widenedFirst([
    ...removed.map(({ name: file }): Change => ({ kind: 'removed', about: 'policy', file, words: `${file} removed` })),
    ...files,
    ...results.filter(({ changed }) => changed > 0).map(resultsChange),
  ]);
}

function resultsChange({ file, tried, changed, lower }: ChangedResults): Change {
  const lowered = lower === 0 ? '' : `, ${lower} of them less urgent`;
  return {
    kind: lower > 0 ? 'widened' : 'changed',
    about: 'policy-results',
    file,
    words: `${file}: ${changed} of ${tried} tried inputs have another answer${lowered}`,
  };
}
