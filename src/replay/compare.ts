import type { AssessedFinding } from '../domain/finding.ts';
import type { Decision, DecisionReason, Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { CycleReport } from '../domain/report.ts';
import { compareSeverity } from '../domain/severity.ts';
import { marksOf, pairsOf, type Mark } from './marks.ts';
import { ruleChanges, type IdleRule, type RuleChange, type RulesOf } from './rule-changes.ts';
import { sortedWords, standing, tellingOfDecision, tellingOfReport, type Telling } from './telling.ts';

/** How what people hear of an incident in one cycle would change, the weightiest first. */
export const CHANGES = [
  'silenced',
  'later',
  'told',
  'earlier',
  'raised',
  'lowered',
  'other-channel',
  'other-contacts',
  'other-reason',
  'marked',
] as const;
export type Change = (typeof CHANGES)[number] | 'same';

export interface IncidentComparison {
  readonly incident: string;
  /** `Deployment payments/checkout-api: CrashLoop`. */
  readonly about: string;
  readonly change: Change;
  /** `undefined`: it would not have been looked at. */
  readonly was: Telling | undefined;
  readonly now: Telling | undefined;
  readonly marks: readonly Mark[];
  readonly rules: readonly RuleChange[];
  readonly idle: readonly IdleRule[];
}

export interface CycleComparison {
  readonly cycle: string;
  readonly startedAt: string;
  readonly incidents: readonly IncidentComparison[];
}

export interface Replayed {
  readonly findings: readonly AssessedFinding[];
  readonly decisions: readonly Decision[];
  readonly incidents: readonly Incident[];
}

/** Withheld for a while only: it is told when that is over. */
const FOR_A_WHILE: ReadonlySet<DecisionReason> = new Set(['within-tolerance', 'held', 'outside-hours']);

/** What people would have been told differently in one cycle, incident by incident. Pure. */
export function compareCycle(report: CycleReport, again: Replayed, rulesOf: RulesOf): CycleComparison {
  const ids = new Set([
    ...report.decisions.map(({ incident }) => incident),
    ...again.decisions.map(({ incidentId }) => incidentId),
  ]);
  return {
    cycle: report.cycle.id,
    startedAt: report.cycle.startedAt,
    incidents: [...ids].map((id) => compareIncident(id, report, again, rulesOf)),
  };
}

function compareIncident(id: string, report: CycleReport, again: Replayed, rulesOf: RulesOf): IncidentComparison {
  const was = standing(report.decisions.filter(({ incident }) => incident === id).map(tellingOfReport));
  const now = standing(again.decisions.filter(({ incidentId }) => incidentId === id).map(tellingOfDecision));
  const incident = again.incidents.find((candidate) => candidate.id === id);
  const pairs = incident === undefined ? [] : pairsOf(incident, report.findings, again.findings);
  const marks = marksOf(pairs);
  const shown = was?.told === true || now?.told === true || incident?.firstToldAtMs !== undefined;
  const change = changeOf(was, now, marks, shown);
  return {
    incident: id,
    about: incident === undefined ? id : aboutOf(incident),
    change,
    was,
    now,
    marks,
    idle:
      incident === undefined
        ? []
        : rulesOf
            .idle(incident)
            .map(({ file, line, text, why }) => ({ place: rulesOf.place(file, line, 'now'), text, why })),
    rules: change === 'same' || incident === undefined ? [] : ruleChanges(incident, { was, now, pairs, rulesOf }),
  };
}

function changeOf(was: Telling | undefined, now: Telling | undefined, marks: readonly Mark[], shown: boolean): Change {
  if (was?.told === true && now?.told !== true) {
    return now !== undefined && FOR_A_WHILE.has(now.reason) ? 'later' : 'silenced';
  }
  if (was?.told !== true && now?.told === true) {
    return was !== undefined && FOR_A_WHILE.has(was.reason) ? 'earlier' : 'told';
  }
  if (was === undefined || now === undefined) return was === now ? 'same' : 'other-reason';
  const step = compareSeverity(now.severity, was.severity);
  if (step !== 0) return step < 0 ? 'raised' : 'lowered';
  if (shown && was.channel !== now.channel) return 'other-channel';
  if (shown && sortedWords(was.contacts) !== sortedWords(now.contacts)) return 'other-contacts';
  if (was.reason !== now.reason || was.until !== now.until) return 'other-reason';
  return marks.length > 0 || unplaced(was.notes) !== unplaced(now.notes) ? 'marked' : 'same';
}

function aboutOf({ owner, family, findings }: Incident): string {
  const own = findings.filter(({ attachedTo }) => attachedTo === undefined);
  const reasons = [...new Set(own.map(({ reason }) => reason))];
  return `${nameOf(owner)}: ${reasons.join(', ') || family}`;
}

/** A rule that has moved to another line says the same. */
function unplaced(notes: readonly string[]): string {
  return sortedWords(notes.map((note) => note.replaceAll(/\(([\w.-]+):\d+\)/g, '($1)')));
}
