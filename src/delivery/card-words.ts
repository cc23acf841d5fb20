import type { Card } from '../domain/card.ts';
import type { Severity } from '../domain/severity.ts';

const SEVERITY_EMOJI: Readonly<Record<Severity, string>> = {
  'SEV-1': '🔴',
  'SEV-2': '🟠',
  'SEV-3': '🟡',
  'SEV-4': '🔵',
};

/** The words before a headline: colour, state and severity. */
export function cardTitle(card: Card): { readonly emoji: string; readonly words: string } {
  switch (card.state) {
    case 'open':
      return { emoji: SEVERITY_EMOJI[card.severity], words: card.severity };
    case 'resolved':
      return { emoji: '✅', words: `RESOLVED ${card.severity}` };
    case 'silenced':
      return { emoji: '🔕', words: `SILENCED ${card.severity}` };
    case 'part-of':
      return { emoji: '🔗', words: `PART OF ANOTHER INCIDENT` };
  }
}

export function headlineOf(card: Card): string {
  return card.headlineSuffix === undefined || card.headlineSuffix.trim() === ''
    ? card.headline
    : `${card.headline} — ${card.headlineSuffix}`;
}

/** One line that keeps what matters of the sections once an incident is over: its cause, else its first words. */
export function closingSection(card: Card): { readonly heading: string; readonly text: string } | undefined {
  return card.sections.find(({ heading }) => /cause/i.test(heading)) ?? card.sections[0];
}

/** `analysis: done · 6 model calls in its cycle (claude-sonnet-5-5) · 41,000 tokens · $0.09`: agents look at a whole cycle, so its cost is not split. An earlier cycle is named. */
export function costWords(footer: Card['footer']): string {
  const { cycleId, analysedInCycle = cycleId, modelCalls, models = [], tokens, costUsd, analysis } = footer;
  const names = models.length === 0 ? '' : ` (${models.join(', ')})`;
  const cycle = analysedInCycle === cycleId ? 'its cycle' : `cycle ${analysedInCycle}`;
  const calls = `${modelCalls === 1 ? '1 model call' : `${modelCalls} model calls`} in ${cycle}${names}`;
  const spent =
    modelCalls === 0
      ? 'no model calls'
      : `${calls} · ${tokens.toLocaleString('en-US')} tokens · $${costUsd.toFixed(2)}`;
  return `analysis: ${analysis} · ${spent}`;
}

export function cyclesWords(cycles: number): string {
  return cycles === 1 ? '1 cycle' : `${cycles} cycles`;
}

/** How long ago a decision may lie before its message says so. */
export const LATE_AFTER_MS = 5 * 60_000;

export function isLate(decidedAtMs: number, nowMs: number): boolean {
  return nowMs - decidedAtMs > LATE_AFTER_MS;
}
