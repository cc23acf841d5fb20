import type { Field } from './front-matter-field.ts';

/** Keys that begin a field when YAML itself gives up. Everything else at the start of a line is prose of the field before. */
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

/**
 * The second way in, for front matter that is no YAML (published files have `: ` in unquoted descriptions): each known key takes its line and
 * the lines up to the next known key, as they stand. Never half: a line that cannot be told apart refuses the file.
 */
export function parseLeniently(source: string): LenientFields {
  const refuse = (index: number, message: string, duplicate = false): LenientFields => ({
    ok: false,
    line: index + 2,
    message,
    duplicate,
  });
  const raw = new Map<string, { index: number; lines: string[] }>();
  let current: string[] | undefined;
  for (const [index, line] of source.split('\n').entries()) {
    const found = KEY_LINE.exec(line);
    if (found === null) {
      if (BROKEN_KEY_LINE.test(line)) return refuse(index, 'a blank must follow the colon');
      if (current === undefined && line.trim() !== '' && !line.startsWith('#')) {
        return refuse(index, 'the front matter must begin with a known key');
      }
      current?.push(line);
      continue;
    }
    const [, key = '', rest = ''] = found;
    if (raw.has(key)) return refuse(index, `${key} stands twice in the front matter; keep one`, true);
    current = [rest];
    raw.set(key, { index, lines: current });
  }
  const fields = new Map<string, Field>();
  for (const [key, { index, lines }] of raw) {
    const value = valueOf(lines);
    if (key !== 'description' && typeof value === 'string' && isOpen(value))
      return refuse(index, `${key} has a bracket that does not close`);
    if (value === undefined) return refuse(index, `${key} has a quote that does not close`);
    fields.set(key, { value, line: index + 2 });
  }
  return { ok: true, fields };
}

/** @returns `undefined` for a quoted value that does not end where it should */
function valueOf(lines: readonly string[]): Field['value'] | undefined {
  const [first = '', ...more] = lines.map((line) => line.trimEnd());
  const head = first.trim();
  const rest = more.filter((line) => line.trim() !== '');
  if (head === '' && rest.length > 0 && rest.every((line) => /^\s*-\s+\S/.test(line))) {
    const items = rest.map((line) => unquote(line.replace(/^\s*-\s+/, '').trim()));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (/^[|>][-+0-9]*$/.test(head)) {
    return more
      .map((line) => line.trim())
      .join(head.startsWith('|') ? '\n' : ' ')
      .trim();
  }
  if (head.startsWith('[') && head.endsWith(']') && rest.length === 0) {
    const items = head
      .slice(1, -1)
      .split(',')
      .map((item) => unquote(item.trim()));
    return items.every((item) => item !== undefined) ? items.filter((item) => item !== '') : undefined;
  }
  return unquote([head, ...more.map((line) => line.trim())].join('\n').trim());
}

/** A list or map in brackets without its end; a description may well begin with a bracket. */
function isOpen(value: string): boolean {
  return (value.startsWith('[') && !value.endsWith(']')) || (value.startsWith('{') && !value.endsWith('}'));
}

function unquote(text: string): string | undefined {
  const quote = text.charAt(0);
  if (quote !== '"' && quote !== "'") return text;
  return text.length >= 2 && text.endsWith(quote) ? text.slice(1, -1).replaceAll(`\\${quote}`, quote) : undefined;
}
