import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import {
  MAX_DEPTH,
  MAX_KEYS,
  Refusal,
  type Field,
  type FieldValue,
  type FrontMatterNote,
} from './front-matter-field.ts';

/**
 * Front matter as YAML.
 *
 * @returns `undefined` when the YAML is broken in a way that a splitter on the known keys may mend
 * @throws {Refusal}
 */
export function parseStrictly(source: string, notes: FrontMatterNote[]): Map<string, Field> | undefined {
  const lines = new LineCounter();
  const document = parse(source, lines);
  const lineOf = (offset: number): number => lines.linePos(offset).line + 1;
  for (const problem of document.errors) {
    if (problem.code === 'DUPLICATE_KEY') {
      throw new Refusal('duplicate-key', lineOf(problem.pos[0]), 'a key stands twice in the front matter; keep one');
    }
  }
  refuseTagsAndAnchors(document, lineOf);
  if (document.errors.length > 0 || document.warnings.length > 0 || firstStar(document) !== undefined) return undefined;
  const { contents } = document;
  if (contents === null) return new Map();
  if (!isMap(contents)) throw new Refusal('not-a-map', 2, 'the front matter must be a list of `key: value` lines');
  if (contents.items.length > MAX_KEYS) throw new Refusal('too-many-keys', 2, `more than ${MAX_KEYS} keys`);

  const fields = new Map<string, Field>();
  for (const { key, value } of contents.items) {
    if (!isScalar(key)) throw new Refusal('invalid-yaml', 2, 'keys must be plain words');
    const line = lineOf(key.range?.[0] ?? 0);
    const name = String(key.value);
    if (depthOf(value) > MAX_DEPTH)
      throw new Refusal('too-deep', line, `${name} is nested more than ${MAX_DEPTH} deep`);
    // YAML ends a plain value at ` #`, and the author's sentence with it.
    if (name === 'description' && isScalar(value) && value.type === 'PLAIN' && typeof value.comment === 'string') {
      notes.push({
        code: 'comment-in-description',
        line,
        message: 'YAML reads " #" as a comment; the whole line was kept: put the description in quotes',
      });
      fields.set(name, { value: `${textOf(value.value)} #${value.comment}`, line });
    } else fields.set(name, { value: valueOf(value), line });
  }
  return fields;
}

function parse(source: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(source, {
      schema: 'failsafe',
      uniqueKeys: true,
      stringKeys: true,
      lineCounter,
      logLevel: 'error',
      prettyErrors: false,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('too-deep', 2, `nested more than ${MAX_DEPTH} deep`);
    throw error;
  }
}

function refuseTagsAndAnchors(document: Document, lineOf: (offset: number) => number): void {
  visit(document, {
    Node(_, node) {
      const line = lineOf(node.range?.[0] ?? 0);
      if (!isAlias(node) && node.anchor !== undefined)
        throw new Refusal('alias', line, 'YAML anchors and aliases are not read; write the value out');
      if (!isAlias(node) && node.tag !== undefined)
        throw new Refusal('explicit-tag', line, `the tag ${node.tag} is not read; write the value plainly`);
    },
  });
}

/** Where the first alias stands. As no anchor is let in, it stands for nothing: `tools: *`, or `**bold**` words at the start of a value. */
function firstStar(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_, node) {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** The first thing that YAML minds, in words for its author where it is one of the usual two, with its line in the file. */
export function firstYamlProblem(source: string): { readonly message: string | undefined; readonly line: number } {
  const lines = new LineCounter();
  const document = parse(source, lines);
  const problem = document.errors[0];
  const star = firstStar(document);
  const at = (offset: number): number => lines.linePos(offset).line + 1;
  if (star !== undefined && star <= (problem?.pos[0] ?? star))
    return { message: 'a value that begins with * is an alias', line: at(star) };
  if (problem?.code === 'BLOCK_AS_IMPLICIT_KEY')
    return { message: 'a colon with a blank behind it, in a value without quotes', line: at(problem.pos[0]) };
  return { message: problem?.message, line: at(problem?.pos[0] ?? 0) };
}

function valueOf(node: unknown): FieldValue {
  if (node === null || node === undefined) return '';
  if (isScalar(node)) return textOf(node.value);
  if (isSeq(node)) {
    return node.items.every((item) => isScalar(item))
      ? node.items.map((item) => textOf(item.value))
      : { shape: 'nested' };
  }
  return { shape: 'map' };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function depthOf(node: unknown): number {
  if (isMap(node)) return 1 + Math.max(0, ...node.items.map((pair) => depthOf(pair.value)));
  if (isSeq(node)) return 1 + Math.max(0, ...node.items.map(depthOf));
  return 0;
}
