import type { AssessedFinding, Finding } from '../domain/finding.ts';
import type { Environment } from '../domain/severity.ts';
import { environmentOf, type EnvironmentMap } from './environment.ts';
import { customLabelsOf } from './labels.ts';
import { priorityOf } from './priority.ts';

/** What policy says of a finding; the tier, which Markdown knows, moves the priority afterwards (`moveByTier`). */
type Assessment = Pick<AssessedFinding, 'environment' | 'customLabels' | 'priority' | 'policy'>;

interface Surroundings {
  /** Of the finding's namespace; empty for cluster-wide objects and for namespaces that could not be read. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** For objects without a namespace (`clusterEnvironmentOf`). */
  readonly clusterEnvironment: Environment;
}

export type Assess = (
  finding: Pick<Finding, 'object' | 'impact' | 'annotations'>,
  surroundings: Surroundings,
) => Assessment;

/** The classifier that needs no Rego: the same truth tables as the shipped policies. */
export function createBuiltinPolicy({ environments }: { readonly environments: EnvironmentMap }): Assess {
  return ({ object, impact, annotations }, { namespaceLabels, clusterEnvironment }) => {
    const { environment, rule } =
      object.namespace === ''
        ? ({ environment: clusterEnvironment, rule: 'cluster' } as const)
        : environmentOf({ name: object.namespace, labels: namespaceLabels }, environments);
    const labels = customLabelsOf(annotations);
    const priority = priorityOf(impact, environment);
    return {
      environment,
      customLabels: labels.customLabels,
      priority: priority.priority,
      policy: { environment: rule, labels: labels.rule, priority: priority.rule },
    };
  };
}
