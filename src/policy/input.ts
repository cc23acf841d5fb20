import { FAMILIES, REASONS } from '../domain/finding.ts';
import { ENVIRONMENTS, IMPACTS, type Environment } from '../domain/severity.ts';
import type { NamespaceFacts } from './environment.ts';
import { POLICY_NAMES, type PolicyName, type PolicySubject } from './policy.ts';

/**
 * What Rego sees as `input`: the paths of the SignalProcessing guide (`severity`, `environment`, `namespace`, `pod`), and more. Everything is
 * always there, empty where nothing is known, so that no rule is skipped for a missing path. `environment` is for priority.rego alone.
 */
export interface PolicyInput {
  /** The finding's impact. */
  readonly severity: string;
  readonly namespace: NamespaceFacts;
  /** The object that is broken, whatever its kind. */
  readonly pod: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly owner: { readonly kind: string; readonly namespace: string; readonly name: string };
  /** '' for a service that no tier lists. */
  readonly tier: string;
  readonly reason: string;
  readonly family: string;
  readonly images: readonly string[];
}

export interface PolicyTask {
  readonly input: PolicyInput;
  readonly ask: readonly PolicyName[];
  /** What priority.rego sees when environment.rego says nothing, and when it fails. */
  readonly environments: { readonly unsaid: Environment; readonly failed: Environment };
}

export function inputOf({ finding, namespaceLabels, tier }: PolicySubject): PolicyInput {
  const { kind, namespace, name } = finding.object;
  return {
    severity: finding.impact,
    namespace: { name: namespace, labels: namespaceLabels },
    pod: { name, namespace, labels: finding.labels, annotations: finding.annotations },
    object: { kind, namespace, name },
    owner: { kind: finding.owner.kind, namespace: finding.owner.namespace, name: finding.owner.name },
    tier: tier ?? '',
    reason: finding.reason,
    family: finding.family,
    images: finding.images,
  };
}

/** For the environment of the cluster: a namespace, and nothing broken in it. */
export function namespaceTask(namespace: NamespaceFacts): PolicyTask {
  const nothing = { kind: 'Namespace', namespace: namespace.name, name: namespace.name };
  const input = {
    severity: 'info',
    namespace: { name: namespace.name, labels: namespace.labels },
    pod: { name: '', namespace: namespace.name, labels: {}, annotations: {} },
    object: nothing,
    owner: nothing,
    tier: '',
    reason: '',
    family: 'other',
    images: [],
  };
  return { input, ask: ['environment'], environments: { unsaid: 'unknown', failed: 'unknown' } };
}

/**
 * What every new set of policies is tried with: each severity in namespaces whose names and labels agree, disagree and say nothing, with
 * annotations of several kinds, tiers, and a cluster-wide object. A rule that has two answers for one of them is found here.
 */
export function smokeTasks(): readonly PolicyTask[] {
  const namespaces = ['prod-shop', 'staging-shop', 'dev-shop', 'shop', ''].flatMap((name) =>
    (name === '' ? [undefined] : [undefined, 'production', 'staging', 'development', 'test', 'uat']).map((label) => ({
      name,
      labels: label === undefined ? {} : { environment: label },
    })),
  );
  const label = 'kubernaut.ai/label-';
  const annotations = [{}, { [`${label}team`]: 'payments', [`${label}environment`]: 'production', note: 'x' }];
  return namespaces.flatMap((namespace) =>
    IMPACTS.flatMap((impact) =>
      (['P0', 'P3', undefined] as const).flatMap((tier) =>
        annotations.map((some) => smokeTask(namespace, impact, tier, some)),
      ),
    ),
  );
}

function smokeTask(
  namespace: NamespaceFacts,
  impact: (typeof IMPACTS)[number],
  tier: PolicySubject['tier'],
  annotations: Readonly<Record<string, string>>,
): PolicyTask {
  const ofCluster = namespace.name === '';
  const object = ofCluster
    ? { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'worker-1' }
    : { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name, name: 'api-1' };
  const owner = ofCluster ? object : { kind: 'Deployment', namespace: namespace.name, name: 'api' };
  const input = inputOf({
    finding: {
      object,
      owner,
      impact,
      reason: ofCluster ? 'NodeNotReady' : 'CrashLoop',
      family: ofCluster ? 'node' : 'workload',
      labels: ofCluster ? {} : { app: 'api' },
      annotations,
      images: ofCluster ? [] : ['registry.example/api:1'],
    },
    namespaceLabels: namespace.labels,
    tier,
  });
  // Where environment.rego says nothing, environments.yaml may say any: a different one in each task, so that priority.rego sees all.
  const unsaid = ENVIRONMENTS[(Object.keys(annotations).length + IMPACTS.indexOf(impact)) % ENVIRONMENTS.length];
  return { input, ask: POLICY_NAMES, environments: { unsaid: unsaid ?? 'unknown', failed: 'unknown' } };
}

/** Policies name a handful; beyond that the test would take longer than an edit may. */
const MOST_REASONS = 24;

/**
 * What a set is tried with besides, because its texts name these reasons: each severity in production and elsewhere, of a listed service and of
 * another. Where two rules meet on a reason, no other input shows it.
 *
 * @param texts of the policies
 */
export function reasonTasks(texts: readonly string[]): readonly PolicyTask[] {
  const named = FAMILIES.flatMap((family) =>
    REASONS[family].flatMap((reason) =>
      texts.some((text) => text.includes(`"${reason}"`)) ? [{ family, reason }] : [],
    ),
  );
  const namespaces = [
    { name: 'prod-shop', labels: { environment: 'production' } },
    { name: 'staging-shop', labels: { environment: 'staging' } },
  ];
  return named.slice(0, MOST_REASONS).flatMap((finding) =>
    namespaces.flatMap((namespace) =>
      IMPACTS.flatMap((impact) =>
        (['P0', undefined] as const).map((tier) => {
          const task = smokeTask(namespace, impact, tier, {});
          return { ...task, input: { ...task.input, ...finding } };
        }),
      ),
    ),
  );
}
