import type { Field } from './front-matter-field.ts';

/** Keys that begin a field when YAML itself gives up, wherever they stand at the start of a line. */
export const KNOWN_KEYS = [
  'name',
  'description',
  'tools',
  'disallowedTools',
  'model',
  'effort',
  'role',
  'when',
  'reasons',
  'maxTurns',
  'maxTokens',
  'timeoutSeconds',
  'permissionMode',
  'skills',
  'mcpServers',
  'hooks',
  'memory',
  'background',
  'isolation',
  'color',
  'initialPrompt',
] as const;

export type LenientFields =
  | { readonly ok: true; readonly fields: ReadonlyMap<string, Field> }
  | { readonly ok: false; readonly line: number; readonly message: string; readonly duplicate: boolean };

const KEY_LINE = new RegExp(`^(${KNOWN_KEYS.join('|')})[ \\t]*:(?:[ \\t]+(.*))?$`);
const BROKEN_KEY_LINE = new RegExp(
  `^(${KNOWN_KEYS.join('|')})[ \\t]*:[^\\s]|^(${KNOWN_KEYS.join('|')})[ \\t]*:\\u00a0`,
);
const OTHER_KEY_LINE = /^([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*))?$/;
/** What a line such as `user: "Why?"` may be a part of. Behind any other field it is a key that we do not know. */
const PROSE: ReadonlySet<string> = new Set(['description', 'initialPrompt']);

interface RawField {
  readonly key: string;
  readonly index: number;
  readonly lines: string[];
}

/**
 * The second way in, for front matter that is no YAML (published files have `: ` in unquoted descriptions): each key takes its line and the
 * lines up to the next key, as they stand. Never half: a line that cannot be told apart refuses the file.
 */
export function parseLeniently(source: string): LenientFields {
  const refuse = (index: number, message: string, duplicate = false): LenientFields => ({
    ok: false,
    line: index + 2,
    message,
    duplicate,
  });
  const raw = new Map<string, RawField>();
  let current: RawField | undefined;
  for (const [index, line] of source.split('\n').entries()) {
    const isProse = current !== undefined && PROSE.has(current.key);
    const found = KEY_LINE.exec(line) ?? (isProse ? null : OTHER_KEY_LINE.exec(line));
    if (found === null) {
      if (BROKEN_KEY_LINE.test(line)) return refuse(index, 'a blank must follow the colon');
      if (current === undefined && line.trim() !== '' && !line.startsWith('#')) {
        return refuse(index, 'the front matter must begin with a key such as name');
      }
      current?.lines.push(line);
      continue;
    }
    const [, key = '', rest = ''] = found;
    if (raw.has(key)) return refuse(index, `${key} stands twice in the front matter; keep one`, true);
    current = { key, index, lines: [rest] };
    raw.set(key, current);
  }
  const fields = new Map<string, Field>();
  for (const { key, index, lines } of raw.values()) {
    const value = PROSE.has(key) ? proseOf(lines) : valueOf(lines);
    if (!PROSE.has(key) && typeof value === 'string' && isOpen(value))
      return refuse(index, `${key} has a bracket that does not close`);
    if (value === undefined) return refuse(index, `${key} has a quote that does not close`);
    fields.set(key, { value, line: index + 2 });
  }
  return { ok: true, fields };
}

/** Text for people and models: whole, with its line breaks. */
function proseOf(lines: readonly string[]): string | undefined {
  const [first = '', ...more] = lines.map((line) => line.trim());
  if (/^[|>][-+0-9]*$/.test(first)) return more.join(first.startsWith('|') ? '\n' : ' ').trim();
  const text = [first, ...more].join('\n').trim();
  // `"In short": the rest` begins with a quotation, and is none as a whole.
  const isQuotation = text.startsWith('"') && !text.endsWith('"') && (text.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 0;
  return isQuotation ? text : unquote(text);
}

/** A name, a word, a number or a list: without comments. */
function valueOf(lines: readonly string[]): Field['value'] | undefined {
  const [head = '', ...rest] = lines
    .filter((line, index) => index === 0 || !/^\s*(?:#|$)/.test(line))
    .map((line) => withoutComment(line.trim()));
  if (head === '' && rest.length > 0 && rest.every((line) => /^-\s+\S/.test(line)))
    return listOf(rest.map((line) => line.replace(/^-\s+/, '')));
  if (head === '' && rest.length > 0 && rest.every((line) => /^[\w"'*-]+\s*:(?:\s|$)/.test(line)))
    return { shape: 'map' };
  const text = [head, ...rest].join(' ').trim();
  if (text.startsWith('[') && text.endsWith(']')) return listOf(text.slice(1, -1).split(','));
  return unquote(text);
}

function listOf(items: readonly string[]): readonly string[] | undefined {
  const values = items.map((item) => unquote(item.trim())).filter((item) => item !== '');
  return values.every((item) => item !== undefined) ? values : undefined;
}

function withoutComment(text: string): string {
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s+#/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  return text.startsWith('"') || text.startsWith("'") ? text : text.replace(/(?:^|\s)#.*$/, '').trimEnd();
}

/** A list or map in brackets without its end; a description may well begin with a bracket. */
function isOpen(value: string): boolean {
  return (value.startsWith('[') && !value.endsWith(']')) || (value.startsWith('{') && !value.endsWith('}'));
}

/** @returns `undefined` for a quoted value that does not end where it should */
function unquote(text: string): string | undefined {
  const quote = text.charAt(0);
  if (quote !== '"' && quote !== "'") return text;
  if (text.length < 2 || !text.endsWith(quote)) return undefined;
  const inner = text.slice(1, -1);
  return quote === '"'
    ? inner.replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    : inner.replaceAll(/''|\\'/g, "'");
}
