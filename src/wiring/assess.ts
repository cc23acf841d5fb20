import { holdFor, tierOf } from '../definitions/matching.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import { severityOf } from '../domain/severity.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import type { EnvironmentMap } from '../policy/environment.ts';
import type { Assess } from '../policy/policy.ts';
import { moveByTier } from '../policy/priority.ts';

/** What policy reads besides what the checks need: the labels of namespaces name their environment. */
export const KINDS_OF_POLICY: readonly KindName[] = ['Namespace'];

/** Everything that policy and Markdown say about findings: environment, labels, tier, priority, floor, and what holds the telling back. */
export async function assessFindings(
  findings: readonly Finding[],
  snapshot: Snapshot,
  definitions: Definitions,
  parts: { readonly assess: Assess; readonly environments: EnvironmentMap; readonly nowMs: number },
): Promise<readonly AssessedFinding[]> {
  const namespaces = new Map(
    snapshot.objects.Namespace.map(({ meta }) => [meta.name, { name: meta.name, labels: meta.labels }]),
  );
  const subjects = findings.map((finding) => ({
    finding,
    namespaceLabels: namespaces.get(finding.object.namespace)?.labels ?? {},
    tier: tierOf(finding, definitions),
  }));
  const surroundings = { namespaces: [...namespaces.values()], environments: parts.environments };
  const assessed = await parts.assess(subjects, surroundings);
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
