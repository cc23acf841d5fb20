import type { Verdict, Words } from '../domain/agent-report.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import { cut, oneLine, visibleText } from './fence.ts';
import type { EscalationReport, NotifierReport } from './reports.ts';

const LONGEST_SUFFIX = 60;
const MAX_SECTIONS = 5;
const LONGEST_HEADING = 60;
const LONGEST_SECTION = 1_500;
const LONGEST_RECHECK_MINUTES = 1_440;

/** What the escalation agent proposed, in the domain's form; whether its rule stands is decided where the pinned files are. */
export function acceptVerdicts(report: EscalationReport, agent: string, known: readonly AssessedFinding[]): Verdict[] {
  return report.decisions
    .filter((entry) => known.some(({ id }) => id === entry.finding))
    .map((entry) => ({
      findingId: entry.finding,
      agent,
      severity: entry.severity,
      notify: entry.notify,
      channel: entry.channel?.trim() || undefined,
      reason: cut(visibleText(entry.reason).trim(), 500),
      confidence: entry.confidence,
      rule: entry.rule?.trim() || undefined,
      recheckMinutes: recheckMinutes(entry.recheckMinutes),
    }));
}

function recheckMinutes(minutes: number | null): number | undefined {
  if (minutes === null || !Number.isFinite(minutes) || minutes <= 0) return undefined;
  return Math.min(Math.ceil(minutes), LONGEST_RECHECK_MINUTES);
}

export function acceptWords(report: NotifierReport, agent: string, known: readonly AssessedFinding[]): Words[] {
  return report.messages
    .filter((entry) => known.some(({ id }) => id === entry.finding))
    .map((entry) => ({
      findingId: entry.finding,
      agent,
      headlineSuffix: oneLine(entry.headlineSuffix, LONGEST_SUFFIX),
      sections: entry.sections
        .map(({ heading, text }) => ({
          heading: oneLine(heading, LONGEST_HEADING),
          text: cut(visibleText(text).trim(), LONGEST_SECTION),
        }))
        .filter(({ text }) => text !== '')
        .slice(0, MAX_SECTIONS),
    }));
}
