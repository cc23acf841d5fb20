import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { MonitorError } from '../errors.ts';

/** Something about a settings file that its author should know; the file is in force all the same. */
export interface SettingsWarning {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/**
 * YAML text → a value of the schema, with every complaint naming file, line, field and remedy.
 *
 * @throws {MonitorError} `CONFIG_INVALID`, with all complaints at once
 */
export function parseYamlFile<Schema extends z.ZodType>(
  fileName: string,
  text: string,
  schema: Schema,
): { readonly value: z.output<Schema>; readonly warnings: readonly SettingsWarning[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true, stringKeys: true });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line;
    throw new MonitorError(
      'CONFIG_INVALID',
      `${fileName}:${line}: not valid YAML: ${firstLine(broken.message)}. Mend the line.`,
    );
  }
  const raw: unknown = document.toJS({ maxAliasCount: 20 }) ?? {};
  const secrets = secretsIn(raw);
  if (secrets.length > 0) {
    const where = secrets.map((path) => `${fileName}:${lineOf(document, lines, path)}: ${path.join('.')}`).join('; ');
    throw new MonitorError(
      'CONFIG_INVALID',
      `${where}: a credential does not belong in a settings file. Put it into a Secret and mount it (NAME_FILE) or set it as an environment variable.`,
    );
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map((issue) => {
      const path = issue.path.map(String);
      return `${fileName}:${lineOf(document, lines, path)}: ${path.join('.') || '(file)'}: ${issue.message}${found(document.getIn(path))}`;
    });
    throw new MonitorError('CONFIG_INVALID', complaints.join('; '));
  }
  const warnings = unknownKeys(raw, parsed.data, []).map((path): SettingsWarning => {
    const key = path.at(-1) ?? '';
    const near = nearest(key, knownKeys(schema, path.slice(0, -1)));
    return {
      file: fileName,
      line: lineOf(document, lines, path),
      message: `unknown key ${path.join('.')} is ignored${near === undefined ? '' : `; did you mean ${near}?`}`,
    };
  });
  return { value: parsed.data, warnings };
}

/** What stands there, where it is one short value. */
function found(value: unknown): string {
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? JSON.stringify(value) : '';
  return text === '' || text.length > 60 ? '' : `, not ${text}`;
}

/** Keys whose names promise a credential and whose value is a text. */
function secretsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    const named = /(?:^|_)(?:api_key|token|password|secret|private_key)$/.test(key);
    return named && typeof inner === 'string' && inner !== '' ? [here] : secretsIn(inner, here);
  });
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
