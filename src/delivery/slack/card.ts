import type { SuspectedChange } from '../../domain/agent-report.ts';
import type { Card } from '../../domain/card.ts';
import { cardTitle, closingSection, costWords, cyclesWords, headlineOf } from '../card-words.ts';
import { clockText } from '../../domain/clock-text.ts';
import { slackTime } from './slack-time.ts';
import {
  context,
  header,
  HEADER_CHARACTERS,
  lengthOf,
  MESSAGE_CHARACTERS,
  plainSection,
  section,
  SECTION_CHARACTERS,
  type Block,
} from './blocks.ts';
import { codeSpan, escapeLineWithin, escapeWithin, link } from './text.ts';

/** Rows of changes and of attached symptoms; what is beyond is counted. */
const MAX_CHANGES = 5;
const MAX_ATTACHED = 10;
const ALL_SECTIONS_CHARACTERS = 3600;
/** Slack advises 4,000 for a text without blocks. */
const PLAIN_TEXT_CHARACTERS = 3500;
const SHORTENED = '_Shortened: more in the thread and in the report._';

/** The blocks of a card in the order of what a reader needs first. The whole stays under {@link MESSAGE_CHARACTERS}. */
export function cardBlocks(card: Card, nowMs: number, lateLine: string | undefined): readonly Block[] {
  const first = [cardHeader(card), ...leadBlocks(card, lateLine), cardContext(card, nowMs)];
  const last = [...stateBlocks(card), cardFooter(card)];
  const open = card.state === 'open' || card.state === 'silenced';
  const middle = open ? openBlocks(card, nowMs) : closedBlocks(card);
  return fit(first, middle, last);
}

/** Code's own words and the first section as plain text: what is left when Slack refused the full card. */
export function trimmedCardBlocks(card: Card, nowMs: number, lateLine: string | undefined): readonly Block[] {
  const body = card.sections[0];
  const words = body === undefined ? '' : escapeWithin(`${body.heading}: ${body.text}`, 600);
  return [
    cardHeader(card),
    ...leadBlocks(card, lateLine),
    cardContext(card, nowMs),
    ...(words === '' ? [] : [plainSection(words)]),
    context(SHORTENED),
    cardFooter(card),
  ];
}

/** The one line for phones and for readers without blocks. */
export function cardLine(card: Card, nowMs: number): string {
  const { emoji, words } = cardTitle(card);
  const lead = card.lead === undefined ? '' : `${escapeLineWithin(card.lead, 300)} `;
  const since = card.state === 'resolved' ? '' : ` since ${clockText(card.onsetAtMs, nowMs)}`;
  const where = `${escapeLineWithin(card.cluster, 80)} ${escapeLineWithin(headlineOf(card), 300)}`;
  return `${lead}${emoji} ${words} ${where} (${escapeLineWithin(card.reason, 80)})${since}`;
}

/** The card as plain text of at most 3,500 characters, for the rung on which blocks are given up. */
export function cardPlainText(card: Card, nowMs: number, lateLine: string | undefined): string {
  const top = [cardLine(card, nowMs), ...(lateLine === undefined ? [] : [lateLine])].join('\n');
  const foot = escapeLineWithin(card.footer.incidentId, 60);
  const words = [
    ...card.sections.slice(0, 5).map(({ heading, text }) => `${heading}: ${text.slice(0, 4000)}`),
    ...card.nextSteps.slice(0, 3).map((step, index) => `${index + 1}. ${step.slice(0, 1000)}`),
    ...card.stateLines.slice(0, 6),
  ];
  const body = escapeWithin(words.join('\n'), PLAIN_TEXT_CHARACTERS - top.length - foot.length - 2);
  return [top, body, foot].filter((part) => part !== '').join('\n');
}

function cardHeader(card: Card): Block {
  const { emoji, words } = cardTitle(card);
  const prefix = `${emoji} ${words} · `;
  return header(prefix + (escapeLineWithin(headlineOf(card), HEADER_CHARACTERS - prefix.length) || 'no title'));
}

function leadBlocks(card: Card, lateLine: string | undefined): readonly Block[] {
  const lead = card.lead === undefined ? '' : escapeWithin(card.lead, 600);
  const lines = [lead, lateLine ?? ''].filter((line) => line !== '');
  return lines.length === 0 ? [] : [section(lines.join('\n'))];
}

function cardContext(card: Card, nowMs: number): Block {
  const contacts = card.contacts.slice(0, 5).map((contact) => escapeLineWithin(contact, 60));
  const facts = [
    `*${escapeLineWithin(card.cluster, 80) || 'cluster'}*`,
    card.namespace === '' ? '' : `ns ${codeSpan(card.namespace, 80)}`,
    codeSpan(card.object, 160),
    card.tier === undefined ? '' : `tier ${escapeLineWithin(card.tier, 10)}`,
    card.environment === 'unknown' ? 'environment unknown' : escapeLineWithin(card.environment, 20),
    escapeLineWithin(card.reason, 80),
    `since ${slackTime(card.onsetAtMs, nowMs)}`,
    cyclesWords(card.cyclesSeen),
    card.origin,
    contacts.length === 0 ? '' : `for ${contacts.join(', ')}`,
  ];
  return context(facts.filter((fact) => fact !== '').join(' · '));
}

