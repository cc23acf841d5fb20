import type { CycleComparison } from '../../replay/compare.ts';
import { styleText } from 'node:util';
import { countLine, countsOf, differenceLines, idleLines, spanOf, type Paint } from '../../replay/lines.ts';
import { addUsage, NO_USAGE } from '../../domain/usage.ts';
import type { AskedAgain } from '../../wiring/ask-again.ts';
import type { Complaint } from '../validate/collected.ts';

export interface AgainstResult {
  /** As they were given. */
  readonly files: readonly string[];
  readonly cycles: readonly CycleComparison[];
  /** What bounds what is said here. */
  readonly notes: readonly string[];
  readonly problems: readonly Complaint[];
  /** Cycles of which the escalation agent was asked again; left out without `--live`. */
  readonly asked?: readonly AskedAgain[];
  /** What a person reads instead of differences: the files are broken. */
  readonly lines?: readonly string[];
}

/** What `--output json` prints is the whole of it; text leaves out what is as before. */
export function printAgainst(result: AgainstResult, output: 'text' | 'json', colors: boolean): string {
  const { files, cycles, notes, problems, lines, asked } = result;
  if (output === 'json') {
    return JSON.stringify(
      { files, notes, complaints: problems, ...(asked !== undefined && { asked }), counts: countsOf(cycles), cycles },
      undefined,
      2,
    );
  }
  if (lines !== undefined) return [...lines, 'No cycle was decided again: mend the problems first.'].join('\n');
  const paint: Paint = (style, text) => (colors ? styleText(style, text, { validateStream: false }) : text);
  const differences = differenceLines(cycles, paint);
  return [
    ...notes.map((note) => `note: ${note}`),
    ...(notes.length === 0 ? [] : ['']),
    ...(differences.length === 0 ? [] : [`With ${files.join(', ')} in force, ${spanOf(cycles)}:`, '']),
    ...differences,
    ...idleLines(cycles),
    ...(asked === undefined ? [] : askedLines(asked)),
    countLine(countsOf(cycles)),
  ].join('\n');
}

/** Whom the model played, of how many cycles, without which means, and for how much. */
function askedLines(asked: readonly AskedAgain[]): readonly string[] {
  const names = [...new Set(asked.flatMap(({ agents }) => agents))];
  const usage = asked.reduce((sum, one) => addUsage(sum, one.usage), NO_USAGE);
  const who =
    names.length === 0
      ? 'Asked again: nobody; no agents ran in these cycles, or nothing was left to decide.'
      : `Asked again: ${names.join(', ')}, about ${asked.length} of these cycles, with what was found and reported then and no tools; the other agents’ reports stand as they were.`;
  const troubles = asked.flatMap(({ cycleId, missing }) =>
    missing === undefined ? [] : [`No (complete) verdict on ${cycleId}: ${missing}`],
  );
  return [who, ...troubles, `Cost: ${usage.calls} model calls, $${usage.costUsd.toFixed(4)}`];
}
