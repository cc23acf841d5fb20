import { cutBetweenWords } from '../domain/plain-line.ts';
import type { Change, ChangeTopic } from '../domain/change.ts';
import { IMPACTS } from '../domain/severity.ts';
import { widenedFirst } from './definition-changes.ts';

export interface SettingsChangeOptions {
  /** As people know it: `config.yaml`. */
  readonly file: string;
  /** What the file said, defaults filled in. */
  readonly before: unknown;
  readonly after: unknown;
  /** Where a key stands in the file now. */
  readonly lineOf: (path: readonly string[]) => number;
  /** Of a million tokens, by a model's id or alias. */
  readonly costOf: (model: string) => number;
}

interface Difference {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

interface Rule {
  readonly fields: RegExp;
  readonly about: ChangeTopic;
  readonly widens?: (difference: Difference, costOf: SettingsChangeOptions['costOf']) => boolean;
}

const LONGEST = 80;

/** Which fields let an agent do or cost more, or people hear less; the first row that fits. Whatever is in no row only changes. */
const RULES: readonly Rule[] = [
  {
    fields: /^(?:model_calls|notifications|signals|patrols)$/,
    about: 'switch',
    widens: ({ after }) => after === false,
  },
  { fields: /^namespaces\.exclude$/, about: 'namespaces', widens: ({ before, after }) => gained(before, after) },
  {
    fields: /^namespaces\.include$/,
    about: 'namespaces',
    widens: ({ before, after }) =>
      before === undefined ? after !== undefined : after !== undefined && gained(after, before),
  },
  { fields: /^checks\..+\.enabled$/, about: 'check', widens: ({ after }) => after === false },
  { fields: /^checks\..+\.grace$/, about: 'check', widens: ({ before, after }) => grew(before ?? 0, after) },
  { fields: /^checks\..+\.impact$/, about: 'check', widens: ({ before, after }) => rankOf(after) > rankOf(before) },
  { fields: /^toolsets\..+\.enabled$/, about: 'toolset', widens: ({ after }) => after === true },
  {
    fields: /^(?:llm\.(?:model|quiet_model)|models\..+)$/,
    about: 'model',
    widens: ({ before, after }, costOf) => typeof after === 'string' && costOf(after) > costOf(String(before)),
  },
  { fields: /^budget\./, about: 'budget', widens: ({ before, after }) => grew(before, after) },
  { fields: /^llm\.max_tokens_per_request$/, about: 'limit', widens: ({ before, after }) => grew(before, after) },
  { fields: /^slack\.channels\./, about: 'channel' },
  { fields: /^slack\.allowed_channels$/, about: 'channel', widens: ({ before, after }) => gained(before, after) },
  { fields: /^github\.repositories$/, about: 'toolset', widens: ({ before, after }) => gained(before, after) },
  {
    fields: /^(?:cluster|namespaces\.(?!include|exclude).+)$/,
    about: 'environment',
    widens: ({ before }) => before === 'production',
  },
];

/** What an edit of one settings file changed, the widenings first. Lists count as one value. */
export function settingsChanges({ file, before, after, lineOf, costOf }: SettingsChangeOptions): readonly Change[] {
  const changes = differencesAt([], before, after).map((difference): Change => {
    const { path } = difference;
    const field = path.join('.');
    const rule = RULES.find(({ fields }) => fields.test(field));
    const widened = rule?.widens?.(difference, costOf) === true;
    return {
      kind: widened ? 'widened' : kindOf(difference),
      about: rule?.about ?? 'setting',
      file,
      line: lineOf(path),
      words: `${field}: ${shown(difference.before)} → ${shown(difference.after)}`,
    };
  });
  return widenedFirst(changes);
}

function kindOf({ before, after }: Difference): Change['kind'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

function differencesAt(path: readonly string[], before: unknown, after: unknown): readonly Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  // What is not there counts as empty beside a map, so that each of its keys is a difference of its own.
  const [old, fresh] = [mapOr(after, before), mapOr(before, after)];
  if (old === undefined || fresh === undefined) return [{ path, before, after }];
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])].flatMap((key) =>
    differencesAt([...path, key], old[key], fresh[key]),
  );
}

function mapOr(other: unknown, value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (isMap(value)) return value;
  return value === undefined && isMap(other) ? {} : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a list has an entry that it had not. */
function gained(before: unknown, after: unknown): boolean {
  const old = new Set(listOf(before).map((entry) => JSON.stringify(entry)));
  return listOf(after).some((entry) => !old.has(JSON.stringify(entry)));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function grew(before: unknown, after: unknown): boolean {
  return typeof before === 'number' && typeof after === 'number' && after > before;
}

/** Where nothing is said the check's own impact holds, which may be any. */
function rankOf(impact: unknown): number {
  return IMPACTS.findIndex((candidate) => candidate === impact);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value);
  return cutBetweenWords(text, LONGEST);
}
