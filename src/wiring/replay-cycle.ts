import { channelFor, contactRulesFor, tierEntryOf } from '../definitions/matching.ts';
import type { AgentsOutcome, Verdict } from '../domain/agent-report.ts';
import type { Definitions, Passage } from '../domain/definitions.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { DecidingSettings, ReplayPass } from '../domain/replay.ts';
import type { CycleReport, ReportedFinding } from '../domain/report.ts';
import type { Severity } from '../domain/severity.ts';
import { decide } from '../incidents/decide.ts';
import type { EnvironmentMap } from '../policy/environment.ts';
import type { Assess } from '../policy/policy.ts';
import { assessFindings } from './assess.ts';
import { decisionInputOf } from './decision-input.ts';

export type ReplayableReport = CycleReport & Required<Pick<CycleReport, 'replay'>>;

/** What a cycle is decided again with. */
export interface ReplayFiles {
  readonly definitions: Definitions;
  readonly settings: DecidingSettings;
  readonly assess: Assess;
}

export interface ReplayedCycle {
  readonly findings: readonly AssessedFinding[];
  readonly decisions: readonly Decision[];
  /** Every incident that was looked at, as the cycle would have left it. */
  readonly incidents: readonly Incident[];
}

/** Gives the verdicts on what stands after the first pass. */
export type AskAgain = (first: ReplayedCycle) => Promise<readonly Verdict[]>;

const DAY_MS = 24 * 3_600_000;

/**
 * Decides a recorded cycle again with other files: what was found, when, and what the agents said stay as they were.
 *
 * @param carried what people would have been told of incidents before, where that differs from what was recorded
 * @param live asked for what the agents say of it now, instead of what was recorded; left out: what they said then
 */
export async function replayCycle(
  report: ReplayableReport,
  files: ReplayFiles,
  carried: ReadonlyMap<string, Incident>,
  live?: AskAgain,
): Promise<ReplayedCycle> {
  const { replay } = report;
  const [firstPass, secondPass] = replay.passes;
  if (firstPass === undefined) return { findings: [], decisions: [], incidents: [] };
  const ofChecks = report.findings.filter(({ origin }) => origin !== 'agent');
  const ofAgents = report.findings.filter(({ origin }) => origin === 'agent');

  const findings = await assessAgain(ofChecks, report, files, firstPass);
  const moved = movedFloors(report.findings, findings);
  const known = firstPass.known.map((incident) =>
    withFloorsOf(withTellingOf(incident, carried.get(incident.id)), moved),
  );
  const first = decidePass(report, files, firstPass, { findings, known, agents: undefined });
  const after = overlay(known, first.changed);
  if (secondPass === undefined) return { findings, decisions: first.decisions, incidents: after };

  const all = [...findings, ...(await assessAgain(ofAgents, report, files, secondPass))];
  const decidedAtMs = Date.parse(secondPass.decidedAt);
  const otherwise = toldOtherwise(report, first.decisions);
  const touched = secondPass.known.map((incident) => {
    const own = after.find(({ id }) => id === incident.id);
    const told = carried.has(incident.id) || otherwise.has(incident.id) ? own : undefined;
    return withFloorsOf(withTellingOf(incident, told), moved);
  });
  const stillKnown = overlay(after, touched).filter(
    ({ state, resolvedAtMs }) => state === 'open' || (resolvedAtMs ?? 0) > decidedAtMs - DAY_MS,
  );
  const said = agentsOf(report);
  const verdicts =
    live === undefined
      ? said.verdicts.map((verdict) => followingFloor(verdict, moved.get(verdict.findingId)))
      : await live({ findings: all, incidents: after, decisions: first.decisions });
  const second = decidePass(report, files, secondPass, {
    findings: all,
    known: stillKnown,
    agents: { ...said, verdicts },
  });
  return {
    findings: all,
    decisions: [...first.decisions, ...second.decisions],
    incidents: overlay(stillKnown, second.changed),
  };
}

