import { LIMITS, type AgentEvent, type Models } from '../agents/input.ts';
import { runAgents } from '../agents/run-agents.ts';
import { createObjectFacts } from '../checks/object-facts.ts';
import type { LastKnownOwner } from '../checks/owner.ts';
import type { CycleSteps } from '../cycle/steps.ts';
import { sectionsFor } from '../definitions/sections.ts';
import type { Finding } from '../domain/finding.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { CallModel, ModelMessage } from '../domain/model.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Tool } from '../domain/tool.ts';
import { NO_AGENTS } from '../domain/agent-report.ts';
import type { Logger } from '../log.ts';
import { modelIdOf } from '../model/aliases.ts';
import type { Model } from '../model/model.ts';
import type { ModelSettings } from '../model/model-settings.ts';
import type { Redact } from '../redact.ts';
import type { Settings } from '../settings/settings.ts';

export interface DispatchParts {
  readonly model: Model;
  /** Fresh for each cycle. */
  readonly tools: (settings: Settings) => readonly Tool[];
  /** Those that the cycle of these definitions began with. */
  readonly settings: (definitions: Definitions) => Settings;
  readonly githubConfigured: () => boolean;
  /** `https://github.com`, without a slash at the end. */
  readonly githubUrl: string;
  /** What reports and cards call a model. */
  readonly modelName: (modelId: string) => string;
  readonly assess: CycleSteps['assess'];
  readonly lastKnownOwner: LastKnownOwner;
  readonly newFenceMarker: () => string;
  readonly agentsDeadlineMs: number;
  /** Stands before the model: what people write into Markdown is sent as well. */
  readonly redact: Redact;
  readonly now: () => number;
  readonly log: Logger;
  readonly onEvent?: (event: AgentEvent) => void;
}

/** The step that lets the agents of one cycle work, with the model, tools and files that the cycle began with. */
export function createDispatch(parts: DispatchParts): CycleSteps['dispatch'] {
  return async (input, signal) => {
    const { definitions, snapshot } = input;
    const settings = parts.settings(definitions);
    const model = parts.model.forCycle(input.cycleId, modelSettingsOf(settings));
    if (model.call === undefined) return { ...NO_AGENTS, missing: model.reason };
    const outcome = await runAgents({
      cycleId: input.cycleId,
      trigger: input.trigger,
      cluster: { name: snapshot.cluster.name, version: snapshot.cluster.version, facts: factsOf(snapshot) },
      definitions,
      findings: input.findings,
      incidents: input.incidents,
      decisions: input.decisions,
      gaps: snapshot.gaps,
      checks: input.checked.outcomes,
      callModel: withoutSecrets(model.call, parts.redact),
      tools: parts.tools(settings),
      models: modelsOf(settings),
      githubConfigured: parts.githubConfigured(),
      githubUrl: parts.githubUrl,
      limits: { ...LIMITS, maxTokens: settings.llm.maxTokensPerRequest, totalMs: parts.agentsDeadlineMs },
      claudeSectionsFor: (agent, findings) => sectionsFor(definitions.orchestrator?.text ?? '', agent.name, findings),
      assess: (findings: readonly Finding[]) => parts.assess(findings, snapshot, definitions, parts.now()),
      objectFacts: createObjectFacts(snapshot, { nowMs: parts.now(), lastKnownOwner: parts.lastKnownOwner }),
      fenceMarker: parts.newFenceMarker(),
      now: parts.now,
      log: parts.log.child({ cycle: input.cycleId }),
      signal,
      ...(parts.onEvent !== undefined && { onEvent: parts.onEvent }),
    });
    return { ...outcome, runs: outcome.runs.map((run) => ({ ...run, model: parts.modelName(run.model) })) };
  };
}

/** Everything of ours in a request; what the model itself said goes back as it came. */
export function withoutSecrets(call: CallModel, redact: Redact): CallModel {
  const clean = (message: ModelMessage): ModelMessage => {
    switch (message.role) {
      case 'user':
        return { ...message, text: redact(message.text) };
      case 'tool-results':
        return {
          ...message,
          results: message.results.map((result) => ({ ...result, text: redact(result.text) })),
          ...(message.text !== undefined && { text: redact(message.text) }),
        };
      case 'assistant':
        return message;
    }
  };
  return (request) => call({ ...request, system: request.system.map(redact), messages: request.messages.map(clean) });
}

/** What the model's room needs of the settings. */
export function modelSettingsOf({ llm, budget }: Settings): ModelSettings {
  return { ...llm, perCycleUsd: budget.perCycleUsd, perDayUsd: budget.perDayUsd };
}

export function modelsOf({ llm, modelAliases }: Settings): Models {
  return { model: modelIdOf(llm.model, modelAliases), quietModel: modelIdOf(llm.quietModel, modelAliases) };
}

function factsOf({ objects, read }: Snapshot): string {
  const counted = (['Node', 'Pod'] as const).filter((kind) => read.includes(kind));
  return counted.map((kind) => `${objects[kind].length} ${kind.toLowerCase()}s`).join(', ');
}
