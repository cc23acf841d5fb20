import { stripVTControlCharacters, styleText } from 'node:util';
import type { Card, MonitorCard } from '../domain/card.ts';
import { cardTitle, closingSection, costWords, cyclesWords, headlineOf } from './card-words.ts';
import { clockText } from '../domain/clock-text.ts';

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

const SEVERITY_STYLE: Readonly<Record<Card['severity'], Style>> = {
  'SEV-1': ['bold', 'red'],
  'SEV-2': ['bold', 'magenta'],
  'SEV-3': ['bold', 'yellow'],
  'SEV-4': ['bold', 'blue'],
};

export interface TerminalOptions {
  /** Columns; a card is at most 100 wide, since longer lines are hard to read. */
  readonly width: number;
  readonly colors: boolean;
  /** Unix milliseconds, the moment of drawing. */
  readonly nowMs: number;
}

/** The card as people see it in Slack, drawn for a terminal: a coloured bar at the left, the same order, no markup. */
export function renderTerminal(card: Card | MonitorCard, options: TerminalOptions): string {
  const paint: Paint = options.colors
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const width = Math.max(30, Math.min(options.width, 100)) - 2;
  const style: Style = 'key' in card ? 'gray' : card.state === 'open' ? SEVERITY_STYLE[card.severity] : 'green';
  const lines =
    'key' in card ? monitorLines(card, options.nowMs, paint, width) : cardLines(card, options.nowMs, paint, width);
  return lines.map((line) => `${paint(style, '▌')} ${line}`.trimEnd()).join('\n');
}

function monitorLines(card: MonitorCard, nowMs: number, paint: Paint, width: number): readonly string[] {
  return [
    ...wrap(`⚪ MONITOR · ${card.state === 'over' ? 'over · ' : ''}${card.headline}`, width).map((line) =>
      paint('bold', line),
    ),
    ...card.lines.flatMap((line) => wrap(line, width)),
    ...wrap(`${card.cluster} · ${card.key} · ${clockText(card.atMs, nowMs)}`, width).map((line) => paint('gray', line)),
  ];
}

function cardLines(card: Card, nowMs: number, paint: Paint, width: number): readonly string[] {
  const { emoji, words } = cardTitle(card);
  const titleStyle: Style = card.state === 'open' ? SEVERITY_STYLE[card.severity] : 'bold';
  const facts = [
    card.cluster,
    card.namespace === '' ? '' : `ns ${card.namespace}`,
    card.object,
    card.tier === undefined ? '' : `tier ${card.tier}`,
    card.environment === 'unknown' ? 'environment unknown' : card.environment,
    card.reason,
    `since ${clockText(card.onsetAtMs, nowMs)}`,
    cyclesWords(card.cyclesSeen),
    card.origin,
    card.contacts.length === 0 ? '' : `for ${card.contacts.join(', ')}`,
  ];
  const gray = (line: string): string => paint('gray', line);
  const paragraph = (heading: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : ['', ...wrap(heading, width).map((line) => paint('bold', line)), ...lines.flatMap((line) => wrap(line, width))];
  const over = card.state === 'resolved' || card.state === 'part-of';
  const closing = closingSection(card);
  const closingWords = closing === undefined ? [] : paragraph(closing.heading, [closing.text.split('\n')[0] ?? '']);
  return [
    ...wrap(`${emoji} ${words} · ${headlineOf(card)}`, width).map((line) => paint(titleStyle, line)),
    ...(card.lead === undefined ? [] : wrap(card.lead, width)),
    ...wrap(facts.filter((fact) => fact !== '').join(' · '), width).map(gray),
    ...(over ? closingWords : openParagraphs(card, nowMs, paragraph)),
    ...(card.stateLines.length === 0 ? [] : ['', ...card.stateLines.flatMap((line) => wrap(line, width))]),
    '',
    ...wrap(
      `${card.footer.incidentId} · cycle ${card.footer.cycleId} · rules ${card.footer.revision} · ${costWords(card.footer)}`,
      width,
    ).map(gray),
  ];
}

function openParagraphs(
  card: Card,
  nowMs: number,
  paragraph: (heading: string, lines: readonly string[]) => readonly string[],
): readonly string[] {
  return [
    ...card.sections.slice(0, 5).flatMap(({ heading, text }) => paragraph(heading, text.split('\n'))),
    ...paragraph(
      'Do next',
      card.nextSteps.slice(0, 3).map((step, index) => `${index + 1}. ${step}`),
    ),
    ...paragraph(
      'Suspected changes',
      card.changes
        .slice(0, 5)
        .map(
          (change) =>
            `• ${change.repository}${change.pullRequest === undefined ? '' : ` #${change.pullRequest}`} · ${change.title} · by ${change.author} · ${Math.round(change.minutesBeforeOnset)} min before onset, ${clockText(change.atMs, nowMs)} · ${change.url}`,
        ),
    ),
    ...paragraph(
      'Also broken by it',
      card.attached.slice(0, 10).map((line) => `• ${line}`),
    ),
    ...paragraph('Not checked', card.notChecked.length === 0 ? [] : [card.notChecked.join('; ')]),
  ];
}

/** No text of a cluster may move the cursor or recolour somebody's terminal. */
function printable(text: string): string {
  return (
    stripVTControlCharacters(text.slice(0, 20_000).toWellFormed())
      .replaceAll('\t', '  ')
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
  );
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}

/** Breaks at spaces; a word longer than the line is broken where it must be. Continuations of a list keep its indent. */
function wrap(text: string, width: number): readonly string[] {
  const clean = oneLine(text);
  const indent = /^(?:\d\. |• )/.exec(clean)?.[0].length ?? 0;
  const lines: string[] = [];
  let line = '';
  for (const word of clean.split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = ' '.repeat(indent);
    }
    while (rest.length > width - indent) {
      if (line.trim() !== '') lines.push(line);
      lines.push(' '.repeat(lines.length === 0 ? 0 : indent) + rest.slice(0, width - indent));
      rest = rest.slice(width - indent);
      line = ' '.repeat(indent);
    }
    line = line.trim() === '' ? line + rest : `${line} ${rest}`;
  }
  if (line.trim() !== '') lines.push(line);
  return lines;
}
