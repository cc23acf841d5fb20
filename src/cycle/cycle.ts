import { NO_AGENTS, type AgentsOutcome } from '../domain/agent-report.ts';
import type { Trigger } from '../domain/cycle.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { CycleReport } from '../domain/report.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { findingsOf } from './belonging.ts';
import { buildReport } from './build-report.ts';
import { createStageClock } from './stage-clock.ts';
import type { CycleSteps, Due, PassResult } from './steps.ts';

export interface CycleRequest {
  readonly trigger: Trigger;
  readonly withAgents: boolean;
  /** An `incident` cycle: only findings of these owners go to the agents, on the patrol's snapshot while it is fresh. */
  readonly focus?: { readonly incidentIds: readonly string[]; readonly snapshot: Snapshot; readonly due: Due };
}

export interface CycleResult {
  readonly report: CycleReport;
  readonly snapshot: Snapshot;
  readonly last: PassResult;
  readonly findings: readonly AssessedFinding[];
  /** Why agents cannot run now; `undefined` when they can. */
  readonly agentsMissing: string | undefined;
}

/** Runs `work` while no other observe, decide or record runs. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A patrol's snapshot older than this is taken anew for the agents. */
const SNAPSHOT_FRESH_MS = 60_000;

/**
 * One cycle as a story: pin, observe, check, tell what is certain, ask the agents, tell it better, report.
 *
 * The first telling needs no model and waits for none. Agents run outside `exclusively`, so that patrols go on beside them.
 *
 * @throws whatever a step throws that it should have handled: a bug, or an unusable store
 */
export async function runCycle(
  steps: CycleSteps,
  request: CycleRequest & { readonly cycleId: string },
  exclusively: Exclusively,
  log: Logger,
  signal: AbortSignal,
): Promise<CycleResult> {
  const { trigger, cycleId } = request;
  const startedAtMs = steps.now();
  const cycleLog = log.child({ cycle: cycleId });
  const stages = createStageClock(steps.now);

  const definitions = await stages.run('pin', () => steps.pin());
  const changes = steps.changes();
  const agentsMissing = steps.agentsMissing(definitions);
  const expectAgents = request.withAgents && agentsMissing === undefined;
  const due: Due = request.focus?.due ?? (trigger === 'patrol' ? 'patrol' : 'all');

  const seen = await exclusively(async () => {
    const held = request.focus?.snapshot;
    const snapshot =
      held !== undefined && steps.now() - held.takenAtMs < SNAPSHOT_FRESH_MS
        ? held
        : await stages.run(
            'observe',
            () => steps.observe(due, signal),
            (taken) => taken.gaps.length === 0,
          );
    const checked = await stages.run(
      'check',
      () => steps.check(snapshot, due, definitions),
      (run) => run.outcomes.every((outcome) => outcome.evaluated !== 'no'),
    );
    const assessedAtMs = steps.now();
    const findings = await steps.assess(checked.findings, snapshot, definitions, assessedAtMs);
    const input = { cycleId, trigger, definitions, snapshot, checked, findings } as const;
    const first = await stages.run('tell', () =>
      steps.decideAndRecord({
        ...input,
        pass: 1,
        agents: undefined,
        focus: undefined,
        analysis: { expected: expectAgents, missing: agentsMissing },
      }),
    );
    return { input, first, assessedAtMs };
  });

  let last = seen.first;
  let agents: AgentsOutcome = NO_AGENTS;
  let findings: readonly AssessedFinding[] = seen.first.findings;
  const passes = [{ assessedAtMs: seen.assessedAtMs, result: seen.first }];
  if (expectAgents) {
    const focused = request.focus === undefined ? findings : inFocus(findings, seen.first, request.focus.incidentIds);
    agents = await stages.run(
      'dispatch',
      async () => {
        try {
          return await steps.dispatch(
            { ...seen.input, findings: focused, incidents: seen.first.incidents, decisions: seen.first.decisions },
            signal,
          );
        } catch (error) {
          // Law 2: whatever breaks here, the alert is out already; the second pass says what is missing.
          cycleLog.error('agents failed', { err: error });
          return { ...NO_AGENTS, missing: `the agents failed: ${messageOf(error)}` };
        }
      },
      (outcome) => outcome.missing === undefined,
    );
    const assessedAtMs = steps.now();
    const added = await steps.assess(agents.findings, seen.input.snapshot, definitions, assessedAtMs);
    findings = [...findings, ...added];
    const spoken = agents;
    last = await exclusively(() =>
      stages.run('retell', () =>
        steps.decideAndRecord({
          ...seen.input,
          findings,
          pass: 2,
          agents: spoken,
          focus: request.focus?.incidentIds,
          analysis: { expected: false, missing: spoken.missing },
        }),
      ),
    );
    passes.push({ assessedAtMs, result: last });
  } else {
    stages.skip('dispatch');
  }

  const decisions = last === seen.first ? seen.first.decisions : [...seen.first.decisions, ...last.decisions];
  const told = decisions.some((decision) => decision.told);
  const report = buildReport({
    cycleId,
    trigger,
    startedAtMs,
    endedAtMs: steps.now(),
    snapshot: seen.input.snapshot,
    checked: seen.input.checked,
    definitions: {
      ...definitions,
      warnings: [...definitions.warnings, ...steps.compare(definitions, seen.input.snapshot, due)],
    },
    changes,
    findings,
    incidents: last.incidents,
    decisions,
    passes,
    agents,
    logs: seen.first.logs,
    analysisMissing: request.withAgents ? (agentsMissing ?? agents.missing) : undefined,
    switchedOff: steps.switchedOff(),
    stages: stages.list(),
  });
  // Patrols that told nothing would only fill the volume.
  await steps.report(report, trigger !== 'patrol' || told);
  cycleLog.info('cycle finished', {
    trigger,
    durationMs: steps.now() - startedAtMs,
    findings: findings.length,
    gaps: seen.input.snapshot.gaps.length,
    told: decisions.filter((decision) => decision.told).length,
    costUsd: agents.usage.costUsd,
    revision: definitions.revision,
  });
  return { report, snapshot: seen.input.snapshot, last, findings, agentsMissing };
}

function inFocus(
  findings: readonly AssessedFinding[],
  pass: PassResult,
  incidentIds: readonly string[],
): readonly AssessedFinding[] {
  const wanted = new Set(
    pass.incidents
      .filter((incident) => incidentIds.includes(incident.id))
      .flatMap((incident) => findingsOf(incident, findings)),
  );
  return findings.filter((finding) => wanted.has(finding));
}
