import type { Verdict } from '../domain/agent-report.ts';
import type { AgentDefinition } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { worstSeverity } from '../domain/severity.ts';
import { incidentOf } from './digest.ts';

/** Who must still be called about what, or why not. */
export type Due =
  | { readonly call: true; readonly findings: readonly AssessedFinding[] }
  | { readonly call: false; readonly reason: string };

/** What the orchestrator did, as far as the decisions below need it. */
export interface Done {
  readonly findings: readonly AssessedFinding[];
  readonly incidents: readonly Incident[];
  /** Findings that an agent of this role was given already. */
  readonly attempted: ReadonlySet<string>;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly githubConfigured: boolean;
}

/** An agent that names reasons is about findings of those reasons only. */
export function concerns(agent: Pick<AgentDefinition, 'reasons'>, finding: AssessedFinding): boolean {
  return agent.reasons.length === 0 || agent.reasons.includes(finding.reason);
}

/**
 * Whether code must call an agent that the orchestrator left out (or did not send to every finding). Pure.
 *
 * Analyzers run when their `when` and `reasons` hold; the checks in their Markdown are due on a quiet cycle too. The others run for the
 * findings that still lack what only they give: a look at changes, a verdict, words.
 *
 * @param wasCalled whether this very agent has run in this cycle
 */
export function dueFor(agent: AgentDefinition, wasCalled: boolean, done: Done): Due {
  const relevant = done.findings.filter((finding) => concerns(agent, finding));
  if (agent.role === 'analyzer') return analyzerDue(agent, wasCalled, relevant);
  const open = relevant.filter((finding) => finding.attachedTo === undefined && finding.hold?.kind !== 'known-issue');
  const left = (due: (finding: AssessedFinding) => boolean, reason: string): Due => {
    const findings = open.filter((finding) => due(finding) && !done.attempted.has(finding.id));
    return findings.length > 0 ? { call: true, findings } : { call: false, reason };
  };
  switch (agent.role) {
    case 'correlator':
      if (!done.githubConfigured) return { call: false, reason: 'GitHub is not configured' };
      return left(
        (finding) => isSerious(finding) && isNew(finding, done.incidents),
        'no new SEV-1 or SEV-2 without it',
      );
    case 'escalation':
      return left(() => true, 'no finding without a verdict');
    case 'notifier':
      return left((finding) => isWorthWords(finding, done.verdicts.get(finding.id)), 'no message without words');
  }
}

function analyzerDue(agent: AgentDefinition, wasCalled: boolean, relevant: readonly AssessedFinding[]): Due {
  if (wasCalled) return { call: false, reason: 'called already' };
  if (agent.reasons.length > 0 && relevant.length === 0) return { call: false, reason: 'no finding of its reasons' };
  if (agent.when === 'findings' && relevant.length === 0) return { call: false, reason: 'no findings' };
  return { call: true, findings: relevant };
}

function isSerious({ floor }: AssessedFinding): boolean {
  return floor === 'SEV-1' || floor === 'SEV-2';
}

/** New to the agents: nothing of theirs stands on its card yet. */
function isNew(finding: AssessedFinding, incidents: readonly Incident[]): boolean {
  return incidentOf(finding, incidents)?.analysis === undefined;
}

/** SEV-4 is only counted in the digest, and what a rule silences has no message. */
function isWorthWords(finding: AssessedFinding, verdict: Verdict | undefined): boolean {
  if (verdict?.rule !== undefined) return verdict.notify && verdict.severity !== 'SEV-4';
  return worstSeverity([finding.floor, verdict?.severity ?? finding.floor]) !== 'SEV-4';
}
