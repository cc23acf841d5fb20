import type { Definitions, KnownIssue } from '../domain/definitions.ts';
import { plainText, sentencesOf, type Block, type Sentence } from './markdown-outline.ts';
import { ruleTexts } from './read-rules.ts';
import { namesIn, readNamedEntry } from './service-names.ts';
import type { ServiceName } from './target.ts';

/** One bullet, sentence, row or heading that may be quoted. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly block: Block;
  /** Of the whole file. */
  readonly blocks: readonly Block[];
  /** What of the surrounding text says whom it concerns: itself, its bullet, and the titles of its own section. */
  readonly context: string;
}

export function passagesOf(definitions: Pick<Definitions, 'orchestrator' | 'agents'>): readonly Place[] {
  return ruleTexts(definitions.orchestrator, definitions.agents).flatMap(({ file, blocks }) =>
    blocks.flatMap((block) => {
      const whole: Sentence = { line: block.line, text: block.text };
      const units =
        block.kind === 'bullet' || block.kind === 'row' || block.kind === 'heading' ? [whole] : sentencesOf(block);
      const title = block.headings.at(-1)?.text ?? '';
      return units.map((unit) => ({ file, ...unit, block, blocks, context: `${title}\n${block.text}` }));
    }),
  );
}

/** The objects that a passage, its bullet or its title names outright. */
export function namedIn(place: Place, definitions: Pick<Definitions, 'tiers'>): readonly ServiceName[] {
  const listed = definitions.tiers.map(({ namespace, name }) => ({ namespace, name }));
  return [...namesIn(place.context, listed), ...(readNamedEntry(place.block.text)?.names ?? [])];
}

/** The known issues within whose lines the passage stands. */
export function holds(issue: KnownIssue, place: Place): boolean {
  return issue.file === place.file && normalise(issue.text).includes(normalise(place.text)) && place.line >= issue.line;
}

/** As a quote is compared: without emphasis, list marks and differences of white space. */
export function normalise(text: string): string {
  return plainText(text)
    .replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s+/, '')
    .replace(/["“”]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
}
