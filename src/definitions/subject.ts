import { SEVERITIES, type Severity } from '../domain/severity.ts';
import type { Block } from './markdown-outline.ts';
import { namesIn } from './service-names.ts';
import type { ServiceName } from './target.ts';

/** Whom a rule is about: what its own words name, else what the headings above it name. */
export interface Subject {
  readonly severities: readonly Severity[];
  readonly names: readonly ServiceName[];
}

/**
 * @param sentence the whole sentence
 * @param part the part of it that belongs to this rule
 */
export function subjectOf(block: Block, sentence: string, part: string, listed: readonly ServiceName[]): Subject {
  const own = [part, sentence].map(severitiesIn).find((severities) => severities.length > 0);
  return { severities: own ?? severitiesAbove(block), names: namesIn(part, listed) };
}

/** Worst first. `SEV-1/2` and `SEV-1 to SEV-2` are two. */
export function severitiesIn(text: string): readonly Severity[] {
  const found = new Set<string>();
  for (const [, first = '', last] of text.matchAll(
    /\bSEV[-\s]?([1-4])(?:\s*(?:[-–/]|to)\s*(?:SEV[-\s]?)?([1-4])(?![\w.]))?/gi,
  )) {
    for (let number = Number(first); number <= Number(last ?? first); number += 1) found.add(`SEV-${number}`);
  }
  return SEVERITIES.filter((severity) => found.has(severity));
}

function severitiesAbove(block: Block): readonly Severity[] {
  return (
    block.headings
      .toReversed()
      .map((heading) => severitiesIn(heading.text))
      .find((severities) => severities.length > 0) ?? []
  );
}
