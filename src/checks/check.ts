import type { CheckedFinding } from '../domain/check.ts';
import type { Family } from '../domain/finding.ts';
import type { Impact } from '../domain/severity.ts';
import type { KindName, ReadName } from '../domain/snapshot.ts';
import type { View } from './view.ts';

/** Nothing that began less than this long ago is a finding: most of it mends itself. */
export const DEFAULT_GRACE_MS = 2 * 60_000;

/**
 * One rule. It reads the view and states what is wrong; scope, gaps, grace, folding, numbering and attaching are the runner's.
 *
 * A rule states a finding for every sick object, also for those inside their grace, and infers nothing from the absence of
 * an object of a kind that it only `uses` unless `view.isComplete` says that the kind was read there.
 */
export interface Check {
  readonly id: string;
  readonly family: Family;
  /** What it sees, for `docs/checks.md`. */
  readonly sees: string;
  /** What stays hidden from it although it is wrong, for `docs/checks.md`. */
  readonly cannotSee: string;
  /** Without these it is not evaluated, in the namespaces of their gaps. */
  readonly needs: readonly ReadName[];
  /** These make its findings better; without them it still works. */
  readonly uses: readonly KindName[];
  /** Of those it uses: without these it may say nothing of an object that is sick, so that its silence proves nothing. */
  readonly settledBy?: readonly KindName[];
  /** The worst that it can state: patrols run only checks that can reach `error`. */
  readonly worstImpact: Impact;
  readonly graceMs: number;
  /**
   * @returns evidence without ids; pods of one owner with the same reason stay apart, the runner folds them. An iterator, not a list, where there is much to
   *   look at or hundreds may be sick at once: others have a turn while it is read. `undefined` is no finding.
   */
  readonly run: (view: View) => Iterable<CheckedFinding | undefined>;
}
