import {
  configuredClusterEnvironment,
  environmentOf,
  mostCareful,
  type Classified,
  type EnvironmentMap,
} from './environment.ts';
import { customLabelsOf } from './labels.ts';
import type { Assess, PolicySurroundings } from './policy.ts';
import { priorityOf } from './priority.ts';

/** The classifier that needs no Rego: the same truth tables as the shipped policies, which a test holds against each other. */
export const assessBuiltin: Assess = (subjects, surroundings) => {
  const cluster = clusterEnvironmentOf(surroundings);
  const assessed = subjects.map((subject) => {
    const { object, impact, annotations } = subject.finding;
    const { environment, rule } =
      object.namespace === ''
        ? cluster
        : environmentOf({ name: object.namespace, labels: subject.namespaceLabels }, surroundings.environments);
    const labels = customLabelsOf(annotations);
    const priority = priorityOf(impact, environment);
    const assessment = {
      environment,
      customLabels: labels.customLabels,
      priority: priority.priority,
      policy: { environment: rule, labels: labels.rule, priority: priority.rule },
    };
    return { subject, assessment };
  });
  return Promise.resolve(assessed);
};

/** For objects without a namespace: what `environments.yaml` says of the cluster, else the most careful environment in it. */
export function clusterEnvironmentOf({
  namespaces,
  environments,
}: {
  readonly namespaces: PolicySurroundings['namespaces'];
  readonly environments: EnvironmentMap;
}): Classified {
  return (
    configuredClusterEnvironment(environments) ??
    mostCareful(namespaces.map((namespace) => environmentOf(namespace, environments).environment))
  );
}
