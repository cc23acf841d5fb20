import type { CycleComparison } from '../../replay/compare.ts';
import { styleText } from 'node:util';
import { countLine, countsOf, differenceLines, spanOf, type Paint } from '../../replay/lines.ts';
import type { Complaint } from '../validate/collected.ts';

export interface AgainstResult {
  /** As they were given. */
  readonly files: readonly string[];
  readonly cycles: readonly CycleComparison[];
  /** What bounds what is said here. */
  readonly notes: readonly string[];
  readonly problems: readonly Complaint[];
  /** What a person reads instead of differences: the files are broken. */
  readonly lines?: readonly string[];
}

/** What `--output json` prints is the whole of it; text leaves out what is as before. */
export function printAgainst(result: AgainstResult, output: 'text' | 'json', colors: boolean): string {
  const { files, cycles, notes, problems, lines } = result;
  if (output === 'json') {
    return JSON.stringify({ files, notes, complaints: problems, counts: countsOf(cycles), cycles }, undefined, 2);
  }
  if (lines !== undefined) return [...lines, 'No cycle was decided again: mend the problems first.'].join('\n');
  const paint: Paint = (style, text) => (colors ? styleText(style, text, { validateStream: false }) : text);
  const differences = differenceLines(cycles, paint);
  return [
    ...notes.map((note) => `note: ${note}`),
    ...(notes.length === 0 ? [] : ['']),
    ...(differences.length === 0 ? [] : [`With ${files.join(', ')} in force, ${spanOf(cycles)}:`, '']),
    ...differences,
    countLine(countsOf(cycles)),
  ].join('\n');
}
