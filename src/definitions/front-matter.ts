import matter from 'gray-matter';
import { lateFenceLine } from './author-hints.ts';
import {
  MAX_DEPTH,
  MAX_KEYS,
  Refusal,
  type Field,
  type FrontMatterNote,
  type FrontMatterRefusal,
} from './front-matter-field.ts';
import { parseLeniently } from './lenient-front-matter.ts';
import { firstYamlProblem, parseStrictly } from './strict-front-matter.ts';

export type FrontMatter =
  | {
      readonly kind: 'none';
      /** Where front matter begins that nothing may stand before. */
      readonly lateFenceLine: number | undefined;
    }
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
    // It looks for comments in a way that is quadratic in blank lines.
    const dense = source
      .split('\n')
      .filter((line) => line.trim() !== '')
      .join('\n');
    matter(`---\n${dense}\n---\n`, {
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
  const tag = (opening?.[1] ?? '').trim();
  if (opening === null || tag.startsWith('-')) return { kind: 'none', lateFenceLine: lateFenceLine(text) };
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
  let opened = 0;
  for (const [index, character] of source.split('').entries()) {
    if (character === '[' || character === '{') {
      depth += 1;
      opened += 1;
      if (opened > 256)
        throw new Refusal('too-deep', lineAt(source, index), 'more than 256 brackets in the front matter');
    } else if (character === ']' || character === '}' || character === '\n') depth = 0;
    if (depth > 32) throw new Refusal('too-deep', lineAt(source, index), `nested more than ${MAX_DEPTH} deep`);
  }
  const compact = /(?:[-?:] ){32}/.exec(source);
  if (compact !== null)
    throw new Refusal('too-deep', lineAt(source, compact.index), `nested more than ${MAX_DEPTH} deep`);
}

function lenientFields(source: string, notes: FrontMatterNote[]): ReadonlyMap<string, Field> {
  const { message: problem, line } = firstYamlProblem(source);
  const parsed = parseLeniently(source);
  if (parsed.ok) {
    notes.push({
      code: 'lenient-yaml',
      line,
      message: `not valid YAML (${problem ?? 'warnings'}); read line by line on the known keys: ${/^tabs\b/i.test(problem ?? '') ? 'indent with blanks' : 'put the value in quotes'}`,
    });
    return parsed.fields;
  }
  const refusal = parsed.duplicate ? 'duplicate-key' : 'invalid-yaml';
  throw new Refusal(
    refusal,
    parsed.line,
    `${parsed.message}${problem === undefined ? '' : ` (YAML, line ${line}: ${problem})`}`,
  );
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length + 1;
}
