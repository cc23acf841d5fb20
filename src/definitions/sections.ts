import { outlineOf } from './markdown-outline.ts';
import { isHistory, tiersIn } from './read-tiers.ts';
import { wordsOf } from './service-names.ts';
import { namespaceOf, namesOf, type Target } from './target.ts';

const KNOWN =
  /\bknown[\s-]+(?:issues?|problems?|quirks?|behaviou?rs?|noise)\b|\bmaintenance\b|\bexpected\b|\bfalse[\s-]+positives?\b/i;

/**
 * The parts of `CLAUDE.md` that an agent gets: its tiers, its known issues, and every section that names the agent or one of the objects.
 * Whole sections, verbatim, in the order of the file, under their headings.
 *
 * @param text of `CLAUDE.md`
 */
export function sectionsFor(text: string, agentName: string, targets: readonly Target[]): string {
  const lines = text.split(/\r?\n/);
  const blocks = outlineOf(text);
  const headings = blocks.filter((block) => block.kind === 'heading');
  const wanted = new Set(
    [agentName, ...targets.flatMap((target) => [...namesOf(target), namespaceOf(target)])].filter(
      (name) => name !== '',
    ),
  );
  const keep = new Set<number>();
  for (const [index, heading] of headings.entries()) {
    if (isHistory(heading)) continue;
    const end = (headings[index + 1]?.line ?? lines.length + 1) - 1;
    const titles = [...heading.headings.map((above) => above.text), heading.text];
    const own = lines.slice(heading.line - 1, end).join('\n');
    const isShared = titles.some(
      (title) => KNOWN.test(title) || (tiersIn(title).length > 0 && !/\bSEV-?\s?\d/i.test(title)),
    );
    if (!isShared && !wordsOf(own.replaceAll(/[/:]/g, ' ')).some((word) => wanted.has(word))) continue;
    for (const above of heading.headings) keep.add(above.line);
    for (let line = heading.line; line <= end; line += 1) keep.add(line);
  }
  return lines
    .filter((_, index) => keep.has(index + 1))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
