import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';

/** Where something stands in a text, both from one. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text that was read, whatever it says. */
export interface YamlText {
  /** `{}` for an empty text. */
  readonly value: unknown;
  /** Of a key, or an item of a list; of what is above it where it came by an alias; the beginning where nothing is. */
  readonly placeOf: (path: readonly string[]) => Place;
}

/** Why a text cannot be read. */
export interface BrokenText extends Place {
  readonly message: string;
}

/** A person repeats a handful of values; more is somebody who wants to exhaust the memory. */
const MAX_ALIASES = 20;

const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  DUPLICATE_KEY: 'Keep one of them.',
  MULTIPLE_DOCS: 'Take the --- away and what stands below it.',
  NON_STRING_KEY: 'Put the key in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Put a text with a colon in quotes.',
};

/** YAML 1.2 with anchors and merge keys (`<<`), of one document, keys being texts that stand there once. */
export function readYaml(text: string): YamlText | BrokenText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    merge: true,
  });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col: column } = lines.linePos(broken.pos[0]);
    const what = firstLine(broken.message).replace(/; please use .*$/, '');
    return { line, column, message: `${what}. ${REMEDIES[broken.code] ?? 'Mend the line.'}` };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
    // Whoever walks through the value would never come to an end.
    JSON.stringify(value);
  } catch (error) {
    const { line, col: column } = lines.linePos(failedAlias(document));
    return { line, column, message: wordsOf(error) };
  }
  return { value, placeOf: (path) => placeOf(document, lines, path) };
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? firstLine(error.message) : '';
  const unresolved = /^Unresolved alias .*: (.*)$/.exec(message)?.[1];
  if (unresolved !== undefined) return `*${unresolved} has no anchor &${unresolved} above it. Add it, or write it out.`;
  if (message.startsWith('Excessive alias')) return `more than ${MAX_ALIASES} values by aliases. Write them out.`;
  if (message.startsWith('Merge sources')) return '<< takes a map, or an alias of one that stands above it.';
  return 'an alias stands within its own anchor. Write it out.';
}

/** Nothing but an alias can fail when the text itself is sound: the one that leads nowhere, else the first. */
function failedAlias(document: Document.Parsed): number {
  let first: number | undefined;
  let lost: number | undefined;
  visit(document, {
    Alias: (_, alias) => {
      first ??= alias.range?.[0];
      if (alias.resolve(document) === undefined) lost ??= alias.range?.[0];
    },
  });
  return lost ?? first ?? 0;
}

function placeOf(document: Document.Parsed, lines: LineCounter, path: readonly string[]): Place {
  const at = (offset: number): Place => {
    const { line, col: column } = lines.linePos(offset);
    return { line, column };
  };
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent: unknown = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (isSeq(parent)) {
      const item = parent.items[Number(path[depth - 1])];
      if (isNode(item) && item.range) return at(item.range[0]);
    }
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === path[depth - 1]);
    if (pair !== undefined && isScalar(pair.key) && pair.key.range) return at(pair.key.range[0]);
  }
  return { line: 1, column: 1 };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/ at line \d+.*$/, '') ?? text;
}
