import { holdFor, tierOf } from '../definitions/matching.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import { severityOf } from '../domain/severity.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import type { EnvironmentMap, NamespaceFacts } from '../policy/environment.ts';
import type { Assess } from '../policy/policy.ts';
import { moveByTier } from '../policy/priority.ts';

/** What policy reads besides what the checks need: the labels of namespaces name their environment. */
export const KINDS_OF_POLICY: readonly KindName[] = ['Namespace'];

/** The namespaces of a snapshot, as policy sees them. */
export function namespacesIn({ objects }: Pick<Snapshot, 'objects'>): readonly NamespaceFacts[] {
  return objects.Namespace.map(({ meta: { name, labels } }) => ({ name, labels }));
}

/** Everything that policy and Markdown say about findings: environment, labels, tier, priority, floor, and what holds the telling back. */
export async function assessFindings(
  findings: readonly Finding[],
  surroundings: readonly NamespaceFacts[],
  definitions: Definitions,
  parts: { readonly assess: Assess; readonly environments: EnvironmentMap; readonly nowMs: number },
): Promise<readonly AssessedFinding[]> {
  const namespaces = new Map(surroundings.map((namespace) => [namespace.name, namespace]));
  const subjects = findings.map((finding) => ({
    finding,
    namespaceLabels: namespaces.get(finding.object.namespace)?.labels ?? {},
    tier: tierOf(finding, definitions),
  }));
  const assessed = await parts.assess(subjects, { namespaces: surroundings, environments: parts.environments });
  return assessed.map(({ subject: { finding, namespaceLabels, tier }, assessment: policy }) => {
    // What is merely untidy wakes nobody, however dear the service.
    const priority = finding.impact === 'info' ? policy.priority : moveByTier(policy.priority, tier);
    // An agent's word without one verified citation wakes nobody.
    const floor = finding.origin === 'agent' && finding.verified !== true ? 'SEV-4' : severityOf(priority);
    return {
      ...finding,
      ...policy,
      namespaceLabels,
      tier,
      priority,
      priorityByPolicy: policy.priority,
      floor,
      hold: holdFor({ ...finding, floor, environment: policy.environment }, definitions, parts.nowMs),
    };
  });
}
