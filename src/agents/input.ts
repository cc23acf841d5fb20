import type { AgentsOutcome } from '../domain/agent-report.ts';
import type { CheckOutcome } from '../domain/check.ts';
import type { Trigger } from '../domain/cycle.ts';
import type { AgentDefinition, Definitions } from '../domain/definitions.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import type { CallModel } from '../domain/model.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Gap } from '../domain/snapshot.ts';
import type { Tool } from '../domain/tool.ts';
import type { Logger } from '../log.ts';

/** Full model ids. */
export interface Models {
  /** `llm.model`: analyzers and correlators at work on a SEV-1/2. */
  readonly model: string;
  /** `llm.quiet_model`: everything else. */
  readonly quietModel: string;
}

export interface Limits {
  readonly maxTurns: number;
  readonly maxToolCalls: number;
  /** For one answer: `llm.max_tokens_per_request`. */
  readonly maxTokens: number;
  readonly agentMs: number;
  /** All agents together, the orchestrator included. */
  readonly totalMs: number;
  /** Runs of agents in one cycle. */
  readonly maxRuns: number;
}

export const LIMITS: Limits = {
  maxTurns: 20,
  maxToolCalls: 60,
  maxTokens: 16_000,
  agentMs: 300_000,
  totalMs: 900_000,
  maxRuns: 16,
};

/** Progress, for a terminal. */
export type AgentEvent =
  | {
      readonly kind: 'agent-started';
      readonly agent: string;
      readonly model: string;
      readonly findings: readonly string[];
    }
  | { readonly kind: 'tool-called'; readonly agent: string; readonly source: string; readonly isError: boolean }
  | {
      readonly kind: 'agent-ended';
      readonly agent: string;
      readonly status: 'reported' | 'failed';
      readonly detail?: string;
    };

/** What a finding of an agent needs to be matched against tiers and known issues. */
export type ObjectFacts = Pick<Finding, 'owner' | 'labels' | 'annotations' | 'images' | 'serviceNames'>;

/** Everything that the agents of one cycle get; nothing here changes while they work. */
export interface AgentsInput {
  readonly cycleId: string;
  readonly trigger: Trigger;
  readonly cluster: {
    readonly name: string;
    readonly version: string;
    /** Short facts for the digest, such as `12 nodes, 240 pods`. */
    readonly facts?: string;
  };
  readonly definitions: Definitions;
  readonly findings: readonly AssessedFinding[];
  readonly incidents: readonly Incident[];
  /** Of the first pass: what people were told, and why not. */
  readonly decisions: readonly Decision[];
  /** What agents have reported before, for those that are asked again alone; left out: nothing yet. */
  readonly reported?: Pick<AgentsOutcome, 'analyses' | 'correlations'>;
  readonly gaps: readonly Gap[];
  readonly checks: readonly CheckOutcome[];
  readonly callModel: CallModel;
  /** Fresh in each cycle; agents get those that their file names. */
  readonly tools: readonly Tool[];
  readonly models: Models;
  readonly githubConfigured: boolean;
  /** `https://github.com`, without a slash at the end. */
  readonly githubUrl: string;
  readonly limits: Limits;
  /** Tiers, known issues and sections of `CLAUDE.md` that concern this agent or these findings; '' for none. */
  readonly claudeSectionsFor: (agent: AgentDefinition, findings: readonly AssessedFinding[]) => string;
  /** Policy and Markdown on findings of agents, so that the next agents see tier and floor. */
  readonly assess: (findings: readonly Finding[]) => Promise<readonly AssessedFinding[]>;
  /** The object as the snapshot has it; `undefined` when it does not. */
  readonly objectFacts: (object: ObjectRef) => ObjectFacts | undefined;
  /** Random, at least 8 characters, new in each cycle. */
  readonly fenceMarker: string;
  readonly now: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: AgentEvent) => void;
}
