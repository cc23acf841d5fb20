import { channelFor, contactRulesFor, isInForce, isReason, tierEntryOf } from '../definitions/matching.ts';
import { holdsIn, meansTarget } from '../definitions/target.ts';
import type { Definitions, KnownIssue, Passage } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import type { DecidingSettings } from '../domain/replay.ts';
import type { Severity } from '../domain/severity.ts';
import { windowText } from '../domain/time-window.ts';

/** The passages that speak about an incident, by what they decide. */
export interface RulesOfIncident {
  readonly tier: readonly Passage[];
  readonly channel: readonly Passage[];
  readonly contacts: readonly Passage[];
}

export function rulesFor(
  incident: Pick<Incident, 'findings'>,
  severity: Severity,
  definitions: Definitions,
  { allowedChannels }: DecidingSettings,
): RulesOfIncident {
  const { findings } = incident;
  const present = <Rule extends Passage>(rules: readonly (Rule | undefined)[]): readonly Passage[] => {
    const found = rules.flatMap((rule) =>
      rule === undefined ? [] : [{ file: rule.file, line: rule.line, text: rule.text }],
    );
    return [...new Map(found.map((rule) => [`${rule.file}:${rule.line}`, rule])).values()];
  };
  return {
    tier: present(findings.map((finding) => tierEntryOf(finding, definitions))),
    channel: present(findings.map((finding) => channelFor(severity, finding, definitions, allowedChannels))).slice(
      0,
      1,
    ),
    contacts: present(findings.flatMap((finding) => contactRulesFor(severity, finding, definitions))),
  };
}

/** A known issue that names an incident and does not silence it. */
export interface IdleIssue extends Passage {
  readonly why: string;
}

/**
 * What the edit adds about an incident without effect: a person who has just written it asks why nothing changes.
 *
 * @param before the files of then: what stood there already is no news
 */
export function idleIssues(
  { findings }: Pick<Incident, 'findings'>,
  definitions: Definitions,
  before: Definitions,
  atMs: number,
): readonly IdleIssue[] {
  const fresh = definitions.knownIssues.filter(
    (issue) => issue.silences && !before.knownIssues.some(({ text }) => text === issue.text),
  );
  return fresh.flatMap((issue) => {
    const meant = findings.filter(
      (finding) => finding.attachedTo === undefined && issue.names.some((name) => meansTarget(name, finding)),
    );
    if (meant.some(({ hold }) => hold?.text === issue.text)) return [];
    const why = meant.map((finding) => whyIdle(issue, finding, atMs)).find((words) => words !== undefined);
    const { file, line, text } = issue;
    return why === undefined ? [] : [{ file, line, text, why }];
  });
}

function whyIdle(issue: KnownIssue, finding: AssessedFinding, atMs: number): string | undefined {
  if (issue.untilMs !== undefined && atMs >= issue.untilMs) return 'it had expired';
  if (!isInForce(issue, atMs)) {
    return `its window${issue.window === undefined ? '' : ` (${windowText(issue.window)})`} was not open`;
  }
  if (issue.reason !== undefined && !isReason(issue.reason, finding.reason)) {
    return `it is about ${issue.reason}, this was ${finding.reason}`;
  }
  if (issue.reason === undefined && finding.family !== 'workload') {
    return `without a reason it is about workloads only, this was ${finding.reason}`;
  }
  if (!holdsIn(issue, finding)) return `it does not hold here, in ${finding.environment}`;
  return undefined;
}
