import type { AgentRun } from '../domain/agent-report.ts';
import type { AgentDefinition, Role } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import { briefOf, quotesOf } from './brief.ts';
import { modelFor } from './choose-model.ts';
import type { CycleState } from './cycle-state.ts';
import { digestOf, quotedInDigest } from './digest.ts';
import { runLoop, type LoopOutcome } from './loop.ts';
import { agentSystem, firstMessage } from './prompt.ts';
import { reportToolOf } from './report-tool.ts';
import { REPORT_TOOLS } from './reports.ts';
import type { AskedTool } from './toolbox.ts';

export interface AgentTask {
  readonly agent: AgentDefinition;
  /** What it is about; may be empty for analyzers, which have checks of their own. */
  readonly findings: readonly AssessedFinding[];
  /** The orchestrator's words; `undefined` = what an agent of this role always does. */
  readonly task: string | undefined;
  readonly calledBy: 'orchestrator' | 'code';
}

export type AgentAnswer =
  | { readonly status: 'reported'; readonly report: string }
  | { readonly status: 'failed' | 'not-called'; readonly detail: string };

const USUAL_TASK: Readonly<Record<Role, string>> = {
  analyzer: 'Carry out the checks of your Markdown and explain the findings below.',
  correlator: 'Find out whether a change caused the findings below.',
  escalation: 'Decide about each finding below.',
  notifier: 'Write the words for each finding below.',
};

/** One run of one agent: its prompt, its conversation, its place in the report. Never throws for expected failures. */
export async function runAgent(
  state: CycleState,
  { agent, findings, task, calledBy }: AgentTask,
): Promise<AgentAnswer> {
  const { input, fence } = state;
  const model = modelFor(agent, findings, input.models);
  const obstacle = obstacleFor(state, model);
  if (obstacle !== undefined) {
    state.notCalled.set(agent.name, obstacle);
    return { status: 'not-called', detail: obstacle };
  }
  state.started += 1;
  state.notCalled.delete(agent.name);
  for (const { id } of findings) state.attempted[agent.role].add(id);
  const ids = findings.map(({ id }) => id);
  input.onEvent?.({ kind: 'agent-started', agent: agent.name, model, findings: ids });

  const asked: AskedTool[] = [];
  const tools = state.toolsFor(agent.tools, (question) => {
    asked.push(question);
    input.onEvent?.({ kind: 'tool-called', agent: agent.name, source: question.source, isError: question.isError });
  });
  const startedAtMs = input.now();
  const outcome = await runLoop<string>({
    callModel: input.callModel,
    model,
    effort: agent.effort,
    system: agentSystem(
      agent,
      tools.map(({ definition }) => definition.name),
      input.claudeSectionsFor(agent, findings),
    ),
    prompt: firstMessage(fence.marker, [
      `Task: ${task === undefined ? USUAL_TASK[agent.role] : fence.plain(task, 2_000)}`,
      digestOf(input, findings, startedAtMs, fence),
      reportsSoFar(state, agent.role, findings),
    ]),
    tools: [...tools, reportToolOf(state, agent)],
    reportTool: REPORT_TOOLS[agent.role].name,
    limits: {
      maxTurns: Math.min(agent.maxTurns ?? input.limits.maxTurns, input.limits.maxTurns),
      maxToolCalls: input.limits.maxToolCalls,
      maxTokens: Math.min(agent.maxTokens ?? input.limits.maxTokens, input.limits.maxTokens),
      timeoutMs: Math.min((agent.timeoutSeconds ?? Infinity) * 1_000, input.limits.agentMs),
    },
    signal: state.signal,
    log: input.log.child({ agent: agent.name }),
  });
  recordRun(state, outcome, { name: agent.name, role: agent.role, model, calledBy, toolCalls: asked, startedAtMs });
  return outcome.report === undefined
    ? { status: 'failed', detail: outcome.failure?.detail ?? 'no report' }
    : { status: 'reported', report: outcome.report };
}

/** Puts a conversation into the report, and remembers what its end means for those that come after it. */
export function recordRun(
  state: CycleState,
  { report, failure, turns, usage }: LoopOutcome<unknown>,
  run: Pick<AgentRun, 'name' | 'role' | 'model' | 'calledBy' | 'toolCalls' | 'startedAtMs'>,
): void {
  const { input } = state;
  const status = report === undefined ? 'failed' : 'reported';
  const detail = failure === undefined ? {} : { detail: failure.detail };
  state.runs.push({ ...run, status, ...detail, turns, usage, endedAtMs: input.now() });
  if (failure?.code === 'BUDGET_SPENT' || failure?.code === 'MODEL_SPEND_LIMIT') state.stopped ??= failure.detail;
  if (failure?.code === 'MODEL_UNAVAILABLE' && turns === 0) state.down.set(run.model, failure.detail);
  input.log.info('agent ended', { agent: run.name, model: run.model, status, ...detail, turns, usage });
  input.onEvent?.({ kind: 'agent-ended', agent: run.name, status, ...detail });
}

/** Why this agent cannot be called now. */
function obstacleFor(state: CycleState, model: string): string | undefined {
  if (state.stopped !== undefined) return state.stopped;
  if (state.signal.aborted) return 'the time for agents is over';
  if (state.started >= state.input.limits.maxRuns) return `${state.input.limits.maxRuns} agents ran already`;
  const down = state.down.get(model);
  return down === undefined ? undefined : `${model} did not answer: ${down}`;
}

/** Typed and accepted parts only, never an agent's prose. */
function reportsSoFar(state: CycleState, role: Role, findings: readonly AssessedFinding[]): string {
  if (role === 'analyzer') return '';
  const about = ({ findingId }: { readonly findingId: string }): boolean => findings.some(({ id }) => id === findingId);
  const analyses = state.analyses.filter(about);
  const correlations = state.correlations.filter(about);
  const decisions = role === 'notifier' ? [...state.verdicts.values()].filter(about) : [];
  if (analyses.length + correlations.length + decisions.length === 0) return '';
  const reports = {
    ...briefOf({ analyses, correlations, decisions }),
    quotes: quotesOf([...analyses, ...correlations], quotedInDigest(findings)),
  };
  return `Reports so far\n${state.fence.wrap('reports', JSON.stringify(reports))}`;
}
