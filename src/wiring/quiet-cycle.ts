import { modelFor } from '../agents/choose-model.ts';
import { createEvidenceLog } from '../agents/evidence.ts';
import { createFence } from '../agents/fence.ts';
import { LIMITS, type Models } from '../agents/input.ts';
import { agentSystem, orchestratorSystem } from '../agents/prompt.ts';
import { DISPATCH_TOOL, FINISH_TOOL, REPORT_TOOLS } from '../agents/reports.ts';
import { runAgents } from '../agents/run-agents.ts';
import { createToolbox } from '../agents/toolbox.ts';
import { sectionsFor } from '../definitions/sections.ts';
import type { AgentRun } from '../domain/agent-report.ts';
import type { Definitions, Role } from '../domain/definitions.ts';
import type { Tool } from '../domain/tool.ts';
import type { Usage } from '../domain/usage.ts';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { modelIdOf } from '../model/aliases.ts';
import { estimateTokens, LIST_PRICES } from '../model/prices.ts';
import type { Settings } from '../settings/settings.ts';
import { createTools } from '../tools/create-tools.ts';
import { quietModel, tokensOf, WORDS_TOKENS } from './quiet-model.ts';

/** What one agent is sent in every conversation before anything of the cycle: tools, our contract, the Markdown. */
export interface StablePrompt {
  readonly agent: string;
  readonly role: Role | 'orchestrator';
  /** On a quiet cycle; a full id. */
  readonly model: string;
  /** ⌈bytes / 3.5⌉ */
  readonly tokens: number;
}

export interface QuietCycle {
  readonly costUsd: number;
  readonly agents: readonly {
    readonly agent: string;
    readonly model: string;
    /** Without one the model is charged like the dearest that has one. */
    readonly listPrice: boolean;
    readonly usage: Usage;
  }[];
  readonly notCalled: readonly { readonly name: string; readonly reason: string }[];
  readonly assumptions: readonly string[];
}

/** A filtered answer of a healthy cluster. */
const ANSWER_TOKENS = 300;
const BYTES_PER_TOKEN = 3.5;

const ASSUMPTIONS = [
  'nothing is found and nothing is unreadable',
  'a token is 3.5 bytes, at the list prices of this version',
  'the prompt cache is empty at the beginning; each later turn reads what the one before wrote',
  'an agent asks one question for each complete command of its Markdown, at least one, and reports nothing',
  `an answer of the cluster has ${ANSWER_TOKENS} tokens, and a model writes ${WORDS_TOKENS} in each turn besides its calls`,
];

/** A file of Markdown as a part of prompts. */
export function markdownTokens(text: string): number {
  return estimateTokens(text);
}

/** Everything that stays the same in each conversation of an agent, counted as the budget counts it. */
export function stablePrompts(definitions: Definitions, settings: Settings): readonly StablePrompt[] {
  const { orchestrator, agents } = definitions;
  const models = modelsOf(settings);
  const toolsFor = createToolbox(questionsOf(settings), createEvidenceLog([]), createFence('quiet-cycle'));
  const own = agents.map((agent): StablePrompt => {
    const tools = toolsFor(agent.tools, () => undefined).map(({ definition }) => definition);
    const offered = tools.map(({ name }) => name);
    const system = agentSystem(agent, offered, sectionsFor(orchestrator?.text ?? '', agent.name, []));
    const tokens = tokensOf({ tools: [...tools, REPORT_TOOLS[agent.role]], system });
    return { agent: agent.name, role: agent.role, model: modelFor(agent, [], models), tokens };
  });
  if (orchestrator === undefined) return own;
  const tokens = tokensOf({
    tools: [DISPATCH_TOOL, FINISH_TOOL],
    system: orchestratorSystem(orchestrator.text, agents),
  });
  return [{ agent: 'orchestrator', role: 'orchestrator', model: models.quietModel, tokens }, ...own];
}

/**
 * A scheduled cycle on a healthy cluster, priced: the product's own agents run on these files, against a model and a cluster that only answer as the
 * assumptions say. Nothing is asked of anybody.
 *
 * @returns `undefined` when no model would be asked
 */
export async function priceQuietCycle(
  definitions: Definitions,
  settings: Settings,
  log: Logger,
): Promise<QuietCycle | undefined> {
  const { llm } = settings;
  if (llm.provider === 'none') return undefined;
  const listed = new Set(Object.keys(LIST_PRICES));
  const outcome = await runAgents({
    cycleId: '2026-01-01T00:00:00Z-scheduled',
    trigger: 'scheduled',
    cluster: { name: settings.clusterName, version: 'v1.36.0', facts: '12 nodes, 240 pods' },
    definitions,
    findings: [],
    incidents: [],
    decisions: [],
    gaps: [],
    checks: [],
    callModel: quietModel(definitions.agents),
    tools: questionsOf(settings),
    models: modelsOf(settings),
    githubConfigured: settings.github.repositories.length > 0,
    githubUrl: 'https://github.com',
    limits: { ...LIMITS, maxTokens: llm.maxTokensPerRequest },
    claudeSectionsFor: (agent, findings) => sectionsFor(definitions.orchestrator?.text ?? '', agent.name, findings),
    assess: () => Promise.resolve([]),
    objectFacts: () => undefined,
    fenceMarker: '0'.repeat(16),
    now: () => 0,
    log,
    signal: new AbortController().signal,
  });
  if (outcome.runs.length === 0) return undefined;
  return {
    costUsd: outcome.usage.costUsd,
    agents: outcome.runs
      .toSorted(orchestratorFirst)
      .map(({ name, model, usage }) => ({ agent: name, model, listPrice: listed.has(model), usage })),
    notCalled: outcome.notCalled,
    assumptions: ASSUMPTIONS,
  };
}

function orchestratorFirst(left: AgentRun, right: AgentRun): number {
  return Number(right.role === 'orchestrator') - Number(left.role === 'orchestrator');
}

/** The tools as they are offered, with answers of the assumed length. */
function questionsOf({ toolsets, github }: Settings): readonly Tool[] {
  const refuse = (): Promise<never> =>
    Promise.reject(new MonitorError('TOOL_FAILED', 'nothing is asked for an estimate'));
  const offered = createTools({
    queries: { findKind: refuse, get: refuse, list: refuse, table: refuse, logs: refuse },
    github: refuse,
    redact: (text) => text,
    runJq: refuse,
    now: () => 0,
  })({ kubernetes: toolsets.kubernetes, repositories: toolsets.github ? github.repositories : [] });
  let asked = 0;
  return offered.map((tool) => ({
    ...tool,
    run: () => {
      asked += 1;
      const source = `${tool.name} question ${asked}`;
      return Promise.resolve({ source, text: source.padEnd(ANSWER_TOKENS * BYTES_PER_TOKEN, ' x') });
    },
  }));
}

function modelsOf({ llm, modelAliases }: Settings): Models {
  return { model: modelIdOf(llm.model, modelAliases), quietModel: modelIdOf(llm.quietModel, modelAliases) };
}
