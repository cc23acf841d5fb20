import { holdFor, tierOf } from '../definitions/matching.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding, Finding } from '../domain/finding.ts';
import { severityOf } from '../domain/severity.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import { createBuiltinPolicy } from '../policy/builtin-policy.ts';
import { clusterEnvironmentOf, type EnvironmentMap } from '../policy/environment.ts';
import { moveByTier } from '../policy/priority.ts';

/** What policy reads besides what the checks need: the labels of namespaces name their environment. */
export const KINDS_OF_POLICY: readonly KindName[] = ['Namespace'];

/** Everything that policy and Markdown say about findings: environment, labels, tier, priority, floor, and what holds the telling back. */
export function assessFindings(
  findings: readonly Finding[],
  snapshot: Snapshot,
  definitions: Definitions,
  { environments, nowMs }: { readonly environments: EnvironmentMap; readonly nowMs: number },
): readonly AssessedFinding[] {
  const namespaces = new Map(
    snapshot.objects.Namespace.map(({ meta }) => [meta.name, { name: meta.name, labels: meta.labels }]),
  );
  const clusterEnvironment = clusterEnvironmentOf([...namespaces.values()], environments);
  const assess = createBuiltinPolicy({ environments });
  return findings.map((finding) => {
    const namespaceLabels = namespaces.get(finding.object.namespace)?.labels ?? {};
    const policy = assess(finding, { namespaceLabels, clusterEnvironment });
    const tier = tierOf(finding, definitions);
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
      floor,
      hold: holdFor({ ...finding, floor }, definitions, nowMs),
    };
  });
}
