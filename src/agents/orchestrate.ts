import type { AgentDefinition } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { CycleState } from './cycle-state.ts';
import { concerns } from './complete.ts';
import { digestOf } from './digest.ts';
import { runLoop, type LoopTool, type ToolAnswer } from './loop.ts';
import { firstMessage, orchestratorSystem } from './prompt.ts';
import { DISPATCH_TOOL, DispatchInput, FINISH_TOOL, FinishInput, mistakesIn } from './reports.ts';
import { recordRun, runAgent, type AgentAnswer } from './run-agent.ts';

/**
 * The conversation whose system prompt is `CLAUDE.md`. It reads nothing itself; it sends others.
 *
 * @returns its closing words; '' when it failed or there is no `CLAUDE.md`
 */
export async function orchestrate(state: CycleState): Promise<string> {
  const { input, fence } = state;
  const { orchestrator, agents } = input.definitions;
  if (orchestrator === undefined) {
    state.notCalled.set('orchestrator', 'there is no CLAUDE.md');
    return '';
  }
  const model = input.models.quietModel;
  input.onEvent?.({
    kind: 'agent-started',
    agent: 'orchestrator',
    model,
    findings: input.findings.map(({ id }) => id),
  });
  const startedAtMs = input.now();
  const outcome = await runLoop<string>({
    callModel: input.callModel,
    model,
    effort: undefined,
    system: orchestratorSystem(orchestrator.text, agents),
    prompt: firstMessage(fence.marker, [digestOf(input, input.findings, startedAtMs, fence)]),
    tools: [dispatchTool(state), finishTool()],
    reportTool: FINISH_TOOL.name,
    limits: { ...input.limits, timeoutMs: input.limits.totalMs },
    signal: state.signal,
    log: input.log.child({ agent: 'orchestrator' }),
  });
  recordRun(state, outcome, {
    name: 'orchestrator',
    role: 'orchestrator',
    model,
    calledBy: 'code',
    toolCalls: [],
    startedAtMs,
  });
  return outcome.report ?? '';
}

function finishTool(): LoopTool<string> {
  return {
    definition: FINISH_TOOL,
    run: (input) => {
      const parsed = FinishInput.safeParse(input);
      return Promise.resolve(
        parsed.success
          ? { text: 'Done.', isError: false, report: parsed.data.summary.slice(0, 2_000) }
          : { text: `Not accepted: ${mistakesIn(parsed.error)}`, isError: true },
      );
    },
  };
}

function dispatchTool(state: CycleState): LoopTool<string> {
  const dispatched = new Map<string, Promise<AgentAnswer>>();
  const { agents } = state.input.definitions;
  return {
    definition: DISPATCH_TOOL,
    run: async (input) => {
      const parsed = DispatchInput.safeParse(input);
      if (!parsed.success) return mistake(mistakesIn(parsed.error));
      const { agent: name, task, findings: ids } = parsed.data;
      const agent = agents.find((candidate) => candidate.name === name);
      if (agent === undefined) {
        return mistake(`there is no agent ${name}; there are: ${agents.map((each) => each.name).join(', ') || 'none'}`);
      }
      const unknown = ids.filter((id) => state.findings.every((finding) => finding.id !== id));
      if (unknown.length > 0) return mistake(`there is no finding ${unknown.join(', ')}`);
      const findings = assigned(state, agent, ids);
      if (findings.length === 0 && agent.role !== 'analyzer')
        return mistake(`${name} has nothing to work on: no finding`);
      const key = [name, ...findings.map(({ id }) => id).toSorted()].join(' ');
      const answer = dispatched.get(key) ?? runAgent(state, { agent, findings, task, calledBy: 'orchestrator' });
      dispatched.set(key, answer);
      return wordsOf(name, await answer, state);
    },
  };
}

function assigned(state: CycleState, agent: AgentDefinition, ids: readonly string[]): readonly AssessedFinding[] {
  const chosen = ids.length === 0 ? state.findings.filter((finding) => concerns(agent, finding)) : state.findings;
  return chosen.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

function wordsOf(name: string, answer: AgentAnswer, state: CycleState): ToolAnswer<string> {
  if (answer.status !== 'reported') return mistake(`${name} did not report: ${state.fence.plain(answer.detail, 300)}`);
  return { text: state.fence.wrap(`report of ${name}`, answer.report), isError: false };
}

function mistake(text: string): ToolAnswer<never> {
  return { text: `${text}.`, isError: true };
}
