import type { AgentRun, AgentsOutcome } from '../domain/agent-report.ts';
import type { Role } from '../domain/definitions.ts';
import { addUsage, NO_USAGE } from '../domain/usage.ts';
import { MonitorError } from '../errors.ts';
import { dueFor } from './complete.ts';
import type { CycleState } from './cycle-state.ts';
import { createEvidenceLog } from './evidence.ts';
import { createFence } from './fence.ts';
import type { AgentsInput } from './input.ts';
import { orchestrate } from './orchestrate.ts';
import { runAgent } from './run-agent.ts';
import { createToolbox } from './toolbox.ts';

/** What an agent of a later role needs is what those of the earlier ones reported. */
const ORDER: readonly Role[] = ['analyzer', 'correlator', 'escalation', 'notifier'];
const LONGEST_REASON = 300;

/**
 * The agents' part of a cycle: the orchestrator as `CLAUDE.md` wants it, then by code whoever it left out.
 *
 * Model down, budget spent, refusals, time over: the outcome holds what was achieved, and says in `missing` why there is no more.
 *
 * @throws only for bugs
 */
export async function runAgents(input: AgentsInput): Promise<AgentsOutcome> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new MonitorError('MODEL_UNAVAILABLE', `the agents had ${input.limits.totalMs / 1_000} s`));
  }, input.limits.totalMs);
  const state = newState(input, AbortSignal.any([input.signal, deadline.signal]));
  try {
    const summary = await orchestrate(state);
    for (const role of ORDER) await completeRole(state, role);
    return outcomeOf(state, summary);
  } finally {
    clearTimeout(timer);
    // Whoever still waits for a model or a tool after a bug elsewhere is let go.
    deadline.abort(new MonitorError('MODEL_UNAVAILABLE', 'the agents have ended'));
  }
}

function newState(input: AgentsInput, signal: AbortSignal): CycleState {
  const fence = createFence(input.fenceMarker);
  const evidence = createEvidenceLog(input.findings);
  return {
    input,
    fence,
    evidence,
    toolsFor: createToolbox(input.tools, evidence, fence),
    signal,
    findings: [...input.findings],
    agentFindings: [],
    notTaken: [],
    analyses: [...(input.reported?.analyses ?? [])],
    correlations: [...(input.reported?.correlations ?? [])],
    verdicts: new Map(),
    words: new Map(),
    cited: new Map(),
    runs: [],
    started: 0,
    notCalled: new Map(),
    attempted: { analyzer: new Set(), correlator: new Set(), escalation: new Set(), notifier: new Set() },
    down: new Map(),
    stopped: undefined,
  };
}

async function completeRole(state: CycleState, role: Role): Promise<void> {
  const { definitions, incidents, githubConfigured } = state.input;
  const tasks = definitions.agents
    .filter((agent) => agent.role === role)
    .flatMap((agent) => {
      const wasCalled = state.runs.some(({ name }) => name === agent.name);
      const due = dueFor(agent, wasCalled, {
        findings: state.findings,
        incidents,
        attempted: state.attempted[role],
        verdicts: state.verdicts,
        githubConfigured,
      });
      if (!due.call) {
        if (!wasCalled && !state.notCalled.has(agent.name)) state.notCalled.set(agent.name, due.reason);
        return [];
      }
      // The next agent of this role is not sent to the same findings again.
      if (role !== 'analyzer') for (const { id } of due.findings) state.attempted[role].add(id);
      return [{ agent, findings: due.findings, task: undefined, calledBy: 'code' as const }];
    });
  await Promise.all(tasks.map((task) => runAgent(state, task)));
}

function outcomeOf(state: CycleState, summary: string): AgentsOutcome {
  return {
    missing: missingOf(state),
    findings: state.agentFindings,
    analyses: state.analyses,
    correlations: state.correlations,
    verdicts: [...state.verdicts.values()],
    words: [...state.words.values()],
    evidence: [...state.cited.values()],
    runs: state.runs,
    notCalled: [...state.notCalled].map(([name, reason]) => ({ name, reason })),
    summary: [summary, ...state.notTaken].filter((line) => line !== '').join('\n'),
    usage: state.runs.reduce((sum, run) => addUsage(sum, run.usage), NO_USAGE),
  };
}

/** One line for the card's footer: which agents did not report, and why, each reason once. */
function missingOf(state: CycleState): string | undefined {
  const failed = state.runs.filter((run) => run.status === 'failed' && !reportedLater(run, state.runs));
  const namesByReason = new Map<string, string[]>();
  for (const { name, detail = 'no report' } of failed) {
    namesByReason.set(detail, [...(namesByReason.get(detail) ?? []), name]);
  }
  if (state.stopped !== undefined && !namesByReason.has(state.stopped)) namesByReason.set(state.stopped, []);
  if (namesByReason.size === 0) return undefined;
  const words = [...namesByReason].map(([reason, names]) =>
    names.length === 0 ? reason : `${[...new Set(names)].join(', ')}: ${reason}`,
  );
  return words.join('; ').slice(0, LONGEST_REASON);
}

function reportedLater(failed: AgentRun, runs: readonly AgentRun[]): boolean {
  return runs.some(
    (run) => run.name === failed.name && run.status === 'reported' && run.startedAtMs >= failed.endedAtMs,
  );
}
