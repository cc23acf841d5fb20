import { stripVTControlCharacters, styleText } from 'node:util';
import type { QuietCycle } from '../../wiring/quiet-cycle.ts';
import type { Complaint, FileKind } from './collected.ts';
import type { ValidatedFile, ValidationDocument } from './document.ts';

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Beyond these, what is not read is counted only. */
const MOST_IGNORED = 12;
const MOST_NAMES = 5;
const KINDS: Readonly<Record<FileKind, string>> = {
  orchestrator: 'orchestrator',
  agent: 'agent file',
  settings: 'settings',
  policy: 'policy',
};

/** What a person reads: by file what code read and what is wrong, then what is not read, what is sent, what it costs, and the count. */
export function validationLines(
  document: ValidationDocument,
  options: { readonly colors: boolean },
): readonly string[] {
  const paint: Paint = options.colors
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const { files, complaints } = document;
  const paths = [...new Set([...files, ...complaints].map(({ path }) => path))];
  const parts = [
    ...paths.map((path) => fileLines(path, document, paint)),
    ignoredLines(document, paint),
    promptLines(document, paint),
    costLines(document, paint),
    [countLine(document, paint)],
  ];
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

function fileLines(path: string, { files, complaints }: ValidationDocument, paint: Paint): readonly string[] {
  const own = files.filter((file) => file.path === path);
  const placed = [
    ...own.map((file) => ({ line: file.line, rank: 0, text: headingOf(file, paint) })),
    ...own.flatMap(({ read }) =>
      read.map(({ line, what }) => ({ line, rank: 1, text: `${paint('dim', `${path}:${line}:`)} ${oneLine(what)}` })),
    ),
    ...complaints
      .filter((complaint) => complaint.path === path)
      .map((complaint) => ({ line: complaint.line ?? 1, rank: 2, text: complaintLine(complaint, paint) })),
  ];
  return placed.toSorted((left, right) => left.line - right.line || left.rank - right.rank).map(({ text }) => text);
}

function headingOf({ name, kind, path, configMap, bytes, tokens }: ValidatedFile, paint: Paint): string {
  const size = [sizeOf(bytes), ...(tokens === undefined ? [] : [tokensOf(tokens)])].join(', ');
  const title = configMap === undefined ? path : `${path} › ${name} of ConfigMap ${configMap}`;
  return `${paint('bold', oneLine(title))} (${KINDS[kind]}, ${size})`;
}

function complaintLine({ path, line, column, severity, message }: Complaint, paint: Paint): string {
  const where = [path, line, column].filter((part) => part !== undefined).join(':');
  return `${where}: ${paint(severity === 'problem' ? 'red' : 'yellow', `${severity}:`)} ${oneLine(message)}`;
}

function ignoredLines({ ignored }: ValidationDocument, paint: Paint): readonly string[] {
  if (ignored.length === 0) return [];
  const more = ignored.length - MOST_IGNORED;
  return [
    paint('bold', 'Not read'),
    ...ignored
      .slice(0, MOST_IGNORED)
      .map(
        ({ path, line, what, why }) =>
          `  ${line === undefined ? path : `${path}:${line}: ${oneLine(what)}`}: ${oneLine(why)}`,
      ),
    ...(more > 0 ? [`  and ${more} more, which --output json lists`] : []),
  ];
}

function promptLines({ prompts }: ValidationDocument, paint: Paint): readonly string[] {
  if (prompts.length === 0) return [];
  const rows = prompts.map(({ agent, model, tokens }) => [agent, tokensOf(tokens), model]);
  return [
    paint('bold', 'What each agent is sent before anything of a cycle: tools, contract, Markdown'),
    ...columns(rows),
  ];
}

function costLines({ quietCycle }: ValidationDocument, paint: Paint): readonly string[] {
  if (quietCycle === null) return [];
  const { agents, notCalled, assumptions } = quietCycle;
  const rows = agents.map(({ agent, listPrice, usage }) => [
    agent,
    `${usage.calls} ${usage.calls === 1 ? 'call' : 'calls'}`,
    `${tokensOf(usage.cacheWriteTokens + usage.inputTokens)} new`,
    `${tokensOf(usage.cacheReadTokens)} cached`,
    `${tokensOf(usage.outputTokens)} written`,
    dollars(usage.costUsd) + (listPrice ? '' : ' (no list price: charged like the dearest model)'),
  ]);
  return [
    paint('bold', `A quiet scheduled cycle with these files costs about ${dollars(quietCycle.costUsd)}`),
    ...columns(rows),
    ...notCalledLines(notCalled),
    paint('dim', '  Assumed:'),
    ...assumptions.map((assumption) => paint('dim', `    ${assumption}`)),
  ];
}

/** Each reason once, with whom it concerns. */
function notCalledLines(notCalled: QuietCycle['notCalled']): readonly string[] {
  const byReason = Map.groupBy(notCalled, ({ reason }) => reason);
  return [...byReason].map(([reason, agents]) => {
    const names = agents.slice(0, MOST_NAMES).map(({ name }) => name);
    const more = agents.length - names.length;
    return `  not called: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} (${reason})`;
  });
}

function countLine({ counts, strict }: ValidationDocument, paint: Paint): string {
  const { files, problems, warnings } = counts;
  const line = [counted(files, 'file'), counted(problems, 'problem'), counted(warnings, 'warning')].join(', ');
  const note = strict && problems === 0 && warnings > 0 ? ' (--strict: warnings count as problems)' : '';
  const isBad = problems > 0 || note !== '';
  return paint(isBad ? 'red' : warnings > 0 ? 'yellow' : 'green', `${line}${note}`);
}

/** What files say may hold anything, and a terminal obeys some of it. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s*[\r\n]\s*/g, ' ')
    .replaceAll(/\p{Cc}|(?!\u200d)\p{Cf}/gu, '\uFFFD');
}

/** Rows whose cells begin below each other. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function tokensOf(tokens: number): string {
  return `≈ ${tokens.toLocaleString('en-US')} tokens`;
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(4)}`;
}
