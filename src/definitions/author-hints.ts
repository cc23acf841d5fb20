import type { FieldValue } from './front-matter-field.ts';
import { KNOWN_KEYS } from './lenient-front-matter.ts';

/** What the same thing is called in skills, commands and agent files of other programs. */
const OTHER_NAMES: Readonly<Record<string, (typeof KNOWN_KEYS)[number]>> = {
  allowedtools: 'tools',
  deniedtools: 'disallowedTools',
  steps: 'maxTurns',
  maxsteps: 'maxTurns',
  timeout: 'timeoutSeconds',
  reasoningeffort: 'effort',
  agentmodel: 'model',
};

/** The key that was probably meant by one that is not known: other capitals, dashes, or the word that skills use. */
export function meantKey(key: string): string | undefined {
  const plain = key.toLowerCase().replaceAll(/[^a-z]/g, '');
  const other = Object.hasOwn(OTHER_NAMES, plain) ? OTHER_NAMES[plain] : undefined;
  return KNOWN_KEYS.find((known) => known.toLowerCase() === plain) ?? other;
}

/** `Pod Watcher (big)` → `pod-watcher-big`; `undefined` where letters would be lost, as of a name in another script. */
export function nameLike(written: string): string | undefined {
  if (/\P{ASCII}/u.test(written)) return undefined;
  const like = written
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
  return like.length < 2 ? undefined : like;
}

/** The first line of a file's front matter when something stands before it that an editor or a tool may have put there. */
export function lateFenceLine(text: string): number | undefined {
  const lines = text.split(/\r?\n/, 12);
  const index = lines.findIndex(
    (line, at) => /^---[ \t]*$/.test(line) && /^(?:name|description)[ \t]*:/.test(lines[at + 1] ?? ''),
  );
  const before = lines.slice(0, Math.max(0, index));
  return before.length > 0 && before.every((line) => /^\s*$|^<!--.*-->\s*$|^`{3,}\w*\s*$/.test(line))
    ? index + 1
    : undefined;
}

/** Why a value is none for its key, and what to write. */
export function wrongShape(key: string, value: FieldValue | undefined): string {
  const isList = key === 'reasons' || key.endsWith('ools');
  const wanted = isList ? 'one line with commas, or a list of names' : 'text';
  if (Array.isArray(value))
    return `${key} must be ${wanted}; brackets or dashes make a list of it: take them away, or put the value in quotes`;
  const found =
    typeof value === 'object' && 'shape' in value && value.shape === 'map' ? 'a map' : 'a list within a list';
  return `${key} must be ${wanted}; here stands ${found}`;
}
