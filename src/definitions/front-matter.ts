import matter from 'gray-matter';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { parseLeniently } from './lenient-front-matter.ts';

/** A field as written: failsafe YAML knows only text, lists and maps. */
export type FieldValue = string | readonly string[] | { readonly shape: 'map' | 'nested' };

export interface Field {
  readonly value: FieldValue;
  /** In the file. */
  readonly line: number;
}

export type FrontMatterRefusal =
  | 'front-matter-language'
  | 'unclosed-front-matter'
  | 'front-matter-too-large'
  | 'too-many-keys'
  | 'too-deep'
  | 'control-character'
  | 'invalid-yaml'
  | 'not-a-map'
  | 'duplicate-key'
  | 'alias'
  | 'explicit-tag';

export interface FrontMatterNote {
  readonly code: 'lenient-yaml' | 'comment-in-description';
  readonly line: number;
  readonly message: string;
}

export type FrontMatter =
  | { readonly kind: 'none' }
  | { readonly kind: 'rejected'; readonly code: FrontMatterRefusal; readonly line: number; readonly message: string }
  | {
      readonly kind: 'read';
      readonly fields: ReadonlyMap<string, Field>;
      readonly notes: readonly FrontMatterNote[];
      readonly body: string;
      /** The line on which the body begins. */
      readonly bodyLine: number;
    };

/** Largest published front matter: 2.3 KB. */
const MAX_FRONT_MATTER_BYTES = 16 * 1024;
const MAX_KEYS = 64;
const MAX_DEPTH = 8;

/** Thrown by our engine through gray-matter, so that a refusal keeps its code and line. */
class Refusal extends Error {
  readonly code: FrontMatterRefusal;
  readonly line: number;
  constructor(code: FrontMatterRefusal, line: number, message: string) {
    super(message);
    this.code = code;
    this.line = line;
  }
}

/**
 * Reads the front matter of an agent file. Nothing of the file is ever executed: the fences and caps are ours, gray-matter gets a block
 * without language tag, and each of its engines but ours throws. Handing it options also bypasses its cache, which would forget errors.
 *
 * @param text decoded, without BOM
 */
export function readFrontMatter(text: string): FrontMatter {
  const split = splitFences(text);
  if (split.kind !== 'split') return split;
  const { source, body, bodyLine } = split;
  try {
    checkCaps(source);
    const notes: FrontMatterNote[] = [];
    const fields = new Map<string, Field>();
    // gray-matter hands over the same block with a line break before it, which would shift our line numbers.
    const engine = (): object => {
      for (const [key, field] of parseStrictly(source, notes) ?? lenientFields(source, notes)) fields.set(key, field);
      return {};
    };
    matter(`---\n${source}\n---\n`, {
      language: 'yaml',
      engines: { yaml: engine, json: deny, javascript: deny, js: deny, coffee: deny, coffeescript: deny, toml: deny },
    });
    return { kind: 'read', fields, notes, body, bodyLine };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'rejected', code: error.code, line: error.line, message: error.message };
  }
}

const deny = {
  parse(): never {
    throw new Refusal('front-matter-language', 1, 'front matter is YAML between lines that hold only ---');
  },
};

type Split =
  | { readonly kind: 'split'; readonly source: string; readonly body: string; readonly bodyLine: number }
  | Exclude<FrontMatter, { kind: 'read' }>;

function splitFences(text: string): Split {
  const opening = /^---([^\r\n]*)(\r?\n|$)/.exec(text);
  if (opening === null) return { kind: 'none' };
  const tag = (opening[1] ?? '').trim();
  if (tag.startsWith('-')) return { kind: 'none' };
  if (tag !== '') {
    const message = `the first line must be --- alone; "${tag.slice(0, 40)}" behind it would name a language, and only YAML is read`;
    return { kind: 'rejected', code: 'front-matter-language', line: 1, message };
  }
  const start = opening[0].length;
  const closing = /^---[ \t]*(?:\r?\n|$)/m.exec(text.slice(start));
  if (closing === null) {
    const message = 'the front matter is not closed: a line that holds only --- must end it';
    return { kind: 'rejected', code: 'unclosed-front-matter', line: 1, message };
  }
  const source = text
    .slice(start, start + closing.index)
    .replaceAll('\r\n', '\n')
    .replace(/\n$/, '');
  const end = start + closing.index + closing[0].length;
  return { kind: 'split', source, body: text.slice(end), bodyLine: text.slice(0, end).split('\n').length };
}

