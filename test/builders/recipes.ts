import { expect } from 'vitest';
import { isMap, parseDocument, parse as parseYaml, type Document } from 'yaml';
import { textOf } from './markdown.ts';

const GUIDE = 'docs/agent-customization-guide.md';

/** One recipe of the guide, as it is printed. */
export interface Recipe {
  readonly number: number;
  readonly title: string;
  readonly text: string;
  /** What is to be pasted, in the order of the page. */
  readonly edits: readonly Edit[];
  /** Lines that `k8s-monitor validate` is said to print for the edited files. */
  readonly validated: readonly string[];
  /** Lines that are said to be seen, by where: `Slack`, `log`, `report`. */
  readonly seen: (where: 'Slack' | 'log') => readonly string[];
}

/** One block to paste, with what the line above it says to do with it. */
interface Edit {
  readonly file: string;
  readonly how:
    | { readonly kind: 'whole' }
    | { readonly kind: 'set' }
    | { readonly kind: 'under'; readonly heading: string }
    | { readonly kind: 'end' }
    | { readonly kind: 'before'; readonly line: string }
    | { readonly kind: 'replace'; readonly line: string }
    | { readonly kind: 'section'; readonly heading: string };
  readonly text: string;
}

/** Files by name: `CLAUDE.md`, agent files, settings files, policies. */
export type Files = Readonly<Record<string, string>>;

/** What may stand above a block, word for word; the guide knows no other way of saying it. */
const ORDERS: readonly (readonly [RegExp, (captured: string) => Edit['how']])[] = [
  [/^The whole of `([^`]+)`:$/, () => ({ kind: 'whole' })],
  [/^A new file `([^`]+)`:$/, () => ({ kind: 'whole' })],
  [/^In `([^`]+)` set:$/, () => ({ kind: 'set' })],
  [/^At the end of `([^`]+)`:$/, () => ({ kind: 'end' })],
  [/^In `([^`]+)`, under the heading `([^`]+)`:$/, (heading) => ({ kind: 'under', heading })],
  [/^In `([^`]+)`, before the line `([^`]+)`:$/, (line) => ({ kind: 'before', line })],
  [/^In `([^`]+)`, in place of the line `([^`]+)`:$/, (line) => ({ kind: 'replace', line })],
  [/^In `([^`]+)`, in place of the section `([^`]+)`:$/, (heading) => ({ kind: 'section', heading })],
];

const BLOCK = /(?:^|\n)([^\n]+)\n\n(`{3,})(\w*)\n([\s\S]*?)\n\2(?=\n|$)/g;

/** The recipes of the guide, in their order. */
export function recipesOfTheGuide(): readonly Recipe[] {
  const recipes = splitAt(textOf(GUIDE), 2).find((section) => section.startsWith('## Recipes\n')) ?? '';
  return splitAt(recipes, 3)
    .slice(1)
    .map((text) => {
      const [heading = ''] = text.split('\n');
      const [, number = '', title = ''] = /^### (\d+)\. (.+)$/.exec(heading) ?? [];
      const blocks = [...text.matchAll(BLOCK)].map(([, above = '', , , content = '']) => ({ above, content }));
      const linesBelow = (pattern: RegExp): readonly string[] =>
        blocks.filter(({ above }) => pattern.test(above)).flatMap(({ content }) => content.split('\n'));
      return {
        number: Number(number),
        title,
        text,
        edits: blocks.flatMap(({ above, content }) => editOf(above, content)),
        validated: linesBelow(/`k8s-monitor validate/),
        seen: (where) => linesBelow(where === 'Slack' ? /\bSlack\b[^.]*:$/ : /\blog\b[^.]*:$/),
      };
    });
}

