import type { Passage } from '../domain/definitions.ts';
import type { AssessedFinding, Hold } from '../domain/finding.ts';
import type { Decision, DecisionReason, Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { CycleReport, ReportedDecision, ReportedFinding } from '../domain/report.ts';
import { compareSeverity, type Severity } from '../domain/severity.ts';

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

/** One thing that files say of a finding, then and now. */
export interface Mark {
  readonly what: 'tier' | 'environment' | 'priority' | 'labels' | 'floor';
  readonly was: string;
  readonly now: string;
}

/** A rule that stands on one side only. */
export interface RuleChange {
  readonly side: 'was' | 'now';
  readonly what: string;
  /** `agents/CLAUDE.md:12`. */
  readonly place: string;
  readonly text: string;
}

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
}

export interface CycleComparison {
  readonly cycle: string;
  readonly startedAt: string;
  readonly incidents: readonly IncidentComparison[];
}

/** The passages that speak about an incident, by what they decide. */
export type Rules = Readonly<Record<'tier' | 'channel' | 'contacts', readonly Passage[]>>;

export interface Replayed {
  readonly findings: readonly AssessedFinding[];
  readonly decisions: readonly Decision[];
  readonly incidents: readonly Incident[];
}

export interface RulesOf {
  /** `undefined`: the files of then are not at hand. */
  readonly was: (incident: Incident, severity: Severity) => Rules | undefined;
  readonly now: (incident: Incident, severity: Severity) => Rules;
  /** Where a line of a file stands for the person who edits it. */
  readonly place: (file: string, line: number, side: RuleChange['side']) => string;
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
    rules: change === 'same' || incident === undefined ? [] : ruleChanges(incident, { was, now, pairs, rulesOf }),
  };
}

/** The agents' pass says `ongoing` of what the pass before it told: what was told in this cycle stands. */
function standing(tellings: readonly Telling[]): Telling | undefined {
  return tellings.findLast(({ told }) => told) ?? tellings.at(-1);
}

function tellingOfReport(decision: ReportedDecision): Telling {
  const { told, reason, detail, severity, channel, contacts = [], until, notes = [] } = decision;
  return { told, reason, detail, severity, channel, contacts, until, notes };
}

function tellingOfDecision(decision: Decision): Telling {
  const { told, reason, detail, severity, channel, contacts = [], untilMs, notes = [] } = decision;
  const until = untilMs === undefined ? undefined : new Date(untilMs).toISOString();
  return { told, reason, detail, severity, channel, contacts, until, notes };
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
  if (shown && words(was.contacts) !== words(now.contacts)) return 'other-contacts';
  if (was.reason !== now.reason || was.until !== now.until) return 'other-reason';
  return marks.length > 0 || unplaced(was.notes) !== unplaced(now.notes) ? 'marked' : 'same';
}

interface Pair {
  readonly was: ReportedFinding;
  readonly now: AssessedFinding;
}

/** The findings of this cycle that the incident stands for, on both sides. */
function pairsOf(
  incident: Incident,
  was: readonly ReportedFinding[],
  now: readonly AssessedFinding[],
): readonly Pair[] {
  const { owner, family } = incident;
  return now.flatMap((finding) => {
    const recorded = was.find(({ id }) => id === finding.id);
    const isOwn = finding.family === family && nameOf(finding.owner) === nameOf(owner);
    return recorded === undefined || !isOwn ? [] : [{ was: recorded, now: finding }];
  });
}

function marksOf(pairs: readonly Pair[]): readonly Mark[] {
  const marks = pairs.flatMap(({ was, now }) => {
    const sides: readonly Mark[] = [
      { what: 'tier', was: was.tier ?? 'none', now: now.tier ?? 'none' },
      { what: 'environment', was: was.environment, now: now.environment },
      { what: 'priority', was: was.priority, now: now.priority },
      { what: 'labels', was: labelText(was.customLabels), now: labelText(now.customLabels) },
      { what: 'floor', was: was.floor, now: now.floor },
    ];
    return sides.filter((mark) => mark.was !== mark.now);
  });
  return [...new Map(marks.map((mark) => [`${mark.what} ${mark.was} ${mark.now}`, mark])).values()];
}

