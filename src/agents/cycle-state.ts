import type { AgentRun, Analysis, Correlation, Verdict, Words } from '../domain/agent-report.ts';
import type { Role } from '../domain/definitions.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import type { EvidenceLog } from './evidence.ts';
import type { Fence } from './fence.ts';
import type { AgentsInput } from './input.ts';
import type { LoopTool } from './loop.ts';
import type { AskedTool } from './toolbox.ts';

/** What the agents of one cycle share while they work. Only accepted, verified material gets in here. */
export interface CycleState {
  readonly input: AgentsInput;
  readonly fence: Fence;
  readonly evidence: EvidenceLog;
  readonly toolsFor: (names: readonly string[], onAsked: (asked: AskedTool) => void) => LoopTool<never>[];
  /** The caller's wish to stop, and the deadline for all agents together. */
  readonly signal: AbortSignal;
  /** Those of the checks, then those that agents add. */
  readonly findings: AssessedFinding[];
  readonly agentFindings: Finding[];
  /** For the summary: which agent reported more of its own than is taken. */
  readonly notTaken: string[];
  readonly analyses: Analysis[];
  readonly correlations: Correlation[];
  /** The latest word on a finding stands. */
  readonly verdicts: Map<string, Verdict>;
  readonly words: Map<string, Words>;
  readonly cited: Map<string, EvidenceQuote>;
  readonly runs: AgentRun[];
  /** Runs that began, the orchestrator's not counted. */
  started: number;
  readonly notCalled: Map<string, string>;
  /** Findings that an agent of this role was given, whatever came of it. */
  readonly attempted: Readonly<Record<Role, Set<string>>>;
  /** Models that did not answer in this cycle, and why: each is tried once, not once an agent. */
  readonly down: Map<string, string>;
  /** Why nobody is called any more. */
  stopped: string | undefined;
}

/** Takes over problems that no check had seen, with what policy and Markdown say about them. */
export async function addFindings(state: CycleState, found: readonly Finding[]): Promise<void> {
  if (found.length === 0) return;
  // At once: what is added beside it must not take the same ids.
  state.agentFindings.push(...found);
  state.findings.push(...(await state.input.assess(found)));
}

export function cite(state: CycleState, quotes: readonly EvidenceQuote[]): void {
  for (const quote of quotes) state.cited.set(`${quote.id} ${quote.quote}`, quote);
}
