import type { AgentsOutcome, Verdict } from '../domain/agent-report.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import type { DecidingSettings, ReplayPass } from '../domain/replay.ts';
import type { CycleReport, ReportedFinding } from '../domain/report.ts';
import { decide } from '../incidents/decide.ts';
import type { Assess } from '../policy/policy.ts';
import { assessFindings } from './assess.ts';
import { decisionInputOf } from './decision-input.ts';
import { followingFloor, movedFloors, withFloorsOf } from './moved-floors.ts';
import { bareFinding } from './recorded-answers.ts';
import { toldOtherwise, withTellingOf } from './told-otherwise.ts';

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
    environments: settings.environments,
    nowMs: Date.parse(pass.assessedAt),
  });
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

function overlay(incidents: readonly Incident[], changed: readonly Incident[]): readonly Incident[] {
  const byId = new Map(incidents.map((incident) => [incident.id, incident]));
  for (const incident of changed) byId.set(incident.id, incident);
  return [...byId.values()];
}
