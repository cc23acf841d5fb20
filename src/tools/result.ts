import * as z from 'zod';
import type { ToolResult } from '../domain/tool.ts';
import { MonitorError } from '../errors.ts';
import type { Redact } from '../redact.ts';
import type { Answer, Question } from './question.ts';

/** What a model reads at once: more is rarely read, and always paid. */
const INLINE_ROWS = 100;
const INLINE_BYTES = 16 * 1024;
/** What is kept for paging, of one result and of all results of a cycle. */
const KEPT_BYTES = 4 * 1024 * 1024;
const KEPT_BYTES_A_CYCLE = 32 * 1024 * 1024;

interface Kept {
  readonly source: string;
  readonly pages: readonly string[];
}

/** The results of one cycle that did not fit: redacted, cut into pages, read by handle. */
export interface Results {
  /** Redacts, cuts, and keeps what does not fit. */
  readonly present: (answer: Answer) => ToolResult;
  /** The tool that reads further. */
  readonly page: Question<{ handle: string; page: number }>;
}

export function createResults(redact: Redact): Results {
  const kept = new Map<string, Kept>();
  let keptBytes = 0;

  return {
    present({ text, source: rawSource, headLines = 0, rows = false }) {
      const source = redact(rawSource);
      const clean = redact(text.toWellFormed());
      const bounded = cutBytes(clean, KEPT_BYTES);
      const pages = paginate(bounded, headLines, rows ? INLINE_ROWS : Number.POSITIVE_INFINITY);
      const [first = ''] = pages;
      if (pages.length <= 1) return { text: first === '' ? '(nothing)' : first, source };
      const bytes = Buffer.byteLength(bounded);
      const note = `[page 1 of ${pages.length}${bounded.length < clean.length ? ', cut at 4 MiB' : ''}`;
      if (keptBytes + bytes > KEPT_BYTES_A_CYCLE) {
        return { text: `${first}\n${note}; the rest is not kept: ask a narrower question]`, source };
      }
      keptBytes += bytes;
      const handle = `r${kept.size + 1}`;
      kept.set(handle, { source, pages });
      return { text: `${first}\n${note}; result_page {"handle":"${handle}","page":2} shows the next]`, source, handle };
    },
    page: {
      name: 'result_page',
      description:
        'Shows a further page of a result that was too long to show at once. Example: {"handle": "r1", "page": 2}.',
      input: z.strictObject({
        handle: z.string().describe('the handle that came with the first page'),
        page: z.int().min(1).default(2),
      }),
      async answer({ handle, page }) {
        const found = kept.get(handle);
        if (found === undefined) {
          const known = [...kept.keys()].join(', ') || 'none so far';
          throw new MonitorError(
            'TOOL_INPUT_INVALID',
            `There is no result "${handle}" in this cycle; handles: ${known}.`,
          );
        }
        const text = found.pages[page - 1];
        if (text === undefined) {
          throw new MonitorError('TOOL_INPUT_INVALID', `Result ${handle} has pages 1 to ${found.pages.length}.`);
        }
        const note = page < found.pages.length ? `\n[page ${page} of ${found.pages.length}]` : '';
        return { text: text + note, source: `${found.source} (page ${page})` };
      },
    },
  };
}

/** Cuts at line ends; a line that is longer than a page is cut inside, for it can be no other way. */
function paginate(text: string, headLines: number, maxRows: number): readonly string[] {
  const lines = text.split('\n');
  const head = lines.slice(0, headLines);
  const budget = INLINE_BYTES - Buffer.byteLength(head.join('\n')) - 200;
  const pages: string[] = [];
  let page: string[] = [];
  let bytes = 0;
  const turn = (): void => {
    if (page.length > 0) pages.push([...head, ...page].join('\n'));
    page = [];
    bytes = 0;
  };
  for (const line of lines.slice(headLines)) {
    for (const piece of piecesOf(line, budget)) {
      const size = Buffer.byteLength(piece) + 1;
      if (page.length >= maxRows || bytes + size > budget) turn();
      page.push(piece);
      bytes += size;
    }
  }
  turn();
  return pages.length === 0 && head.length > 0 ? [head.join('\n')] : pages;
}

function piecesOf(line: string, maxBytes: number): readonly string[] {
  if (Buffer.byteLength(line) < maxBytes) return [line];
  const pieces: string[] = [];
  for (let rest = line; rest !== '';) {
    const piece = cutBytes(rest, maxBytes - 1);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces;
}

/** The longest beginning that is whole characters and at most `maxBytes` in UTF-8. */
function cutBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  // A byte 10xxxxxx continues a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
