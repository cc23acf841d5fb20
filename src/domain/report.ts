import type { AgentRun } from './agent-report.ts';
import type { Change } from './change.ts';
import type { CheckOutcome } from './check.ts';
import type { Trigger } from './cycle.ts';
import type { DefinitionFile, DefinitionWarning } from './definitions.ts';
import type { AssessedFinding, Hold } from './finding.ts';
import type { Decision } from './incident.ts';
import type { ReplayRecord } from './replay.ts';
import type { Severity } from './severity.ts';
import type { Gap } from './snapshot.ts';
import type { Usage } from './usage.ts';

/** One cycle, as `once --output json` prints it and as the database and /app/logs/incidents keep it; docs/report.schema.json. Times are ISO 8601 UTC. */
export interface CycleReport {
  readonly cycle: {
    readonly id: string;
    readonly trigger: Trigger;
    readonly startedAt: string;
    readonly endedAt: string;
    readonly revision: string;
  };
  readonly cluster: { readonly id: string; readonly name: string; readonly version: string };
  readonly gaps: readonly Gap[];
  readonly checks: readonly CheckOutcome[];
  readonly findings: readonly ReportedFinding[];
  readonly incidents: readonly {
    readonly id: string;
    readonly fingerprint: string;
    readonly severity: Severity;
    readonly state: 'open' | 'resolved';
    readonly findings: readonly string[];
  }[];
  readonly decisions: readonly ReportedDecision[];
  readonly agents: readonly AgentRun[];
  readonly notCalled: readonly { readonly name: string; readonly reason: string }[];
  readonly definitions: {
    readonly files: readonly DefinitionFile[];
    readonly read: readonly { readonly file: string; readonly line: number; readonly what: string }[];
    readonly warnings: readonly DefinitionWarning[];
    /** What was accepted of changed files, settings and policies too, since the cycle before; left out where nothing was. */
    readonly changes?: readonly Change[];
  };
  readonly usage: Usage;
  readonly stages: readonly {
    readonly name: string;
    readonly ms: number;
    readonly status: 'ok' | 'partial' | 'failed' | 'skipped';
  }[];
  /** The orchestrator's closing words; '' when no agents ran. */
  readonly summary: string;
  /** What was asked of container logs for what was told; left out where nothing was. */
  readonly logs?: LogsRead;
  /** Why agents did not (all) run; left out when they did or were not due. */
  readonly analysisMissing?: string;
  /** Kill switches of `flags.json` that are off; left out when none is. */
  readonly switchedOff?: readonly string[];
  /** For `validate --against`; reports of older versions have none. */
  readonly replay?: ReplayRecord;
}

export interface LogsRead {
  readonly requests: number;
  /** Why a log that was wanted is not quoted, with the permission that is missing. */
  readonly notes: readonly string[];
}

/** A finding with every input that Markdown and policy read, so that the cycle can be replayed. */
export type ReportedFinding = Omit<AssessedFinding, 'onsetAtMs' | 'hold'> & {
  readonly onsetAt: string;
  readonly hold: Hold | null;
};

export type ReportedDecision = Omit<Decision, 'incidentId' | 'atMs' | 'cycleId' | 'revision' | 'untilMs'> & {
  readonly incident: string;
  readonly at: string;
  /** When it is to be looked at again, where it is withheld until then. */
  readonly until?: string;
};
