import type { SuspectedChange } from './agent-report.ts';
import type { AssessedFinding } from './finding.ts';
import type { Owner } from './object-ref.ts';
import type { Severity } from './severity.ts';

export const TOLD_REASONS = ['first-seen', 'worse', 'reopened', 'cause-changed', 'unacknowledged', 'resolved'] as const;
export const SILENT_REASONS = [
  'known-issue',
  'within-tolerance',
  'acknowledged',
  'snoozed',
  'ongoing',
  'grouped',
  'outside-hours',
  'below-threshold',
  'flapping',
  'held',
  'quoted-rule',
  'maintenance',
  'switched-off',
] as const;
export type TellReason = (typeof TOLD_REASONS)[number];
export type SilentReason = (typeof SILENT_REASONS)[number];
export type DecisionReason = TellReason | SilentReason;

/** A finding's life over time. */
export interface Incident {
  /** `INC-YYYYMMDD_HHMMSS-NNN`, UTC. */
  readonly id: string;
  /** SHA-256 of cluster id, namespace, owner kind, owner name, family. */
  readonly fingerprint: string;
  readonly clusterId: string;
  readonly owner: Owner;
  readonly family: string;
  readonly state: 'open' | 'resolved';
  readonly severity: Severity;
  /** The severity people last heard; `undefined` when they were never told. */
  readonly toldSeverity: Severity | undefined;
  readonly firstToldAtMs: number | undefined;
  readonly openedAtMs: number;
  readonly onsetAtMs: number;
  readonly lastSeenAtMs: number;
  readonly resolvedAtMs: number | undefined;
  /** Cycles in which it was seen. */
  readonly cyclesSeen: number;
  readonly timesReopened: number;
  /** The first of the reads that covered it fully and did not see it; `undefined` while it is seen. */
  readonly absentSinceMs: number | undefined;
  /** Since when its area could not be read. */
  readonly unverifiedSinceMs: number | undefined;
  /** As last seen: what the card is made of. */
  readonly findings: readonly AssessedFinding[];
  /** The checks that saw it: their coverage decides when it is over. */
  readonly checks: readonly string[];
  /** Incident that this one turned out to be a symptom of. */
  readonly partOf: string | undefined;
  /** What the agents said about it last, kept so that later edits do not lose it. */
  readonly analysis: IncidentAnalysis | undefined;
  /** Channel of its message. */
  readonly channel: string | undefined;
  /** The next moment at which it must be looked at again (end of tolerance, hold, window). */
  readonly recheckAtMs: number | undefined;
}

/** The agents' part of a card. */
export interface IncidentAnalysis {
  readonly headlineSuffix: string | undefined;
  readonly sections: readonly { readonly heading: string; readonly text: string }[];
  readonly cause: string | undefined;
  readonly confidence: string | undefined;
  readonly nextSteps: readonly string[];
  readonly changes: readonly SuspectedChange[];
  readonly evidenceLines: readonly string[];
  readonly notChecked: readonly string[];
  /** Notes of code: refused rules, capped confidence. */
  readonly notes: readonly string[];
  readonly modelCalls: number;
  readonly tokens: number;
  readonly costUsd: number;
  readonly atMs: number;
}

/** Why people were or were not told, one row for every incident and every pass of a cycle. */
export interface Decision {
  readonly incidentId: string;
  readonly cycleId: string;
  readonly atMs: number;
  /** 1 = from the checks alone, 2 = after the agents. */
  readonly pass: 1 | 2;
  readonly told: boolean;
  readonly reason: DecisionReason;
  /** For people: the passage, the times, the numbers behind the word. */
  readonly detail: string;
  readonly severity: Severity;
  readonly revision: string;
}
