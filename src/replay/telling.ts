import type { Decision, DecisionReason } from '../domain/incident.ts';
import type { ReportedDecision } from '../domain/report.ts';
import type { Severity } from '../domain/severity.ts';

/** What people were, or would have been, told of one incident in one cycle. */
export interface Telling {
  readonly told: boolean;
  readonly reason: DecisionReason;
  readonly detail: string;
  readonly severity: Severity;
  readonly channel: string | undefined;
  readonly contacts: readonly string[];
  /** ISO 8601 UTC. */
  readonly until: string | undefined;
  /** What code made of verdicts and quoted rules. */
  readonly notes: readonly string[];
}

/** The agents' pass says `ongoing` of what the pass before it told: what was told in this cycle stands. */
export function standing(tellings: readonly Telling[]): Telling | undefined {
  return tellings.findLast(({ told }) => told) ?? tellings.at(-1);
}

export function tellingOfReport(decision: ReportedDecision): Telling {
  const { told, reason, detail, severity, channel, contacts = [], until, notes = [] } = decision;
  return { told, reason, detail, severity, channel, contacts, until, notes };
}

export function tellingOfDecision(decision: Decision): Telling {
  const { told, reason, detail, severity, channel, contacts = [], untilMs, notes = [] } = decision;
  const until = untilMs === undefined ? undefined : new Date(untilMs).toISOString();
  return { told, reason, detail, severity, channel, contacts, until, notes };
}

/** In whatever order. */
export function sortedWords(list: readonly string[]): string {
  return list.toSorted().join(' ');
}
