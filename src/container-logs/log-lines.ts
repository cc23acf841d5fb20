import { structureOf } from './structured-line.ts';

export type Level = 'fatal' | 'error' | 'warn' | 'info';

/** One line of a container's log, as a person would read it. */
export interface LogLine {
  /** Without colours and control characters; of a JSON line, its message and error. */
  readonly text: string;
  /** The text behind time, level and thread; its first thousand characters. */
  readonly message: string;
  /** What the line itself says of its weight. */
  readonly level: Level | undefined;
  readonly indented: boolean;
}

/** Of the end of a log; whoever prints more lines of nothing in his last second is not understood. */
const MOST_LINES = 2_000;
const LINE_CHARACTERS = 16_000;
/** Patterns read no further. */
const MESSAGE_CHARACTERS = 1_000;

// oxlint-disable-next-line no-control-regex -- escape sequences are what is taken away
const ESCAPES = /\u001b(?:\[[0-9;?]{0,40}[ -/]?[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
const INVISIBLE = /\p{Cf}|(?!\t)\p{Cc}/gu;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NOT_TEXT = /[\uFFFD\u0000-\u0008\u000e-\u001a]/g;

const LEVEL_WORDS: readonly (readonly [Level, readonly string[]])[] = [
  ['fatal', ['fatal', 'critical', 'crit', 'emerg', 'emergency', 'alert', 'panic', 'dpanic', 'f', 'ftl']],
  ['error', ['error', 'err', 'eror', 'severe', 'fail', 'failure', 'e']],
  ['warn', ['warn', 'warning', 'wrn', 'w']],
  [
    'info',
    [
      'info',
      'information',
      'inf',
      'notice',
      'debug',
      'dbg',
      'trace',
      'trc',
      'verbose',
      'log',
      'hint',
      'detail',
      'i',
      'd',
    ],
  ],
];
const LEVELS = new Map(LEVEL_WORDS.flatMap(([level, words]) => words.map((word) => [word, level] as const)));
const WORDS = [...LEVELS.keys()].filter((word) => word.length > 1).join('|');

/** A time, a process or thread, or a logger's decoration in front of a level or message. */
const PREFIXES: readonly RegExp[] = [
  /^\(?\[?\d{4}[-/.]\d\d[-/.]\d\d[T ]+\d\d:\d\d:\d\d(?:[.,:]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?\]?\)?[:,]?\s*/,
  /^\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s*/,
  /^[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)?\s+/,
  /^\d+:[MCSX] \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)? [#*.-] /,
  /^\[[^\]]{1,80}\]:?\s*/,
  /^\d{1,10}(?:\.\d+)?(?:#\d+)?:? (?=[[A-Z-])/,
  /^[DIWEFA], (?=\[)/,
  /^(?:--+(?![->])|\|)\s*:?\s*/,
];
const LEVEL_IN_FRONT = new RegExp(
  String.raw`^(?:\[(${WORDS})\]|<(${WORDS})>|(${WORDS})(?=:|\s*\||$)|(${WORDS.toUpperCase()})(?![\w.-]))[:\s|]*`,
  'i',
);
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ [\w./-]+:\d+\]\s*/;
const LEVEL_FIELD = /(?:^|[\s{,])"?(?:level|lvl|severity|loglevel)"?[=:]\s{0,2}"?([a-z]+)/i;

/** The lines that say something, oldest first; empty ones stay, because they end a trace. Lines that are no text are left out. */
export function linesOf(log: string): readonly LogLine[] {
  return endOf(log)
    .split(/\r\n|\n|\r/)
    .slice(-MOST_LINES)
    .flatMap((raw) => {
      const line = raw.slice(0, LINE_CHARACTERS).replace(ESCAPES, '');
      return isText(line) ? [lineOf(line.replace(INVISIBLE, '').trimEnd())] : [];
    });
}

/** No more than is looked at, before it is split. */
function endOf(log: string): string {
  let start = log.length;
  for (let line = 0; line < MOST_LINES && start > 0; line += 1) start = log.lastIndexOf('\n', start - 1);
  return log.slice(Math.max(0, start));
}

function isText(line: string): boolean {
  const strange = line.match(NOT_TEXT)?.length ?? 0;
  return strange === 0 || strange * 20 < line.length;
}

function lineOf(line: string): LogLine {
  const structure = structureOf(line);
  if (structure !== undefined) {
    const { text, level } = structure;
    return { text, message: text.slice(0, MESSAGE_CHARACTERS), level: levelOf(level), indented: false };
  }
  const text = line.trim();
  const front = behindPrefixes(text.slice(0, 2 * MESSAGE_CHARACTERS));
  const level = front.level ?? levelOf(LEVEL_FIELD.exec(text.slice(0, 2_000))?.[1] ?? '');
  return { text, message: front.message.slice(0, MESSAGE_CHARACTERS), level, indented: /^\s/.test(line) };
}

function behindPrefixes(text: string): { readonly message: string; readonly level: Level | undefined } {
  const klog = KLOG.exec(text);
  if (klog !== null) return { message: text.slice(klog[0].length), level: levelOf(klog[1] ?? '') };
  let message = text;
  // A time, a host, a process, a thread, a level and a logger; a line of nothing but brackets ends here too.
  for (let round = 0; round < 8; round += 1) {
    const found = LEVEL_IN_FRONT.exec(message);
    const word = found?.slice(1).find((part) => part !== undefined);
    if (found !== null && word !== undefined && !isWordOfAProgram(word, message)) {
      return { message: message.slice(found[0].length), level: levelOf(word) };
    }
    const prefix = PREFIXES.map((pattern) => pattern.exec(message)?.[0]).find((match) => match !== undefined);
    if (prefix === undefined || prefix === '') break;
    message = message.slice(prefix.length);
  }
  return { message, level: undefined };
}

/** `panic: …` is how Go ends, not a level; `error occurred` and `Log in` are prose. */
function isWordOfAProgram(word: string, message: string): boolean {
  if (message.startsWith('panic:')) return true;
  if (message.startsWith('[') || message.startsWith('<')) return false;
  return word !== word.toUpperCase() && !/^\w+(?::|\s*\||$)/.test(message);
}

/** @param word as loggers write it: `ERROR`, `err`, `F`, or the number of pino and bunyan */
function levelOf(word: string): Level | undefined {
  if (/^\d+$/.test(word)) {
    const number = Number(word);
    return number >= 60 ? 'fatal' : number >= 50 ? 'error' : number >= 40 ? 'warn' : number >= 10 ? 'info' : undefined;
  }
  return LEVELS.get(word.toLowerCase());
}
