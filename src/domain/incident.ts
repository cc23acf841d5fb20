import type { SuspectedChange, Verdict } from './agent-report.ts';
import type { Card } from './card.ts';
import type { AssessedFinding } from './finding.ts';
import type { Owner } from './object-ref.ts';
import type { Impact, Severity } from './severity.ts';

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
  /** What later passes need to know about telling; left out while there is nothing to remember. */
  readonly telling?: TellingMemory;
}

/** What was shown, what is owed and what was judged, kept between passes so that the same thing is said once. */
export interface TellingMemory {
  /** SHA-256 of the card as it stands in the outbox or the channel: an equal one is not sent again. */
  readonly shownCard?: string;
  readonly shownState?: Card['state'];
  readonly shownEvidence?: string;
  /** The impact people last heard. */
  readonly toldImpact?: Impact;
  /** Every reason that stood on a card that was told: the cause changes only to one that is not among them. */
  readonly toldReasons?: readonly string[];
  /** Since when severity and impact are below what people heard. */
  readonly easedSinceMs?: number;
  /** Reopenings of the last hour. */
  readonly reopenedAtMs?: readonly number[];
  /** Something people must still hear, once the hours, the window or the tolerance allow it. */
  readonly owed?: TellReason;
  /** Why it was not told so far: the first words of the card when it is told late. */
  readonly withheld?: { readonly reason: SilentReason; readonly detail: string; readonly sinceMs: number };
  /** The escalation agent's verdicts in force, checked anew in every pass. */
  readonly verdicts?: readonly StandingVerdict[];
  /** `pending`, `done`, or why the analysis is missing. */
  readonly analysisState?: string;
}

/** A verdict about the findings of one reason of an incident. */
export interface StandingVerdict {
  readonly reason: string;
  readonly verdict: Verdict;
  readonly atMs: number;
  /** The floor it was given for; a worse floor ends what it took away. */
  readonly floor: Severity;
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
  /** What led the card when these words were written. */
  readonly aboutTitle?: string;
  /** The cycle of the agents' pass that these calls are of. */
  readonly cycleId?: string;
  readonly modelCalls: number;
  /** Who answered those calls. */
  readonly models?: readonly string[];
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
  /** Where it was told, or would have been. This and what follows are in reports, not in the rows of the database. */
  readonly channel?: string;
  readonly contacts?: readonly string[];
  /** What code made of verdicts and quoted rules. */
  readonly notes?: readonly string[];
  /** When it is to be looked at again, where it is withheld until then. */
  readonly untilMs?: number;
}