function openBlocks(card: Card, nowMs: number): readonly Block[] {
  return [
    ...sectionBlocks(card),
    ...listBlock(
      'Do next',
      card.nextSteps.slice(0, 3).map((step, index) => `${index + 1}. ${stepText(step)}`),
    ),
    ...listBlock(
      'Suspected changes',
      withRest(
        card.changes.slice(0, MAX_CHANGES).map((change) => `• ${changeLine(change, nowMs)}`),
        card.changes.length - MAX_CHANGES,
      ),
    ),
    ...listBlock(
      'Also broken by it',
      withRest(
        card.attached.slice(0, MAX_ATTACHED).map((line) => `• ${escapeLineWithin(line, 200)}`),
        card.attached.length - MAX_ATTACHED,
      ),
    ),
    ...(card.notChecked.length === 0
      ? []
      : [section(`⚠️ *Not checked:* ${escapeLineWithin(card.notChecked.slice(0, 20).join('; '), 600)}`)]),
  ];
}

/** The sections share one allowance, so that a talkative first one does not push the next steps off the card. */
function sectionBlocks(card: Card): readonly Block[] {
  let left = ALL_SECTIONS_CHARACTERS;
  return card.sections.slice(0, 5).flatMap(({ heading, text }) => {
    if (left < 100) return [];
    const blocks = wordBlock(heading, text, Math.min(left, SECTION_CHARACTERS) - 90);
    left -= blocks.reduce((sum, block) => sum + lengthOf(block), 0);
    return blocks;
  });
}

/** Once it is over, the words collapse to one line: what it was. */
function closedBlocks(card: Card): readonly Block[] {
  const closing = closingSection(card);
  return closing === undefined ? [] : wordBlock(closing.heading, closing.text.split('\n')[0] ?? '', 300);
}

function stateBlocks(card: Card): readonly Block[] {
  const lines = card.stateLines
    .slice(0, 6)
    .map((line) => escapeLineWithin(line, 300))
    .filter((line) => line !== '');
  return lines.length === 0 ? [] : [context(lines.join('\n'))];
}

function cardFooter({ footer }: Card): Block {
  return context(
    [
      codeSpan(footer.incidentId, 60),
      `cycle ${escapeLineWithin(footer.cycleId, 60)}`,
      `rules ${codeSpan(footer.revision, 20)}`,
      escapeLineWithin(costWords(footer), 300),
    ].join(' · '),
  );
}

function wordBlock(heading: string, text: string, max: number): readonly Block[] {
  const title = escapeLineWithin(heading, 80).replaceAll('*', '');
  const body = escapeWithin(text, max);
  if (body === '') return [];
  return [section(title === '' ? body : `*${title}*\n${body}`)];
}

function listBlock(heading: string, lines: readonly string[]): readonly Block[] {
  return lines.length === 0 ? [] : [section(`*${heading}*\n${lines.join('\n')}`)];
}

function withRest(lines: readonly string[], more: number): readonly string[] {
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** A step that is a command stands in a code span; in any other, the author's own code spans stay. */
function stepText(step: string): string {
  return /^(?:kubectl|helm|argocd|flux|git|gh|istioctl|curl)\s/.test(step)
    ? codeSpan(step, 400)
    : escapeLineWithin(step, 400);
}

function changeLine(change: SuspectedChange, nowMs: number): string {
  const label =
    change.pullRequest === undefined
      ? `${change.repository}@${change.commit.slice(0, 8)}`
      : `${change.repository} #${change.pullRequest}`;
  const minutes = Math.round(change.minutesBeforeOnset);
  return [
    link(change.url, label, 120),
    escapeLineWithin(change.title, 140),
    `by ${escapeLineWithin(change.author, 60)}`,
    `${minutes} min before onset, ${slackTime(change.atMs, nowMs)}`,
  ].join(' · ');
}

/** Keeps what comes first; what no longer fits is left out, and the message says so. */
function fit(first: readonly Block[], middle: readonly Block[], last: readonly Block[]): readonly Block[] {
  const note = context(SHORTENED);
  const reserved = [...first, ...last, note].reduce((sum, block) => sum + lengthOf(block), 0);
  const kept: Block[] = [];
  let left = MESSAGE_CHARACTERS - reserved;
  for (const block of middle) {
    if (lengthOf(block) > left) break;
    kept.push(block);
    left -= lengthOf(block);
  }
  return [...first, ...kept, ...(kept.length < middle.length ? [note] : []), ...last];
}
