/** One heading, bullet, paragraph or table row, with where it stands. */
export interface Block {
  readonly kind: 'heading' | 'bullet' | 'paragraph' | 'row';
  /** First line, counted from 1 in the file. */
  readonly line: number;
  readonly endLine: number;
  /** As it stands, without the marker of a heading or bullet; lines joined with `\n`. */
  readonly text: string;
  /** Headings: 1–6. Bullets: columns before the marker. Others: 0. */
  readonly depth: number;
  /** A row that names the columns of its table. */
  readonly isHeader?: true;
  /** The headings above it, outermost first; a heading's own is not among them. */
  readonly headings: readonly Heading[];
}

export interface Heading {
  readonly line: number;
  readonly level: number;
  readonly text: string;
}

/** Nobody writes a rule of this length, and the patterns that look for rules are slow on it. */
export const MAX_PASSAGE_CHARACTERS = 4_000;

const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const UNDERLINE = /^ {0,3}(=+|-{2,})\s*$/;
const BULLET = /^(\s*)(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/;
const FENCE = /^\s*(`{3,}|~{3,})/;

/**
 * Splits Markdown into blocks. What stands in fenced code or in an HTML comment is no text of the author's and is left out.
 *
 * @param firstLine the line of the file on which `markdown` begins
 */
export function outlineOf(markdown: string, firstLine = 1): readonly Block[] {
  const lines = withoutCodeAndComments(markdown.split(/\r?\n/));
  const blocks: Block[] = [];
  let headings: readonly Heading[] = [];
  let open: { kind: 'bullet' | 'paragraph'; start: number; depth: number; lines: string[] } | undefined;

  const close = (): void => {
    if (open === undefined) return;
    const { kind, start, depth, lines: own } = open;
    blocks.push({
      kind,
      line: firstLine + start,
      endLine: firstLine + start + own.length - 1,
      text: own.join('\n'),
      depth,
      headings,
    });
    open = undefined;
  };
  const addHeading = (index: number, endIndex: number, level: number, text: string): void => {
    const above = headings.filter((heading) => heading.level < level);
    blocks.push({
      kind: 'heading',
      line: firstLine + index,
      endLine: firstLine + endIndex,
      text,
      depth: level,
      headings: above,
    });
    headings = [...above, { line: firstLine + index, level, text }];
  };

  for (const [index, line] of lines.entries()) {
    const isLong = line.length > MAX_PASSAGE_CHARACTERS;
    const heading = isLong ? null : HEADING.exec(line);
    const bullet = isLong ? null : BULLET.exec(line);
    const underline = isLong ? null : UNDERLINE.exec(line);
    if (line.trim() === '') {
      close();
    } else if (heading !== null) {
      close();
      addHeading(index, index, heading[1]?.length ?? 1, heading[2] ?? '');
    } else if (underline !== null) {
      // Under a single line of text it makes that line a heading; alone it is a rule.
      const title = open?.kind === 'paragraph' && open.lines.length === 1 ? open : undefined;
      if (title === undefined) close();
      else {
        open = undefined;
        addHeading(title.start, index, underline[1]?.startsWith('=') === true ? 1 : 2, title.lines[0]?.trim() ?? '');
      }
    } else if (line.trimStart().startsWith('|')) {
      close();
      if (/[^|\s:-]/.test(line)) {
        const at = firstLine + index;
        const isHeader = /^\s*\|?\s*:?-[|\s:-]*$/.test(lines[index + 1] ?? '');
        blocks.push({
          kind: 'row',
          line: at,
          endLine: at,
          text: line.trim(),
          depth: 0,
          headings,
          ...(isHeader && { isHeader }),
        });
      }
    } else if (bullet !== null) {
      close();
      open = { kind: 'bullet', start: index, depth: columnsOf(bullet[1] ?? ''), lines: [bullet[2] ?? ''] };
    } else if (open === undefined) {
      open = { kind: 'paragraph', start: index, depth: 0, lines: [line] };
    } else {
      open.lines.push(line);
    }
  }
  close();
  return blocks;
}

/** Without the marks of emphasis, code and links: what a reader sees. */
export function plainText(text: string): string {
  return text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|__|`/g, '')
    .replace(/(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])/g, '$1')
    .replace(/(?<!\w)_([^_\s](?:[^_]*[^_\s])?)_(?!\w)/g, '$1');
}

export interface Sentence {
  readonly line: number;
  readonly text: string;
}

/** The sentences of a block, each with its line. A full stop within a name, a number or an abbreviation ends none. */
export function sentencesOf(block: Block): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  for (const end of block.text.matchAll(/(?<!\b(?:e\.g|i\.e|approx|vs|etc|min|max|no))[.!?](?=\s)|;(?=\s)/gi)) {
    push(start, end.index + 1);
    start = end.index + 1;
  }
  push(start, block.text.length);
  return sentences;

  function push(from: number, to: number): void {
    const raw = block.text.slice(from, to);
    const text = raw.trim();
    if (text === '') return;
    const before = block.text.slice(0, from + raw.indexOf(text));
    sentences.push({ line: block.line + before.split('\n').length - 1, text });
  }
}

function columnsOf(indent: string): number {
  return indent.replaceAll('\t', '    ').length;
}

/** The same number of lines, those in fences and comments blanked. */
function withoutCodeAndComments(lines: readonly string[]): string[] {
  let fence: string | undefined;
  let inComment = false;
  return lines.map((line) => {
    if (fence !== undefined) {
      if (line.trim().startsWith(fence) && line.trim().replaceAll(fence.charAt(0), '') === '') fence = undefined;
      return '';
    }
    let rest = line;
    let kept = '';
    while (rest !== '') {
      if (inComment) {
        const end = rest.indexOf('-->');
        if (end === -1) return kept;
        rest = rest.slice(end + 3);
        inComment = false;
      } else {
        const begin = rest.indexOf('<!--');
        if (begin === -1) {
          kept += rest;
          break;
        }
        kept += rest.slice(0, begin);
        rest = rest.slice(begin + 4);
        inComment = true;
      }
    }
    const opening = FENCE.exec(kept);
    if (opening === null) return kept;
    fence = opening[1];
    return '';
  });
}
