/** What a JSON line says, by the names that loggers give it. */
export interface Structure {
  /** Message and error, in the line's own words. */
  readonly text: string;
  /** '' where there is none. */
  readonly level: string;
}

const LEVEL_KEYS = ['level', 'severity', 'lvl', 'log.level', 'levelname', 'loglevel', '@l', 's'];
const MESSAGE_KEYS = ['msg', 'message', '@m', '@mt', 'event', 'log', 'text', 'body', 'short_message'];
const ERROR_KEYS = [
  'err',
  'error',
  'exception',
  'error.message',
  'attr.error',
  'attr.reason',
  '@x',
  'exc_info',
  'cause',
  'reason',
  'stack_trace',
  'stack',
];

type Fields = Readonly<Record<string, unknown>>;

/** @returns `undefined` for a line that is no JSON object, or one without a message */
export function structureOf(line: string): Structure | undefined {
  const start = line.indexOf('{');
  // Some runtimes and shippers put a time in front.
  if (start < 0 || start > 60 || !line.endsWith('}') || line.slice(0, start).includes('=')) return undefined;
  const fields = parsed(line.slice(start));
  if (fields === undefined) return undefined;
  const message = firstOf(fields, MESSAGE_KEYS, textOf);
  const error = firstOf(fields, ERROR_KEYS, errorOf);
  const parts = [message, error].filter((part) => part !== '');
  const text = error !== '' && message.includes(error) ? message : parts.join(': ');
  return text === '' ? undefined : { text, level: firstOf(fields, LEVEL_KEYS, levelText) };
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstOf(fields: Fields, keys: readonly string[], read: (value: unknown) => string): string {
  const byName = new Map(Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value]));
  for (const key of keys) {
    const found = read(byName.get(key) ?? nested(byName, key));
    if (found !== '') return found;
  }
  return '';
}

/** `log.level` is also written as `{"log": {"level": …}}`. */
function nested(fields: ReadonlyMap<string, unknown>, key: string): unknown {
  const [outer = '', inner] = key.split('.');
  const value = fields.get(outer);
  return inner !== undefined && isFields(value) ? value[inner] : undefined;
}

function levelText(value: unknown): string {
  if (isFields(value)) return levelText(value['level'] ?? value['name']);
  return typeof value === 'number' ? String(value) : textOf(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? (linesIn(value)[0] ?? '') : '';
}

/** An error is a text, or an object with a type and a message; of a stack, only what it is the stack of. */
function errorOf(value: unknown): string {
  if (typeof value === 'string') return isNothing(value) ? '' : causeIn(value);
  if (!isFields(value)) return '';
  const type = textOf(value['type'] ?? value['name'] ?? value['class']);
  const message = textOf(value['message'] ?? value['msg']);
  if (message === '') return typeof value['stack'] === 'string' ? causeIn(value['stack']) : '';
  return type === '' || type === 'Error' || message.startsWith(type) ? message : `${type}: ${message}`;
}

function isNothing(value: string): boolean {
  return /^(?:nil|null|none|<nil>|undefined|false|0)?$/i.test(value.trim());
}

/** Of a stack trace in a field: Python ends with what happened, Java names the first cause last, others begin with it. */
function causeIn(text: string): string {
  const lines = linesIn(text);
  if (lines[0]?.startsWith('Traceback') === true) return lines.at(-1) ?? '';
  return lines.findLast((line) => line.startsWith('Caused by: '))?.slice('Caused by: '.length) ?? lines[0] ?? '';
}

function linesIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
