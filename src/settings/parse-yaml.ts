import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { MonitorError } from '../errors.ts';
import { misplacedCredentials, type MisplacedCredential } from './credentials-in-files.ts';

/** Something about a settings file that its author should know; the file is in force all the same. */
export interface SettingsWarning {
  readonly file: string;
  readonly line: number;
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
}

/** A settings file that was read and is valid. */
export interface ParsedFile<Value> {
  readonly value: Value;
  readonly warnings: readonly SettingsWarning[];
  /** On which line a key of the file stands. */
  readonly lineOf: (path: readonly string[]) => number;
}

/**
 * YAML or JSON text → a value of the schema, with every complaint naming file, line, field and remedy.
 *
 * @throws {MonitorError} `CONFIG_INVALID`, with all complaints at once
 */
export function parseYamlFile<Schema extends z.ZodType>(
  fileName: string,
  text: string,
  shape: FileShape<Schema>,
): ParsedFile<z.output<Schema>> {
  const { schema, words = '', language = 'YAML', wrapper, elsewhere = {} } = shape;
  const refuse = (what: 'text' | 'config', complaint: string): MonitorError =>
    new MonitorError('CONFIG_INVALID', `invalid ${words}${what === 'text' ? language : 'config'}: ${complaint}`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true, stringKeys: true });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line;
    throw refuse('text', `${fileName}:${line}: ${firstLine(broken.message)}. Mend the line.`);
  }
  // All JSON is YAML, so lines are known; what is YAML alone is told without one.
  if (language === 'JSON' && text.trim() !== '' && !isJson(text)) {
    throw refuse(
      'text',
      `${fileName}:1: not JSON: keys and texts stand in double quotes, and no comma before a closing brace`,
    );
  }
  const whole: unknown = document.toJS({ maxAliasCount: 20 }) ?? {};
  const wrapped = wrapper !== undefined && isWrapped(whole, wrapper);
  const prefix = wrapped ? [wrapper] : [];
  const raw: unknown = wrapped ? (whole[wrapper] ?? {}) : whole;
  const lineAt = (path: readonly string[]): number => lineOf(document, lines, [...prefix, ...path]);

  const credentials = misplacedCredentials(raw);
  if (credentials.length > 0) throw refuse('config', credentials.map((found) => whereItBelongs(found)).join('; '));

  function whereItBelongs({ path, belongsInto }: MisplacedCredential): string {
    const name = belongsInto === '' ? 'NAME' : belongsInto;
    return `${fileName}:${lineAt(path)}: ${path.join('.')}: a credential does not belong in a settings file. Put it into the Secret k8s-monitor${belongsInto === '' ? '' : ` as ${belongsInto}`}, mount it (${name}_FILE) or set ${name} in the environment, and renew it: whoever could read this file has seen it.`;
  }

  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map((issue) => {
      const path = issue.path.map(String);
      return `${fileName}:${lineAt(path)}: ${path.join('.') || '(file)'}: ${issue.message}${found(document.getIn([...prefix, ...path]))}`;
    });
    throw refuse('config', complaints.join('; '));
  }
  const warnings = unknownKeys(raw, parsed.data, []).map((path): SettingsWarning => {
    const key = path.at(-1) ?? '';
    const belongs = path.length === 1 && Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
    const near = nearest(key, knownKeys(schema, path.slice(0, -1)));
    return {
      file: fileName,
      line: lineAt(path),
      message:
        belongs === undefined
          ? `unknown key ${path.join('.')} is ignored${near === undefined ? '' : `; did you mean ${near}?`}`
          : `${key} needs a restart and is not read from this file: ${belongs}`,
    };
  });
  return { value: parsed.data, warnings, lineOf: lineAt };
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

/** What stands there, where it is one short value. */
function found(value: unknown): string {
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? JSON.stringify(value) : '';
  return text === '' || text.length > 60 ? '' : `, not ${text}`;
}

function unknownKeys(raw: unknown, parsed: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof raw !== 'object' || raw === null || typeof parsed !== 'object' || parsed === null) return [];
  return Object.entries(raw).flatMap(([key, inner]) => {
    const here = [...path, key];
    const renamed = Object.hasOwn(parsed, key) ? Reflect.get(parsed, key) : undefined;
    return Object.hasOwn(parsed, key) ? unknownKeys(inner, renamed, here) : [here];
  });
}

/** The keys the schema knows at this path; empty where it takes any. */
function knownKeys(schema: z.ZodType, path: readonly string[]): readonly string[] {
  let current: unknown = schema;
  const unwrap = (candidate: unknown): unknown => {
    const inner = typeof candidate === 'object' && candidate !== null && 'def' in candidate ? candidate.def : undefined;
    return typeof inner === 'object' && inner !== null && 'innerType' in inner ? unwrap(inner.innerType) : candidate;
  };
  const shapeOf = (candidate: unknown): Readonly<Record<string, unknown>> => {
    const unwrapped = unwrap(candidate);
    if (typeof unwrapped !== 'object' || unwrapped === null || !('shape' in unwrapped)) return {};
    return typeof unwrapped.shape === 'object' && unwrapped.shape !== null ? { ...unwrapped.shape } : {};
  };
  for (const key of path) current = itemOf(unwrap(current)) ?? shapeOf(current)[key];
  return Object.keys(shapeOf(current));
}

/** What a list holds; `undefined` for what is none. */
function itemOf(schema: unknown): unknown {
  const definition = typeof schema === 'object' && schema !== null && 'def' in schema ? schema.def : undefined;
  return typeof definition === 'object' && definition !== null && 'element' in definition
    ? definition.element
    : undefined;
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent: unknown = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (isSeq(parent)) {
      const item = parent.items[Number(path[depth - 1])];
      if (isNode(item) && item.range) return lines.linePos(item.range[0]).line;
    }
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === path[depth - 1]);
    if (pair !== undefined && isScalar(pair.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
  }
  return 1;
}

/** The known key that a slip of the finger away from `key`. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(key.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((left, right) => left.distance - right.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, key.length / 3) ? best.candidate : undefined;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/ at line \d+.*$/, '') ?? text;
}
