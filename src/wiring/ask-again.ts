import { LIMITS } from '../agents/input.ts';
import { runAgents } from '../agents/run-agents.ts';
import { sectionsFor } from '../definitions/sections.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { Usage } from '../domain/usage.ts';
import type { Logger } from '../log.ts';
import type { Model } from '../model/model.ts';
import type { Redact } from '../redact.ts';
import type { Settings } from '../settings/settings.ts';
import { modelSettingsOf, modelsOf, withoutSecrets } from './dispatch.ts';
import type { AskAgain, ReplayableReport } from './replay-cycle.ts';

/** What came of one cycle's question. */
export interface AskedAgain {
  readonly cycleId: string;
  readonly agents: readonly string[];
  readonly usage: Usage;
  /** Why there is no verdict, or not on everything. */
  readonly missing: string | undefined;
}

/**
 * Asks the escalation agents of the edited files about a recorded cycle: with what was found and what the others reported then, at the time of
 * then. Nobody else is asked, and no tool is offered: the cluster of now would answer about another day.
 */
export function createAskAgain(parts: {
  readonly model: Model;
  readonly settings: Settings;
  readonly redact: Redact;
  readonly newFenceMarker: () => string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}): (report: ReplayableReport, definitions: Definitions, onAsked: (asked: AskedAgain) => void) => AskAgain {
  const { settings } = parts;
  return (report, definitions, onAsked) => async (first) => {
    const { cycle, cluster, replay, gaps, checks } = report;
    const atMs = Date.parse(replay.passes[1]?.decidedAt ?? cycle.endedAt);
    const model = parts.model.forCycle(cycle.id, modelSettingsOf(settings));
    const agents = definitions.agents.filter(({ role }) => role === 'escalation');
    if (model.call === undefined) throw new Error(`the model was looked for before: ${model.reason}`);
    const outcome = await runAgents({
      cycleId: cycle.id,
      trigger: cycle.trigger,
      cluster: { name: replay.settings.clusterName, version: cluster.version },
      // Without an orchestrator code dispatches, and to these alone.
      definitions: { ...definitions, orchestrator: undefined, agents },
      findings: first.findings,
      incidents: first.incidents,
      decisions: first.decisions,
      gaps,
      checks,
      callModel: withoutSecrets(model.call, parts.redact),
      tools: [],
      reported: replay.agents ?? { analyses: [], correlations: [] },
      models: modelsOf(settings),
      githubConfigured: false,
      githubUrl: 'https://github.com',
      limits: { ...LIMITS, maxTokens: settings.llm.maxTokensPerRequest },
      claudeSectionsFor: (agent, findings) => sectionsFor(definitions.orchestrator?.text ?? '', agent.name, findings),
      assess: () => Promise.resolve([]),
      objectFacts: () => undefined,
      fenceMarker: parts.newFenceMarker(),
      now: () => atMs,
      log: parts.log.child({ cycle: cycle.id }),
      signal: parts.signal,
    });
    onAsked({
      cycleId: cycle.id,
      agents: outcome.runs.map(({ name }) => name),
      usage: outcome.usage,
      missing: outcome.missing,
    });
    return outcome.verdicts;
  };
}