function labelText(labels: AssessedFinding['customLabels']): string {
  const pairs = Object.entries(labels).map(([key, values]) => `${key}=${[...values].toSorted().join(',')}`);
  return pairs.toSorted().join(' ') || 'none';
}

function ruleChanges(
  incident: Incident,
  parts: {
    readonly was: Telling | undefined;
    readonly now: Telling | undefined;
    readonly pairs: readonly Pair[];
    readonly rulesOf: RulesOf;
  },
): readonly RuleChange[] {
  const { was, now, pairs, rulesOf } = parts;
  const passages = (what: string, before: readonly Passage[], after: readonly Passage[]): readonly RuleChange[] => {
    const only = (side: RuleChange['side'], own: readonly Passage[], others: readonly Passage[]) =>
      own
        .filter((rule) => !others.some((other) => other.file === rule.file && other.text === rule.text))
        .map(({ file, line, text }): RuleChange => ({ side, what, place: rulesOf.place(file, line, side), text }));
    return [...only('was', before, after), ...only('now', after, before)];
  };
  const named = (what: string, side: RuleChange['side'], place: string, text: string): RuleChange => {
    const [, file, line] = /^(.+):(\d+)$/.exec(place) ?? [];
    return {
      side,
      what,
      place: file === undefined ? place : rulesOf.place(file, Number(line), side),
      text,
    };
  };
  const byPolicy = pairs.flatMap((pair): readonly RuleChange[] =>
    (['environment', 'labels', 'priority'] as const).flatMap((what) => {
      const [before, after] = [policySays(pair.was, what), policySays(pair.now, what)];
      if (before === after) return [];
      return [named(what, 'was', pair.was.policy[what], before), named(what, 'now', pair.now.policy[what], after)];
    }),
  );
  const holds = (['known-issue', 'within-tolerance', 'possible-known-issue'] as const).flatMap((kind) =>
    passages(
      HOLDS[kind],
      pairs.flatMap((pair) => (pair.was.hold?.kind === kind ? [pair.was.hold] : [])),
      pairs.flatMap((pair) => (pair.now.hold?.kind === kind ? [pair.now.hold] : [])),
    ),
  );
  const before = rulesOf.was(incident, was?.severity ?? incident.severity);
  const after = rulesOf.now(incident, now?.severity ?? incident.severity);
  const spoken = (['tier', 'channel', 'contacts'] as const).flatMap((what) => {
    const isChanged = {
      tier: pairs.some((pair) => pair.was.tier !== pair.now.tier),
      channel: was?.channel !== now?.channel,
      contacts: words(was?.contacts ?? []) !== words(now?.contacts ?? []),
    }[what];
    // Without the files of then, what stands now is all that can be pointed at.
    return isChanged ? passages(what, before?.[what] ?? [], after[what]) : [];
  });
  const all = [...holds, ...spoken, ...byPolicy];
  return [...new Map(all.map((rule) => [JSON.stringify(rule), rule])).values()];
}

const HOLDS: Readonly<Record<Hold['kind'], string>> = {
  'known-issue': 'known issue',
  'within-tolerance': 'tolerance',
  'possible-known-issue': 'possible known issue',
};

function policySays(finding: ReportedFinding | AssessedFinding, what: 'environment' | 'labels' | 'priority'): string {
  switch (what) {
    case 'environment':
      return finding.environment;
    case 'labels':
      return labelText(finding.customLabels);
    case 'priority':
      return finding.priorityByPolicy ?? finding.priority;
  }
}

function aboutOf({ owner, family, findings }: Incident): string {
  const own = findings.filter(({ attachedTo }) => attachedTo === undefined);
  const reasons = [...new Set(own.map(({ reason }) => reason))];
  return `${nameOf(owner)}: ${reasons.join(', ') || family}`;
}

/** In whatever order. */
function words(list: readonly string[]): string {
  return list.toSorted().join(' ');
}

/** A rule that has moved to another line says the same. */
function unplaced(notes: readonly string[]): string {
  return words(notes.map((note) => note.replaceAll(/\(([\w.-]+):\d+\)/g, '($1)')));
}
