import { nameOf } from '../domain/object-ref.ts';
import type { Environment } from '../domain/severity.ts';
import {
  configuredClusterEnvironment,
  environmentByName,
  mappedEnvironment,
  mostCareful,
  type Classified,
  type EnvironmentMap,
} from './environment.ts';
import type { Answers, Evaluate } from './evaluate.ts';
import { inputOf, namespaceTask, type PolicyTask } from './input.ts';
import { judgeEnvironment, judgeLabels, judgePriority, RULES, type FileNames } from './judge.ts';
import { customLabelsOf } from './labels.ts';
import type { Refusal } from './opa.ts';
import { POLICY_NAMES, type Assess, type Assessment, type PolicySubject, type PolicySurroundings } from './policy.ts';
import { priorityOf } from './priority.ts';

/** Told where a policy failed for one finding, which the built-in one then decided. */
export type OnPolicyTrouble = (trouble: Refusal, about: string) => void;

/** Compiled policies that have passed the smoke test. What fails all the same is answered by the built-in policy, finding by finding. */
export function createRegoPolicy(parts: {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly files: FileNames;
  readonly evaluate: Evaluate;
  readonly onTrouble: OnPolicyTrouble;
}): Assess {
  const { wasm, files, evaluate, onTrouble } = parts;

  return async (subjects, surroundings) => {
    if (subjects.length === 0) return [];
    const { environments } = surroundings;
    const ofCluster = subjects.some(({ finding }) => finding.object.namespace === '');
    const cluster = ofCluster
      ? await clusterEnvironment(surroundings)
      : ({ environment: 'unknown', rule: '' } as const);
    const fallbacks = subjects.map((subject) => fallbackOf(subject, environments, cluster));
    const tasks = subjects.map((subject, index): PolicyTask => {
      const { unsaid, failed } = fallbacks[index] ?? {};
      return {
        input: inputOf(subject),
        ask: POLICY_NAMES,
        environments: { unsaid: unsaid?.environment ?? 'unknown', failed: failed?.environment ?? 'unknown' },
      };
    });
    const { answers } = await evaluate(wasm, tasks);
    return subjects.map((subject, index) => ({
      subject,
      assessment: assess(subject, answers[index] ?? {}, fallbacks[index] ?? {}),
    }));
  };

  /** As for findings: policy, then `environments.yaml`, then what the name says. */
  async function clusterEnvironment({ namespaces, environments }: PolicySurroundings): Promise<Classified> {
    const configured = configuredClusterEnvironment(environments);
    if (configured !== undefined) return configured;
    const { answers } = await evaluate(wasm, namespaces.map(namespaceTask));
    const found = namespaces.map((namespace, index): Environment => {
      const judged = judgeEnvironment(answers[index]?.environment, files);
      const said = 'value' in judged ? judged.value : environmentByName(namespace)?.environment;
      return said ?? mappedEnvironment(namespace.name, environments)?.environment ?? 'unknown';
    });
    return mostCareful(found);
  }

  function assess({ finding }: PolicySubject, answers: Answers, fallback: Fallback): Assessment {
    const tell = (trouble: Refusal): void => onTrouble(trouble, nameOf(finding.object));
    const environment = environmentFrom(answers, fallback, tell);
    const labels = judgeLabels(answers.labels, files);
    const priority = judgePriority(answers.priority, files);
    const builtinLabels = customLabelsOf(finding.annotations);
    const builtinPriority = priorityOf(finding.impact, environment.environment);
    if (!('value' in labels)) tell(labels);
    if (!('value' in priority)) tell(priority);
    return {
      environment: environment.environment,
      customLabels: 'value' in labels ? labels.value : builtinLabels.customLabels,
      priority: 'value' in priority ? priority.value : builtinPriority.priority,
      policy: {
        environment: environment.rule,
        labels: 'value' in labels ? ruleOf('labels') : builtinLabels.rule,
        priority: 'value' in priority ? ruleOf('priority') : builtinPriority.rule,
      },
    };
  }

  function environmentFrom(answers: Answers, fallback: Fallback, tell: (trouble: Refusal) => void): Classified {
    const judged = judgeEnvironment(answers.environment, files);
    const nobody: Classified = { environment: 'unknown', rule: ruleOf('environment') };
    if (!('value' in judged)) {
      tell(judged);
      return fallback.failed ?? { ...nobody, rule: 'built-in:default' };
    }
    return judged.value === undefined
      ? (fallback.unsaid ?? nobody)
      : { environment: judged.value, rule: ruleOf('environment') };
  }

  function ruleOf(name: keyof FileNames): string {
    return `${files[name]}:${RULES[name]}`;
  }
}

/** The environment where environment.rego says nothing, and where it fails. */
interface Fallback {
  readonly unsaid?: Classified | undefined;
  readonly failed?: Classified | undefined;
}

function fallbackOf(
  { finding: { object }, namespaceLabels }: PolicySubject,
  environments: EnvironmentMap,
  cluster: Classified,
): Fallback {
  if (object.namespace === '') return { unsaid: cluster, failed: cluster };
  const unsaid = mappedEnvironment(object.namespace, environments);
  return { unsaid, failed: environmentByName({ name: object.namespace, labels: namespaceLabels }) ?? unsaid };
}
