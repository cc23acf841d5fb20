import { readFileSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { EnvironmentsFile, SettingsFile } from '../src/settings/schema.ts';
import { DeduplicationFile, FlagsFile, RateLimitsFile, RetryFile, StormFile } from '../src/settings/sibling-schemas.ts';
import { FIELDS, SIBLING_FIELDS, type FieldText } from './settings-fields.ts';
import { fieldsOf, schemaFileOf, schemaTextOf, type Field } from './settings-schema.ts';

/** The tables of `docs/configuration.md` as code. `npm run settings-page` writes them, and the schemas for editors. */
export const SETTINGS_PAGE_FILE = 'docs/configuration.md';

const HEAD = '| field | default | bounds | what it does |\n| --- | --- | --- | --- |\n';
/** Between these lines of the page everything is generated. */
const BEGIN = (name: string): string => `<!-- generated: ${name} (npm run settings-page) -->\n\n`;
const END = '\n<!-- end -->\n';

interface SettingsPart {
  readonly file: string;
  readonly schema: z.ZodType;
  /** The key that the file may stand below. */
  readonly wrapper?: string;
}

const PARTS: readonly SettingsPart[] = [
  { file: 'config.yaml', schema: SettingsFile },
  { file: 'environments.yaml', schema: EnvironmentsFile },
  { file: 'retry.yaml', schema: RetryFile, wrapper: 'retry' },
  { file: 'flags.json', schema: FlagsFile, wrapper: 'flags' },
  { file: 'storm.yaml', schema: StormFile, wrapper: 'storm' },
  { file: 'dedup.yaml', schema: DeduplicationFile, wrapper: 'deduplication' },
  { file: 'rate_limits.yaml', schema: RateLimitsFile, wrapper: 'rate_limits' },
];

const textsOf = (file: string): Readonly<Record<string, FieldText>> =>
  file === 'config.yaml' ? FIELDS : (SIBLING_FIELDS[file] ?? {});

/** The page with fresh tables; what people wrote around them stays. */
export function settingsPageText(page: string): string {
  return PARTS.reduce(
    (text, { file, schema }) => replaced(text, file, HEAD + rowsOf(fieldsOf(schema), textsOf(file))),
    page,
  );
}

/** The texts of the schemas for editors, by their files. */
export function schemaTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PARTS.map(({ file, schema, wrapper }) => {
      const texts = textsOf(file);
      const text = schemaTextOf(file, schema, (path) => (texts[path]?.what ?? '').replaceAll('`', ''), wrapper);
      return [schemaFileOf(file), text];
    }),
  );
}

function replaced(page: string, name: string, table: string): string {
  const begin = page.indexOf(BEGIN(name));
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`${SETTINGS_PAGE_FILE} has no place for the table of ${name}`);
  return page.slice(0, begin + BEGIN(name).length) + table + page.slice(end);
}

function rowsOf(fields: readonly Field[], texts: Readonly<Record<string, FieldText>>): string {
  const known = fields.map(({ path }) => path);
  const wrong = [
    ...known.filter((path) => texts[path] === undefined).map((path) => `${path} has no text`),
    ...Object.keys(texts)
      .filter((path) => !known.includes(path))
      .map((path) => `${path} is no field`),
  ];
  if (wrong.length > 0) throw new Error(`tools/settings-fields.ts: ${wrong.join('; ')}`);
  return fields
    .map(({ path, schema }) => {
      const { byDefault = defaultOf(schema), bounds = boundsOf(schema), what = '' } = texts[path] ?? {};
      return `| ${[`\`${path}\``, byDefault, bounds, what].join(' | ')} |\n`.replaceAll('|  |', '| |');
    })
    .join('');
}

function defaultOf({ default: value }: Field['schema']): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return `\`[${value.join(', ')}]\``;
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function boundsOf(schema: Field['schema']): string {
  const { minimum, maximum = Number.MAX_SAFE_INTEGER, enum: words } = schema;
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(', ');
  if (minimum === undefined) return '';
  return maximum < Number.MAX_SAFE_INTEGER ? `${minimum}–${maximum}` : `≥ ${minimum}`;
}

if (import.meta.main) {
  writeFileSync(SETTINGS_PAGE_FILE, settingsPageText(readFileSync(SETTINGS_PAGE_FILE, 'utf8')));
  for (const [file, text] of Object.entries(schemaTexts())) writeFileSync(file, text);
}
