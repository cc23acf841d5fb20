import { section, SECTION_CHARACTERS, MESSAGE_CHARACTERS, type Block } from './blocks.ts';
import { escapeLineWithin } from './text.ts';

/** One line of evidence: a call, an object, a quoted line. Longer ones are cut, never wrapped into other lines. */
const LINE_CHARACTERS = 600;

/** The first reply in an incident's thread. Lines that no longer fit are counted. */
export function evidenceBlocks(lines: readonly string[], incidentId: string): readonly Block[] {
  const title = `*Evidence* for ${escapeLineWithin(incidentId, 60)}`;
  const sections: string[] = [title];
  let total = title.length;
  let shown = 0;
  for (const line of lines) {
    const text = escapeLineWithin(line, LINE_CHARACTERS);
    // 60 characters stay for the count of the lines left out.
    if (total + text.length + 1 > MESSAGE_CHARACTERS - 60) break;
    const last = sections.at(-1) ?? '';
    if (last.length + text.length + 1 > SECTION_CHARACTERS) sections.push(text);
    else sections[sections.length - 1] = `${last}\n${text}`;
    total += text.length + 1;
    shown += 1;
  }
  const rest = lines.length - shown;
  return [
    ...sections.filter((text) => text !== '').map(section),
    ...(rest > 0 ? [section(`_and ${rest} more lines in the report_`)] : []),
  ];
}

export function evidencePlainText(lines: readonly string[], incidentId: string): string {
  let text = `Evidence for ${escapeLineWithin(incidentId, 60)}`;
  for (const line of lines) {
    const next = escapeLineWithin(line, LINE_CHARACTERS);
    if (text.length + next.length + 1 > 3400) return `${text}\n… more in the report`;
    text += `\n${next}`;
  }
  return text;
}
