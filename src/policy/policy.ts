import type { AssessedFinding, Finding } from '../domain/finding.ts';
import type { Tier } from '../domain/severity.ts';
import type { EnvironmentMap, NamespaceFacts } from './environment.ts';

/** The three questions, in the order in which they are asked: priority depends on the environment. */
export const POLICY_NAMES = ['environment', 'labels', 'priority'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** What policy says of a finding; the tier, which Markdown knows, moves the priority afterwards (`moveByTier`). */
export type Assessment = Pick<AssessedFinding, 'environment' | 'customLabels' | 'priority' | 'policy'>;

/** A finding with what policy may look at besides. */
export interface PolicySubject {
  readonly finding: Pick<
    Finding,
    'object' | 'owner' | 'impact' | 'reason' | 'family' | 'labels' | 'annotations' | 'images'
  >;
  /** Of the finding's namespace; empty for cluster-wide objects and for namespaces that could not be read. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly tier: Tier | undefined;
}

export interface PolicySurroundings {
  /** All of the snapshot: the most careful of them stands for the cluster where `environments.yaml` does not say. */
  readonly namespaces: readonly NamespaceFacts[];
  readonly environments: EnvironmentMap;
}

interface Assessed<Subject extends PolicySubject> {
  readonly subject: Subject;
  readonly assessment: Assessment;
}

/** All subjects, in their order. Never rejects for what a policy does. */
export type Assess = <Subject extends PolicySubject>(
  subjects: readonly Subject[],
  surroundings: PolicySurroundings,
) => Promise<readonly Assessed<Subject>[]>;
