import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';

/**
 * The findings of this cycle that make up an incident: its owner's own of its family, and the symptoms that hang under them.
 *
 * An incident may also hold findings of an earlier cycle that this one could not look for; their ids are that cycle's, so ids are never compared.
 */
export function findingsOf(
  incident: Pick<Incident, 'owner' | 'family'>,
  findings: readonly AssessedFinding[],
): readonly AssessedFinding[] {
  const { owner, family } = incident;
  const own = findings.filter(
    (finding) =>
      finding.family === family &&
      finding.owner.kind === owner.kind &&
      finding.owner.namespace === owner.namespace &&
      finding.owner.name === owner.name,
  );
  const ids = new Set(own.map(({ id }) => id));
  return findings.filter(({ id, attachedTo }) => ids.has(id) || (attachedTo !== undefined && ids.has(attachedTo)));
}
