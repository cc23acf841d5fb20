import type { AgentsOutcome, Verdict } from '../domain/agent-report.ts';
import type { CheckOutcome } from '../domain/check.ts';
import type { Passage } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import type { Severity } from '../domain/severity.ts';
import type { TimeWindow } from '../domain/time-window.ts';

/** What the passage that a verdict quotes allows for this finding, as code found it in the files now in force. */
export interface Permission {
  readonly silence?: boolean;
  /** The severity that the passage names; nothing goes below it. */
  readonly lowerTo?: Severity;
  /** From onset. */
  readonly delayMs?: number;
  /** Why the passage allows nothing, for people. */
  readonly refusal?: string;
  readonly passage?: Passage;
}

export type Permits = (verdict: Verdict, finding: AssessedFinding) => Permission;

/** Everything that a decision depends on. Nothing else is read: the same input gives the same outcome. */
export interface DecisionInput {
  readonly clusterId: string;
  /** The name that people gave the cluster. */
  readonly clusterName: string;
  readonly cycleId: string;
  readonly pass: 1 | 2;
  readonly nowMs: number;
  /** 64 hex characters. */
  readonly revision: string;
  /** Of this cycle, derived ones marked by `attachedTo`. In pass 2 the agents' own, assessed, stand among them. */
  readonly findings: readonly AssessedFinding[];
  /** Incidents as they stand now: open, or resolved in the last 24 hours. */
  readonly known: readonly Incident[];
  readonly outcomes: readonly CheckOutcome[];
  readonly snapshotAtMs: number;
  /** Whether this cycle was to look at this namespace ('' = cluster-wide objects). What is out of scope is unknown, never over. */
  readonly inScope: (namespace: string) => boolean;
  /** Pass 2 only. */
  readonly agents: AgentsOutcome | undefined;
  /** The incidents that the agents were asked about; `undefined` = everything, so that their silence says something too. */
  readonly focus: readonly string[] | undefined;
  readonly analysis: {
    /** Agents run in this cycle, behind this pass. */
    readonly expected: boolean;
    /** Agents can run: a new SEV-1/2 of a patrol gets a cycle of its own. */
    readonly available: boolean;
    /** Why agents do not, or did not all, run. */
    readonly missing: string | undefined;
  };
  readonly permits: Permits;
  /** The channel by severity, by Markdown, or as a verdict proposes, within the operator's list. */
  readonly channelFor: (severity: Severity, incident: Incident, proposed: string | undefined) => string;
  /** Handles of the people to call, such as `@payments-team`. */
  readonly contactsFor: (severity: Severity, incident: Incident) => readonly string[];
  readonly businessHours: TimeWindow;
  readonly flags: { readonly notifications: boolean; readonly modelCalls: boolean };
  readonly nextIncidentId: () => string;
  readonly nextNoticeId: () => string;
}

export interface DecisionOutcome {
  /** To be stored: every incident that this pass looked at. */
  readonly changed: readonly Incident[];
  /** Everything that is open now, and what this pass closed. */
  readonly incidents: readonly Incident[];
  readonly decisions: readonly Decision[];
  readonly notices: readonly Notice[];
  /** The earliest moment at which an open incident must be looked at again. */
  readonly recheckAtMs: number | undefined;
}
