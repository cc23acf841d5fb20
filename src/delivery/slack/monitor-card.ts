import type { MonitorCard } from '../../domain/card.ts';
import { clockText } from '../../domain/clock-text.ts';
import { slackTime } from './slack-time.ts';
import { context, header, HEADER_CHARACTERS, section, SECTION_CHARACTERS, type Block } from './blocks.ts';
import { codeSpan, escapeLineWithin, escapeWithin } from './text.ts';

/** Trouble of the monitor itself: grey, so that nobody takes it for trouble of a service. */
export function monitorBlocks(card: MonitorCard, nowMs: number, lateLine: string | undefined): readonly Block[] {
  const prefix = monitorPrefix(card);
  const body = linesWithin(card.lines, SECTION_CHARACTERS);
  const facts = [
    `*${escapeLineWithin(card.cluster, 80) || 'cluster'}*`,
    codeSpan(card.key, 80),
    slackTime(card.atMs, nowMs),
    ...(lateLine === undefined ? [] : [lateLine]),
  ];
  return [
    header(prefix + (escapeLineWithin(card.headline, HEADER_CHARACTERS - prefix.length) || 'no title')),
    ...(body === '' ? [] : [section(body)]),
    context(facts.join(' · ')),
  ];
}

export function monitorLine(card: MonitorCard, nowMs: number): string {
  return `${monitorPrefix(card)}${escapeLineWithin(card.cluster, 80)} ${escapeLineWithin(card.headline, 400)}, ${clockText(card.atMs, nowMs)}`;
}

export function monitorPlainText(card: MonitorCard, nowMs: number): string {
  return [monitorLine(card, nowMs), linesWithin(card.lines, 2500)].filter((part) => part !== '').join('\n');
}

function monitorPrefix(card: MonitorCard): string {
  return card.state === 'over' ? '⚪ MONITOR · over · ' : '⚪ MONITOR · ';
}

function linesWithin(lines: readonly string[], max: number): string {
  return escapeWithin(
    lines
      .slice(0, 30)
      .map((line) => line.slice(0, 2000))
      .join('\n'),
    max,
  );
}
