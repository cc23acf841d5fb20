import { cutBetweenWords } from '../domain/plain-line.ts';

const MOST = 30;
const LONGEST = 80;

/** What an edit changed, as people say it: `llm.model: sonnet → opus`. Lists count as one value. */
export function changedFields(before: unknown, after: unknown): readonly string[] {
  const changes = changesAt('', before, after);
  return changes.length <= MOST ? changes : [...changes.slice(0, MOST), `… and ${changes.length - MOST} more`];
}

function changesAt(path: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isMap(before) || !isMap(after)) return [`${path}: ${shown(before)} → ${shown(after)}`];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changesAt(path === '' ? key : `${path}.${key}`, before[key], after[key]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value);
  return cutBetweenWords(text, LONGEST);
}
