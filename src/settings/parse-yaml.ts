import type { z } from 'zod';
import { MonitorError } from '../errors.ts';
import { complaintOf } from './complaint-words.ts';
import { misplacedCredentials, type MisplacedCredential } from './credentials-in-files.ts';
import { unknownKeys, withoutEmpty } from './schema-keys.ts';
import { readYaml, type Place } from './yaml-text.ts';

/** Something about a settings file that its author should know; the file is in force all the same. */
export interface SettingsWarning {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** How one settings file is worded and written. */
export interface FileShape<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** Stands before `YAML:` and `config:` in complaints: `storm `; empty for `config.yaml`. */
  readonly words?: string;
  readonly language?: 'YAML' | 'JSON';
  /** A file whose only key is this one is read as what stands below it. */
  readonly wrapper?: string;
  /** Keys that are no settings of a file, and where they belong. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Fields that are checked and have no effect yet, by their path, and why; the empty path is the file itself. */
  readonly withoutEffect?: Readonly<Record<string, string>>;
}

/** A settings file that was read and is valid. */
export interface ParsedFile<Value> {
  readonly value: Value;
  readonly warnings: readonly SettingsWarning[];
  /** Where a key of the file stands. */
  readonly placeOf: (path: readonly string[]) => Place;
}

/**
 * YAML or JSON text → a value of the schema, with every complaint naming file, line, column, field and remedy.
 *
 * @throws {MonitorError} `CONFIG_INVALID`, with all complaints at once
 */
export function parseYamlFile<Schema extends z.ZodType>(
  fileName: string,
  text: string,
  shape: FileShape<Schema>,
): ParsedFile<z.output<Schema>> {
  const { schema, words = '', language = 'YAML', wrapper } = shape;
  // Of JSON the ancestors say no more than that it is.
  const textWords = language === 'JSON' ? language : `${words}${language}`;
  const refuse = (what: 'text' | 'config', complaint: string): MonitorError =>
    new MonitorError('CONFIG_INVALID', `invalid ${what === 'config' ? `${words}config` : textWords}: ${complaint}`);
  const read = readYaml(text);
  if ('message' in read) throw refuse('text', `${fileName}:${read.line}:${read.column}: ${read.message}`);
  // All JSON is YAML, so places are known; what is YAML alone is told without one.
  if (language === 'JSON' && text.trim() !== '' && !isJson(text)) {
    throw refuse(
      'text',
      `${fileName}:1: not JSON: keys and texts stand in double quotes, and no comma before a closing brace`,
    );
  }
  const wrapped = wrapper !== undefined && isWrapped(read.value, wrapper);
  const prefix = wrapped ? [wrapper] : [];
  const raw = wrapped ? (read.value[wrapper] ?? {}) : read.value;
  const placeOf = (path: readonly string[]): Place => read.placeOf([...prefix, ...path]);
  const at = (path: readonly string[]): string => {
    const { line, column } = placeOf(path);
    return `${fileName}:${line}:${column}`;
  };

  const credentials = misplacedCredentials(raw);
  if (credentials.length > 0) {
    throw refuse('config', credentials.map((found) => `${at(found.path)}: ${whereItBelongs(found)}`).join('; '));
  }
  const given = withoutEmpty(schema, raw);
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map((issue) => {
      const path = issue.path.map(String);
      return `${at(path)}: ${path.join('.') || '(file)'}: ${complaintOf(issue, valueAt(given, path))}`;
    });
    throw refuse('config', complaints.join('; '));
  }
  const warnings = warningsOf(given, shape).map(({ path, message }) => ({ file: fileName, ...placeOf(path), message }));
  return { value: parsed.data, warnings, placeOf };
}

function whereItBelongs({ shown, belongsInto }: MisplacedCredential): string {
  const name = belongsInto === '' ? 'NAME' : belongsInto;
  return `${shown}: a credential does not belong in a settings file. Put it into the Secret k8s-monitor${belongsInto === '' ? '' : ` as ${belongsInto}`}, mount it (${name}_FILE) or set ${name} in the environment, and renew it: whoever could read this file has seen it.`;
}

function warningsOf(
  raw: unknown,
  { schema, elsewhere = {}, withoutEffect = {} }: FileShape<z.ZodType>,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  const unknown = unknownKeys(schema, raw).map(({ path, near }) => {
    const [key = ''] = path;
    const belongs = path.length === 1 && Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
    const message =
      belongs === undefined
        ? `unknown key ${path.join('.')} is ignored${near === undefined ? '' : `; did you mean ${near}?`}`
        : `${key} needs a restart and is not read from this file: ${belongs}`;
    return { path, message };
  });
  const idle = Object.entries(withoutEffect).flatMap(([field, why]) => {
    const path = field === '' ? [] : field.split('.');
    const value = valueAt(raw, path);
    if (value === undefined || isEmpty(value)) return [];
    return [
      { path, message: `${field === '' ? 'the file' : field} is known but has no effect in this version: ${why}` },
    ];
  });
  return [...unknown, ...idle];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isWrapped(whole: unknown, wrapper: string): whole is Readonly<Record<string, unknown>> {
  return typeof whole === 'object' && whole !== null && Object.keys(whole).join() === wrapper;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return valueAt(Reflect.get(value, key), rest);
}
