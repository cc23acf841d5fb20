import type { Environment, Severity, Tier } from './severity.ts';
import type { TimeWindow } from './time-window.ts';

export const ROLES = ['analyzer', 'correlator', 'escalation', 'notifier'] as const;
export type Role = (typeof ROLES)[number];

/** Where a passage stands; lines count from 1. */
export interface Passage {
  readonly file: string;
  readonly line: number;
  /** Verbatim. */
  readonly text: string;
}

/** One file as this cycle uses it. */
export interface DefinitionFile {
  /** `CLAUDE.md` or `k8s-analyzer.md`. */
  readonly name: string;
  /** Of the bytes in use. */
  readonly sha256: string;
  readonly bytes: number;
  /** Set when the file now mounted was rejected (or could not be read) and an older good version is in use. */
  readonly stale?: { readonly code: string; readonly line?: number; readonly message: string };
}

/** Something about a definition that its author should know. `rejected` keeps the last good version. */
export interface DefinitionWarning {
  readonly file: string;
  readonly line: number | undefined;
  /** Stable, kebab-case: `unknown-tool`, `no-front-matter`, … */
  readonly code: string;
  readonly outcome: 'accepted' | 'lenient' | 'ignored' | 'rejected';
  /** Cause and remedy. */
  readonly message: string;
}

export interface AgentDefinition {
  readonly name: string;
  readonly fileName: string;
  readonly description: string;
  readonly role: Role;
  readonly when: 'always' | 'findings';
  /** Only findings of these reasons concern it; empty = all. */
  readonly reasons: readonly string[];
  /** Effective: front matter ∩ ceiling ∩ known, without the disallowed. */
  readonly tools: readonly string[];
  /** As resolved: a model id, or the alias `inherit` (absent or `inherit`). */
  readonly model: string;
  readonly effort: string | undefined;
  readonly maxTurns: number | undefined;
  readonly maxTokens: number | undefined;
  readonly timeoutSeconds: number | undefined;
  /** The prompt: everything behind the front matter. */
  readonly body: string;
  /** The line of the file on which the body begins. */
  readonly bodyLine?: number;
  readonly sha256: string;
}

export interface TierEntry extends Passage {
  readonly tier: Tier;
  /** '' when the entry names no namespace. */
  readonly namespace: string;
  readonly name: string;
}

export interface KnownIssue extends Passage {
  /** What it names, as `[namespace/]name`; empty when it names no object that code could resolve. */
  readonly names: readonly { readonly namespace: string; readonly name: string }[];
  /** Words (lower case) that may connect it with a finding although it names no object. */
  readonly words: readonly string[];
  readonly window: TimeWindow | undefined;
  readonly untilMs: number | undefined;
  readonly reason: string | undefined;
  /** It holds in these alone; left out: everywhere. An object of environment `unknown` is in none. */
  readonly environments?: readonly Environment[];
  /** Its text itself says not to alert. */
  readonly silences: boolean;
}

export interface Tolerance extends Passage {
  readonly durationMs: number;
  /** It speaks of a degraded service only: one that is down is told at once. */
  readonly degradedOnly?: boolean;
  readonly tier: Tier | undefined;
  readonly severity: Severity | undefined;
  readonly name: { readonly namespace: string; readonly name: string } | undefined;
  /** It holds in these alone; left out: everywhere. */
  readonly environments?: readonly Environment[];
}

export interface ChannelRule extends Passage {
  readonly channel: string;
  readonly severity: Severity | undefined;
  readonly name: { readonly namespace: string; readonly name: string } | undefined;
  /** It holds in these alone; left out: everywhere. */
  readonly environments?: readonly Environment[];
}

export interface ContactRule extends Passage {
  readonly contact: string;
  readonly severity: Severity | undefined;
  readonly name: { readonly namespace: string; readonly name: string } | undefined;
  /** It holds in these alone; left out: everywhere. */
  readonly environments?: readonly Environment[];
}

/** The pinned set of one cycle. Nothing that changes later is seen by it. */
export interface Definitions {
  /** 64 hex characters over the whole set. */
  readonly revision: string;
  /** `CLAUDE.md`; `undefined` when there is none (checks and the shipped tiers of nothing). */
  readonly orchestrator: { readonly text: string; readonly sha256: string } | undefined;
  readonly agents: readonly AgentDefinition[];
  readonly tiers: readonly TierEntry[];
  readonly knownIssues: readonly KnownIssue[];
  readonly tolerances: readonly Tolerance[];
  readonly channels: readonly ChannelRule[];
  readonly contacts: readonly ContactRule[];
  readonly files: readonly DefinitionFile[];
  /** What code read, line by line, for `validate` and the report. */
  readonly read: readonly { readonly file: string; readonly line: number; readonly what: string }[];
  readonly warnings: readonly DefinitionWarning[];
}