function decidePass(
  { cycle, checks, replay }: ReplayableReport,
  { definitions, settings }: ReplayFiles,
  pass: ReplayPass,
  input: {
    readonly findings: readonly AssessedFinding[];
    readonly known: readonly Incident[];
    readonly agents: AgentsOutcome | undefined;
  },
): ReturnType<typeof decide> {
  let opened = 0;
  let notices = 0;
  return decide(
    decisionInputOf({
      ...input,
      clusterId: replay.clusterId,
      cycleId: cycle.id,
      pass: pass.pass,
      nowMs: Date.parse(pass.decidedAt),
      outcomes: checks,
      snapshotAtMs: Date.parse(pass.snapshotAt),
      scope: replay.scope,
      focus: pass.focus,
      analysis: { ...pass.analysis, missing: pass.analysis.missing },
      settings,
      given: definitions,
      inForce: definitions,
      // Which incidents a pass opens, and in which order, depends on no file.
      nextIncidentId: () => pass.opened[opened++] ?? `${cycle.id}-${opened}`,
      nextNoticeId: () => `${notices++}`,
    }),
  );
}

async function assessAgain(
  findings: readonly ReportedFinding[],
  { replay }: ReplayableReport,
  { definitions, settings, assess }: ReplayFiles,
  pass: ReplayPass,
): Promise<readonly AssessedFinding[]> {
  // For cluster-wide objects exactly the namespaces that could be read count; for all others their own labels.
  const isOfCluster = findings.some(({ object }) => object.namespace === '');
  const own = findings.map(({ object, namespaceLabels }) => ({ name: object.namespace, labels: namespaceLabels }));
  return assessFindings(findings.map(bareFinding), isOfCluster ? replay.namespaces : own, definitions, {
    assess,
    environments: environmentMapOf(settings),
    nowMs: Date.parse(pass.assessedAt),
  });
}

function environmentMapOf({ environments }: DecidingSettings): EnvironmentMap {
  return environments;
}

/** What the check or the agent stated, without what policy and Markdown added. */
export function bareFinding(finding: ReportedFinding): Finding {
  const {
    namespaceLabels: _namespaceLabels,
    environment: _environment,
    customLabels: _customLabels,
    tier: _tier,
    priority: _priority,
    priorityByPolicy: _priorityByPolicy,
    floor: _floor,
    policy: _policy,
    hold: _hold,
    onsetAt,
    ...stated
  } = finding;
  return { ...stated, onsetAtMs: Date.parse(onsetAt) };
}

/** The answers that policy gave then. The findings must be those of the report, in its order. */
export function answersOf(findings: readonly ReportedFinding[]): Assess {
  const byId = new Map(findings.map((finding) => [keyOf(finding), finding]));
  return (subjects) =>
    Promise.resolve(
      subjects.map((subject) => {
        const recorded = byId.get(keyOf(subject.finding));
        if (recorded === undefined) throw new Error('policy was never asked about this finding');
        const { environment, customLabels, priority, priorityByPolicy = priority, policy } = recorded;
        return { subject, assessment: { environment, customLabels, priority: priorityByPolicy, policy } };
      }),
    );
}

/** Policy sees no ids: two findings that are alike in this get one answer. */
function keyOf(
  finding: Pick<Finding, 'object' | 'owner' | 'impact' | 'reason' | 'family' | 'labels' | 'annotations' | 'images'>,
): string {
  const { object, owner, impact, reason, family, labels, annotations, images } = finding;
  return JSON.stringify([
    object.kind,
    object.namespace,
    object.name,
    owner.kind,
    owner.namespace,
    owner.name,
    impact,
    reason,
    family,
    labels,
    annotations,
    images,
  ]);
}

function agentsOf({ agents, notCalled, usage, summary, replay, findings }: ReplayableReport): AgentsOutcome {
  const reports = replay.agents ?? { analyses: [], correlations: [], verdicts: [], words: [], missing: undefined };
  return {
    ...reports,
    missing: reports.missing,
    findings: findings.filter(({ origin }) => origin === 'agent').map(bareFinding),
    evidence: [],
    runs: agents,
    notCalled,
    summary,
    usage,
  };
}

