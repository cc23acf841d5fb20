import { covered, type CheckOutcome } from '../domain/check.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';

/** What this pass can say about an incident that it did not see. */
export type Coverage =
  /** Every check that saw it looked again at its whole area. */
  | { readonly kind: 'full' }
  /** A check that saw it was not due: this pass says nothing. */
  | { readonly kind: 'not-due' }
  /** Its area could not be read. */
  | { readonly kind: 'unknown'; readonly why: string };

const AGENT = 'agent:';

/** How an incident remembers who saw it: a check by its id, an agent by its name behind `agent:`. */
export function seenBy(finding: AssessedFinding): string {
  return finding.origin === 'agent' ? `${AGENT}${finding.check}` : finding.check;
}

/** The agents that saw it, when nobody else did; an incident that a check saw as well lives and ends by its checks. */
export function agentsOnly(incident: Incident): readonly string[] | undefined {
  const agents = incident.checks.filter((name) => name.startsWith(AGENT));
  return agents.length > 0 && agents.length === incident.checks.length
    ? agents.map((name) => name.slice(AGENT.length))
    : undefined;
}

export function coverageOf(
  incident: Incident,
  outcomes: readonly CheckOutcome[],
  inScope: (namespace: string) => boolean,
): Coverage {
  const { namespace } = incident.owner;
  if (!inScope(namespace)) {
    const area = namespace === '' ? 'cluster-wide objects are' : `namespace ${namespace} is`;
    return { kind: 'unknown', why: `${area} no longer in scope` };
  }
  const checks = incident.checks.filter((name) => !name.startsWith(AGENT));
  const missing = checks.filter((check) => !covered(outcomes, check, namespace));
  if (missing.length === 0 && checks.length > 0) return { kind: 'full' };
  const blind = missing.flatMap((check) => {
    const outcome = outcomes.find((candidate) => candidate.id === check);
    if (outcome === undefined) return [`check ${check} no longer exists`];
    if (outcome.evaluated === 'not-due' || outcome.onlyIn?.includes(namespace) === false) return [];
    if (outcome.evaluated === 'switched-off') return [`check ${check} is switched off`];
    return [outcome.gaps.find((gap) => concerns(gap.namespace, namespace))?.detail ?? `check ${check} could not look`];
  });
  const [why] = blind;
  return why === undefined ? { kind: 'not-due' } : { kind: 'unknown', why };
}

/** What people must know was not looked at, of the checks of this incident and of its family. */
export function gapsOf(incident: Incident, outcomes: readonly CheckOutcome[]): readonly string[] {
  const { namespace } = incident.owner;
  const lines = outcomes
    .filter((outcome) => outcome.family === incident.family || incident.checks.includes(outcome.id))
    .flatMap((outcome) => outcome.gaps)
    .filter((gap) => concerns(gap.namespace, namespace))
    .map((gap) => `${gap.resource}${gap.namespace === undefined ? '' : ` in ${gap.namespace}`}: ${gap.detail}`);
  return [...new Set(lines)];
}

function concerns(gapNamespace: string | undefined, namespace: string): boolean {
  return gapNamespace === undefined || namespace === '' || gapNamespace === namespace;
}
