import { stripVTControlCharacters } from 'node:util';

/** Breaks at spaces; colours take no room. `hanging` is the indent of the second line and those after it. */
export function wrapLines(text: string, width: number, indent: string, hanging: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.split(/(?<=\S) /)) {
    if (!isEmpty && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = hanging;
      isEmpty = true;
    }
    line = isEmpty ? `${line}${word}` : `${line} ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** One line of at most this width. */
export function fitLine(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