/** A floor that the edited files move. */
interface MovedFloor {
  readonly finding: AssessedFinding;
  readonly was: Severity;
  readonly now: Severity;
}

function movedFloors(
  was: readonly ReportedFinding[],
  now: readonly AssessedFinding[],
): ReadonlyMap<string, MovedFloor> {
  return new Map(
    now.flatMap((finding) => {
      const floor = was.find(({ id }) => id === finding.id)?.floor;
      return floor === undefined || floor === finding.floor
        ? []
        : [[finding.id, { finding, was: floor, now: finding.floor }] as const];
    }),
  );
}

/** An agent that left the floor of then as it was has said nothing against the floor of now. */
function followingFloor(verdict: Verdict, moved: MovedFloor | undefined): Verdict {
  return moved !== undefined && verdict.severity === moved.was ? { ...verdict, severity: moved.now } : verdict;
}

function withFloorsOf(incident: Incident, moved: ReadonlyMap<string, MovedFloor>): Incident {
  const verdicts = incident.telling?.verdicts;
  if (verdicts === undefined || moved.size === 0) return incident;
  const following = verdicts.map((standing) => {
    const floor = [...moved.values()].find(
      ({ finding, was }) =>
        finding.reason === standing.reason &&
        finding.family === incident.family &&
        nameOf(finding.owner) === nameOf(incident.owner) &&
        was === standing.floor,
    );
    return floor === undefined
      ? standing
      : { ...standing, verdict: followingFloor(standing.verdict, floor), floor: floor.now };
  });
  return { ...incident, telling: { ...incident.telling, verdicts: following } };
}

/** Presence is what was recorded; how it was judged, what people were told, and what is owed to them, comes from elsewhere. */
function withTellingOf(incident: Incident, told: Incident | undefined): Incident {
  if (told === undefined) return incident;
  const { severity, toldSeverity, firstToldAtMs, channel, recheckAtMs } = told;
  const { reopenedAtMs, verdicts, analysisState } = incident.telling ?? {};
  const { reopenedAtMs: _, verdicts: __, analysisState: ___, ...memory } = told.telling ?? {};
  const telling = {
    ...memory,
    ...(reopenedAtMs !== undefined && { reopenedAtMs }),
    ...(verdicts !== undefined && { verdicts }),
    ...(analysisState !== undefined && { analysisState }),
  };
  const findings = incident.findings.map((finding) => {
    const judged = told.findings.find((candidate) => isSameProblem(candidate, finding));
    if (judged === undefined) return finding;
    const { environment, customLabels, tier, priority, floor, policy, hold } = judged;
    return { ...finding, environment, customLabels, tier, priority, floor, policy, hold };
  });
  return { ...incident, severity, toldSeverity, firstToldAtMs, channel, recheckAtMs, findings, telling };
}

function isSameProblem(left: AssessedFinding, right: AssessedFinding): boolean {
  return left.check === right.check && left.reason === right.reason && nameOf(left.object) === nameOf(right.object);
}

/** Incidents of which people would not have heard what they heard then. */
function toldOtherwise({ decisions }: Pick<CycleReport, 'decisions'>, again: readonly Decision[]): ReadonlySet<string> {
  const words = (decision: Pick<Decision, 'pass' | 'told' | 'reason' | 'severity' | 'channel'>): string =>
    [decision.pass, decision.told, decision.reason, decision.severity, decision.channel].join(' ');
  return new Set(
    again
      .filter((decision) => {
        const then = decisions.find(({ incident, pass }) => incident === decision.incidentId && pass === decision.pass);
        return then === undefined || words(then) !== words(decision);
      })
      .map(({ incidentId }) => incidentId),
  );
}

function overlay(incidents: readonly Incident[], changed: readonly Incident[]): readonly Incident[] {
  const byId = new Map(incidents.map((incident) => [incident.id, incident]));
  for (const incident of changed) byId.set(incident.id, incident);
  return [...byId.values()];
}

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
