import type { Role } from './definitions.ts';
import type { EvidenceQuote } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Severity } from './severity.ts';
import { NO_USAGE, type Usage } from './usage.ts';

export const CONFIDENCES = ['High', 'Medium', 'Low', 'Inconclusive'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** What an analyzer established about a finding of the checks. Confidence is already capped by code. */
export interface Analysis {
  readonly findingId: string;
  readonly agent: string;
  readonly cause: string;
  readonly confidence: Confidence;
  /** Verified citations only. */
  readonly evidence: readonly EvidenceQuote[];
  readonly nextSteps: readonly string[];
  readonly notChecked: readonly string[];
}

export interface SuspectedChange {
  readonly repository: string;
  readonly commit: string;
  readonly pullRequest: number | undefined;
  readonly author: string;
  readonly title: string;
  readonly atMs: number;
  readonly files: readonly string[];
  readonly minutesBeforeOnset: number;
  /** Built by code from repository and number, never by the model. */
  readonly url: string;
}

export interface Correlation {
  readonly findingId: string;
  readonly agent: string;
  readonly verdict: 'none' | 'possible' | 'likely';
  readonly changes: readonly SuspectedChange[];
  readonly explanation: string;
  readonly evidence: readonly EvidenceQuote[];
}

/** What the escalation agent proposed and what code made of it. */
export interface Verdict {
  readonly findingId: string;
  readonly agent: string;
  readonly severity: Severity;
  readonly notify: boolean;
  readonly channel: string | undefined;
  readonly reason: string;
  readonly confidence: Confidence;
  /** Verbatim passage, as the agent quoted it. */
  readonly rule: string | undefined;
  readonly recheckMinutes: number | undefined;
}

export interface Words {
  readonly findingId: string;
  readonly agent: string;
  /** At most 60 characters. */
  readonly headlineSuffix: string;
  /** At most 5, in the order of the notifier's Markdown. */
  readonly sections: readonly { readonly heading: string; readonly text: string }[];
}

/** One run of one agent. `failed` is a run without a report, never "no findings". */
export interface AgentRun {
  readonly name: string;
  readonly role: Role | 'orchestrator';
  readonly model: string;
  /** `orchestrator`, or `code` where code completed what the orchestrator left out. */
  readonly calledBy: string;
  readonly status: 'reported' | 'failed';
  /** Why it failed, in words for the report and the footer. */
  readonly detail?: string;
  readonly turns: number;
  readonly toolCalls: readonly {
    readonly tool: string;
    readonly source: string;
    readonly evidenceId: string;
    readonly isError: boolean;
  }[];
  readonly usage: Usage;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface AgentsOutcome {
  /** Why there is no (complete) analysis, for the card's footer; `undefined` when everything ran. */
  readonly missing: string | undefined;
  /** Agent-only findings, with origin `agent`. */
  readonly findings: readonly Finding[];
  readonly analyses: readonly Analysis[];
  readonly correlations: readonly Correlation[];
  readonly verdicts: readonly Verdict[];
  readonly words: readonly Words[];
  readonly evidence: readonly EvidenceQuote[];
  readonly runs: readonly AgentRun[];
  readonly notCalled: readonly { readonly name: string; readonly reason: string }[];
  /** The orchestrator's closing words, for the report. */
  readonly summary: string;
  readonly usage: Usage;
}

/** What a cycle without agents has in their place. */
export const NO_AGENTS: AgentsOutcome = {
  missing: undefined,
  findings: [],
  analyses: [],
  correlations: [],
  verdicts: [],
  words: [],
  evidence: [],
  runs: [],
  notCalled: [],
  summary: '',
  usage: NO_USAGE,
};
