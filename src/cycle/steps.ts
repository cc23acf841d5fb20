import type { AgentsOutcome } from '../domain/agent-report.ts';
import type { Change } from '../domain/change.ts';
import type { CheckRun } from '../domain/check.ts';
import type { Trigger } from '../domain/cycle.ts';
import type { DefinitionWarning, Definitions } from '../domain/definitions.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import type { ReplayPass, ReplayRecord } from '../domain/replay.ts';
import type { CycleReport, LogsRead } from '../domain/report.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** `all` = every check (cycles with agents); `patrol` = those that can reach `error`, on the kinds they need. */
export type Due = 'all' | 'patrol';

export interface PassInput {
  readonly cycleId: string;
  readonly trigger: Trigger;
  readonly pass: 1 | 2;
  readonly definitions: Definitions;
  readonly snapshot: Snapshot;
  readonly checked: CheckRun;
  readonly findings: readonly AssessedFinding[];
  /** Pass 2 only. */
  readonly agents: AgentsOutcome | undefined;
  /** The incidents that the agents were asked about; `undefined` = everything. */
  readonly focus: readonly string[] | undefined;
  /** Pass 1: what the card says of an analysis: it will come, or why it will not. */
  readonly analysis: { readonly expected: boolean; readonly missing: string | undefined };
}

export interface PassResult {
  /** Those of the input; in pass 1 with the decisive lines of the logs behind what is told. */
  readonly findings: readonly AssessedFinding[];
  /** `undefined` where no log was asked for. */
  readonly logs: LogsRead | undefined;
  readonly decisions: readonly Decision[];
  /** Everything that is open now, and what this pass closed. */
  readonly incidents: readonly Incident[];
  /** The next moment at which something must be looked at again. */
  readonly recheckAtMs: number | undefined;
  /** What decided in it besides files, findings and checks. */
  readonly recorded?: Pick<ReplayRecord, 'clusterId' | 'settings' | 'scope'> & {
    readonly pass: Omit<ReplayPass, 'assessedAt'>;
  };
}

/** What one cycle is made of. Each is a function that the composition root hands over; each has its own handling of partial trouble. */
export interface CycleSteps {
  readonly now: () => number;
  /** Fresh settings and definitions; never throws for a bad file. */
  readonly pin: () => Promise<Definitions>;
  readonly observe: (due: Due, signal: AbortSignal) => Promise<Snapshot>;
  readonly check: (snapshot: Snapshot, due: Due, definitions: Definitions) => Promise<CheckRun>;
  /** What only the cycle could tell: Markdown that the cluster does not bear out, such as a P0 service that is not there; policies that failed. */
  readonly compare: (definitions: Definitions, snapshot: Snapshot, due: Due) => readonly DefinitionWarning[];
  readonly assess: (
    findings: readonly Finding[],
    snapshot: Snapshot,
    definitions: Definitions,
    nowMs: number,
  ) => Promise<readonly AssessedFinding[]>;
  /** Decisions, incidents, evidence and outbox rows in one transaction; then delivery is woken. */
  readonly decideAndRecord: (input: PassInput) => Promise<PassResult>;
  /** What was accepted of changed files since a cycle asked last. */
  readonly changes: () => readonly Change[];
  /** Kill switches that are off, by their names in `flags.json`. */
  readonly switchedOff: () => readonly string[];
  /** Whether agents can run now, and if not why: no key, switched off, budget spent. */
  readonly agentsMissing: (definitions: Definitions) => string | undefined;
  readonly dispatch: (input: DispatchInput, signal: AbortSignal) => Promise<AgentsOutcome>;
  readonly report: (report: CycleReport, keepFile: boolean) => Promise<void>;
}

interface DispatchInput {
  readonly cycleId: string;
  readonly trigger: Trigger;
  readonly definitions: Definitions;
  readonly snapshot: Snapshot;
  readonly checked: CheckRun;
  readonly findings: readonly AssessedFinding[];
  readonly incidents: readonly Incident[];
  readonly decisions: readonly Decision[];
}
