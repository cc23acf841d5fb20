import { REASONS } from '../domain/finding.ts';
import { isReason } from './matching.ts';

const ALL: readonly string[] = Object.values(REASONS).flat();
/** Fewer letters stand in too many names. */
const LEAST_LETTERS = 4;

/** The reason of the checks that is written so, or in other capitals or with dashes: `crash-loop` is `CrashLoop`. */
export function reasonOfChecks(written: string): string | undefined {
  return ALL.find((reason) => isReason(written, reason));
}

/** What an agent, or an event that no check knows, may be called: `Other:slow-queries`. */
export function isOtherReason(written: string): boolean {
  return /^other:./i.test(written);
}

/** `; did you mean OOMKilled?` of `OOMKill`; empty where none or several are alike. */
export function meantReason(written: string): string {
  const word = written.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (word.length < LEAST_LETTERS) return '';
  const alike = ALL.filter((reason) => {
    const known = reason.toLowerCase();
    return known.includes(word) || word.includes(known);
  });
  return alike.length === 1 ? `; did you mean ${alike[0]}?` : '';
}
