import { dueFor } from '../agents/complete.ts';
import { LIMITS } from '../agents/input.ts';
import { DISPATCH_TOOL, FINISH_TOOL, REPORT_TOOLS } from '../agents/reports.ts';
import type { AgentDefinition } from '../domain/definitions.ts';
import type { CallModel, ModelBlock, ModelRequest, ToolDefinition } from '../domain/model.ts';
import { costUsd, estimateTokens, LIST_PRICES, priceOf } from '../model/prices.ts';

/** What a model says or thinks besides its calls, in one turn. */
export const WORDS_TOKENS = 100;

/** Answers as on a quiet cycle, and counts what it was sent. */
export function quietModel(agents: readonly AgentDefinition[]): CallModel {
  const due = agents.filter((agent) => isDueWhenQuiet(agent));
  return (request) => {
    const blocks = answerTo(request, due);
    const prompt = tokensOf(request);
    // The prompt of the turn before: everything up to the last answer of the model.
    const before = request.messages.slice(
      0,
      request.messages.findLastIndex(({ role }) => role === 'assistant'),
    );
    const cached = before.length === 0 ? 0 : tokensOf({ ...request, messages: before });
    const counts = {
      inputTokens: 0,
      cacheReadTokens: cached,
      cacheWriteTokens: prompt - cached,
      outputTokens: WORDS_TOKENS + estimateTokens(JSON.stringify(blocks)),
    };
    const price = priceOf(request.model, LIST_PRICES);
    return Promise.resolve({
      model: request.model,
      blocks,
      stopReason: 'tool_use',
      usage: { calls: 1, ...counts, costUsd: costUsd(counts, price) },
    });
  };
}

function answerTo({ tools, system, messages }: ModelRequest, due: readonly AgentDefinition[]): readonly ModelBlock[] {
  const offered = new Set(tools.map(({ name }) => name));
  const isFirst = messages.length === 1;
  if (offered.has(DISPATCH_TOOL.name)) {
    if (isFirst && due.length > 0) {
      const task = 'Carry out the checks of your Markdown; nothing was found by the rules.';
      return due.map(({ name }) => call(name, DISPATCH_TOOL.name, { agent: name, task, findings: [] }));
    }
    const summary = 'The cluster is healthy: all checks were evaluated and nothing was found.';
    return [call('finish', FINISH_TOOL.name, { summary })];
  }
  const question = tools.find(({ name }) => name.startsWith('k8s_'))?.name;
  if (isFirst && question !== undefined) {
    const questions = commandsIn(system[1] ?? '');
    return questions.map((command, index) => call(`q${index}`, question, { command }));
  }
  return [call('report', REPORT_TOOLS.analyzer.name, { findings: [], notChecked: [] })];
}

/** Commands that are complete: what has a placeholder such as POD is for a finding. At least one. */
function commandsIn(markdown: string): readonly string[] {
  const found = markdown.match(/\bkubectl (?:get|describe|logs|top)\b[^\n`]*|\bk8s_\w+\([^\n`]*/g) ?? [];
  const complete = found.filter((command) => !/\b[A-Z]{3,}\b/.test(command.split(/[|'"]/, 1)[0] ?? ''));
  return complete.length === 0 ? ['kubectl get pods'] : [...new Set(complete)].slice(0, LIMITS.maxToolCalls);
}

function call(id: string, name: string, input: unknown): ModelBlock {
  return { type: 'tool-call', id, name, input };
}

function isDueWhenQuiet(agent: AgentDefinition): boolean {
  const nothing = {
    findings: [],
    incidents: [],
    attempted: new Set<string>(),
    verdicts: new Map(),
    githubConfigured: true,
  };
  return agent.role === 'analyzer' && dueFor(agent, false, nothing).call;
}

/** A prompt as the budget counts it. */
export function tokensOf(
  request: Pick<ModelRequest, 'system'> & Partial<ModelRequest> & { tools: readonly ToolDefinition[] },
): number {
  const { tools, system, messages = [] } = request;
  return estimateTokens(JSON.stringify([tools, system, messages]));
}
