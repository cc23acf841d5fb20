import type { AgentsOutcome } from '../domain/agent-report.ts';
import type { Change } from '../domain/change.ts';
import type { CheckRun } from '../domain/check.ts';
import type { Trigger } from '../domain/cycle.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import { REPLAY_VERSION } from '../domain/replay.ts';
import type { CycleReport, LogsRead, ReportedFinding } from '../domain/report.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { findingsOf } from './belonging.ts';
import type { PassResult } from './steps.ts';

/** One pass, and when its findings were assessed. */
interface PassOfReport {
  readonly assessedAtMs: number;
  readonly result: PassResult;
}

/** Everything that a person or a replay needs of one cycle; never the snapshot itself. */
export function buildReport(input: {
  readonly cycleId: string;
  readonly trigger: Trigger;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly snapshot: Snapshot;
  readonly checked: CheckRun;
  readonly definitions: Definitions;
  readonly changes: readonly Change[];
  readonly findings: readonly AssessedFinding[];
  readonly incidents: readonly Incident[];
  readonly decisions: readonly Decision[];
  readonly passes: readonly PassOfReport[];
  readonly agents: AgentsOutcome;
  readonly logs: LogsRead | undefined;
  readonly analysisMissing: string | undefined;
  readonly switchedOff: readonly string[];
  readonly stages: CycleReport['stages'];
}): CycleReport {
  const { definitions, agents } = input;
  return {
    cycle: {
      id: input.cycleId,
      trigger: input.trigger,
      startedAt: iso(input.startedAtMs),
      endedAt: iso(input.endedAtMs),
      revision: definitions.revision,
    },
    cluster: input.snapshot.cluster,
    gaps: input.snapshot.gaps,
    checks: input.checked.outcomes,
    findings: input.findings.map(reportFinding),
    incidents: input.incidents.map((incident) => ({
      id: incident.id,
      fingerprint: incident.fingerprint,
      severity: incident.severity,
      state: incident.state,
      findings: findingsOf(incident, input.findings).map((finding) => finding.id),
    })),
    decisions: input.decisions.map((decision) => ({
      incident: decision.incidentId,
      at: iso(decision.atMs),
      pass: decision.pass,
      told: decision.told,
      reason: decision.reason,
      detail: decision.detail,
      severity: decision.severity,
      ...(decision.channel !== undefined && { channel: decision.channel }),
      ...(decision.contacts !== undefined && { contacts: decision.contacts }),
      ...(decision.notes !== undefined && { notes: decision.notes }),
      ...(decision.untilMs !== undefined && { until: iso(decision.untilMs) }),
    })),
    agents: agents.runs,
    notCalled: agents.notCalled,
    definitions: {
      files: definitions.files,
      read: definitions.read,
      warnings: definitions.warnings,
      ...(input.changes.length > 0 && { changes: input.changes }),
    },
    usage: agents.usage,
    stages: input.stages,
    summary: agents.summary,
    ...(input.logs !== undefined && { logs: input.logs }),
    ...(input.switchedOff.length > 0 && { switchedOff: input.switchedOff }),
    ...(input.analysisMissing !== undefined && { analysisMissing: input.analysisMissing }),
    ...replayRecordOf(input),
  };
}

function reportFinding(finding: AssessedFinding): ReportedFinding {
  const { onsetAtMs, hold, ...rest } = finding;
  return { ...rest, onsetAt: iso(onsetAtMs), hold: hold ?? null };
}

function replayRecordOf({
  passes,
  snapshot,
  findings,
  agents,
}: {
  readonly passes: readonly PassOfReport[];
  readonly snapshot: Snapshot;
  readonly findings: readonly AssessedFinding[];
  readonly agents: AgentsOutcome;
}): Pick<CycleReport, 'replay'> {
  const recorded = passes.flatMap(({ assessedAtMs, result }) =>
    result.recorded === undefined ? [] : [{ ...result.recorded, assessedAt: iso(assessedAtMs) }],
  );
  const [first] = recorded;
  // A part of the passes cannot be decided again.
  if (first === undefined || recorded.length < passes.length) return {};
  const { clusterId, settings, scope } = first;
  const { missing, analyses, correlations, verdicts, words } = agents;
  return {
    replay: {
      version: REPLAY_VERSION,
      clusterId,
      settings,
      scope,
      namespaces: findings.some(({ object }) => object.namespace === '')
        ? snapshot.objects.Namespace.map(({ meta: { name, labels } }) => ({ name, labels }))
        : [],
      passes: recorded.map(({ pass, assessedAt }) => ({ ...pass, assessedAt })),
      ...(recorded.length > 1 && { agents: { missing, analyses, correlations, verdicts, words } }),
    },
  };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