/** The parts that begin with a heading of a level, and what stands before the first. What is fenced is no heading. */
function splitAt(markdown: string, level: number): readonly string[] {
  const parts: string[][] = [[]];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const marks = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined && line.startsWith(`${'#'.repeat(level)} `)) parts.push([]);
    if (fence === undefined) fence = marks;
    else if (line === fence) fence = undefined;
    parts.at(-1)?.push(line);
  }
  return parts.map((lines) => lines.join('\n'));
}

export function recipe(title: string): Recipe {
  const found = recipesOfTheGuide().find((candidate) => candidate.title === title);
  if (found === undefined) throw new Error(`the guide has no recipe "${title}"`);
  return found;
}

/** The only block of a recipe that goes into this file. */
export function pasteOf(from: Recipe, file: string): string {
  const [only, ...others] = from.edits.filter((edit) => edit.file === file);
  if (only === undefined || others.length > 0) throw new Error(`"${from.title}" has not one block for ${file}`);
  return only.text;
}

function editOf(above: string, content: string): readonly Edit[] {
  for (const [pattern, how] of ORDERS) {
    const [matched, file = '', captured = ''] = pattern.exec(above) ?? [];
    if (matched !== undefined) return [{ file, how: how(captured), text: content }];
  }
  return [];
}

/** Does with each block what the line above it says, as a person with an editor would. */
export function applyRecipe(files: Files, { edits }: Pick<Recipe, 'edits'>): Files {
  return edits.reduce((edited, edit) => ({ ...edited, [edit.file]: editedBy(edit, edited[edit.file]) }), files);
}

function editedBy({ file, how, text }: Edit, old: string | undefined): string {
  if (how.kind === 'whole') return `${text}\n`;
  if (how.kind === 'set') return merged(old ?? '', text);
  if (old === undefined) throw new Error(`there is no ${file} to edit`);
  const lines = old.split('\n');
  if (how.kind === 'end') return `${old.trimEnd()}\n\n${text}\n`;
  if (how.kind === 'before' || how.kind === 'replace') {
    const at = lines.findIndex((line) => line.trim() === how.line.trim());
    expect(at, `the line "${how.line}" of ${file}`).toBeGreaterThan(-1);
    const indent = /^\s*/.exec(lines[at] ?? '')?.[0] ?? '';
    const added = text.split('\n').map((line) => (line === '' || line.startsWith(' ') ? line : `${indent}${line}`));
    return lines.toSpliced(at, how.kind === 'replace' ? 1 : 0, ...added).join('\n');
  }
  const at = lines.indexOf(how.heading);
  expect(at, `the heading "${how.heading}" of ${file}`).toBeGreaterThan(-1);
  const level = /^#+/.exec(how.heading)?.[0].length ?? 1;
  const next = lines.findIndex(
    (line, index) => index > at && (how.kind === 'under' ? /^#+ /.test(line) : isHeadingOf(line, level)),
  );
  const end = next === -1 ? lines.length : next;
  if (how.kind === 'section') return lines.toSpliced(at, end - at, text, '').join('\n');
  const last = lines.findLastIndex((line, index) => index < end && line.trim() !== '');
  // A bullet joins the list above it, anything else begins a paragraph of its own.
  const gap = /^[-*] /.test(text) && /^(?:[-*] |\s+\S)/.test(lines[last] ?? '') ? [] : [''];
  return lines.toSpliced(last + 1, 0, ...gap, text).join('\n');
}

function isHeadingOf(line: string, level: number): boolean {
  const marks = /^(#+) /.exec(line)?.[1]?.length;
  return marks !== undefined && marks <= level;
}

/** Keys of the block take the place of equal ones; what stands beside them stays. */
function merged(old: string, text: string): string {
  const document = parseDocument(old);
  if (document.contents === null) return `${text}\n`;
  put(document, [], parseYaml(text));
  return String(document);
}

function put(document: Document, path: readonly string[], value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return document.setIn(path, value);
  for (const [key, inner] of Object.entries(value)) {
    const below = [...path, key];
    if (isMap(document.getIn(below))) put(document, below, inner);
    else document.setIn(below, inner);
  }
}
