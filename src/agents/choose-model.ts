import type { AgentDefinition } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Models } from './input.ts';

/** The file's own model goes first; `inherit` buys the better one only where somebody might be woken. */
export function modelFor(
  agent: Pick<AgentDefinition, 'model' | 'role'>,
  findings: readonly Pick<AssessedFinding, 'floor'>[],
  models: Models,
): string {
  if (agent.model !== 'inherit' && agent.model !== '') return agent.model;
  const investigates = agent.role === 'analyzer' || agent.role === 'correlator';
  const serious = findings.some(({ floor }) => floor === 'SEV-1' || floor === 'SEV-2');
  return investigates && serious ? models.model : models.quietModel;
}