/** Before any parser: what is quadratic or recursive in them must stay small. */
function checkCaps(source: string): void {
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_FRONT_MATTER_BYTES) {
    throw new Refusal(
      'front-matter-too-large',
      1,
      `the front matter holds ${bytes} bytes, the limit is ${MAX_FRONT_MATTER_BYTES}`,
    );
  }
  // oxlint-disable-next-line no-control-regex -- control characters are the subject
  const control = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.exec(source);
  if (control !== null) {
    throw new Refusal(
      'control-character',
      lineAt(source, control.index),
      'the front matter holds a control character; remove it',
    );
  }
  const keys = source.match(/^[^\s#-][^\n]*?:(?=\s|$)/gm)?.length ?? 0;
  if (keys > MAX_KEYS)
    throw new Refusal('too-many-keys', 1, `the front matter has ${keys} keys, the limit is ${MAX_KEYS}`);
  let depth = 0;
  for (const [index, character] of source.split('').entries()) {
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}' || character === '\n') depth = 0;
    if (depth > 32) throw new Refusal('too-deep', lineAt(source, index), `nested more than ${MAX_DEPTH} deep`);
  }
  const compact = /(?:[-?:] ){32}/.exec(source);
  if (compact !== null)
    throw new Refusal('too-deep', lineAt(source, compact.index), `nested more than ${MAX_DEPTH} deep`);
}

/** @returns `undefined` when the YAML is broken in a way that a splitter on the known keys may mend */
function parseStrictly(source: string, notes: FrontMatterNote[]): Map<string, Field> | undefined {
  const lines = new LineCounter();
  const document = parse(source, lines);
  const lineOf = (offset: number): number => lines.linePos(offset).line + 1;
  for (const problem of document.errors) {
    if (problem.code === 'DUPLICATE_KEY') {
      throw new Refusal('duplicate-key', lineOf(problem.pos[0]), 'a key stands twice in the front matter; keep one');
    }
  }
  refuseTagsAndAliases(document, lineOf);
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
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

function refuseTagsAndAliases(document: Document, lineOf: (offset: number) => number): void {
  visit(document, {
    Node(_, node) {
      const line = lineOf(node.range?.[0] ?? 0);
      // `tools: *` is a careless star and no alias.
      if (isAlias(node) && node.source !== '')
        throw new Refusal('alias', line, 'YAML anchors and aliases are not read; write the value out');
      if (!isAlias(node) && node.anchor !== undefined)
        throw new Refusal('alias', line, 'YAML anchors and aliases are not read; write the value out');
      if (!isAlias(node) && node.tag !== undefined)
        throw new Refusal('explicit-tag', line, `the tag ${node.tag} is not read; write the value plainly`);
    },
  });
}

function lenientFields(source: string, notes: FrontMatterNote[]): ReadonlyMap<string, Field> {
  const lines = new LineCounter();
  const problem = parse(source, lines).errors[0];
  const line = lines.linePos(problem?.pos[0] ?? 0).line + 1;
  const parsed = parseLeniently(source);
  if (parsed.ok) {
    notes.push({
      code: 'lenient-yaml',
      line,
      message: `not valid YAML (${problem?.message ?? 'warnings'}); read line by line on the known keys: put the value in quotes`,
    });
    return parsed.fields;
  }
  const refusal = parsed.duplicate ? 'duplicate-key' : 'invalid-yaml';
  throw new Refusal(
    refusal,
    parsed.line,
    `${parsed.message}${problem === undefined ? '' : ` (YAML, line ${line}: ${problem.message})`}`,
  );
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

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length + 1;
}
