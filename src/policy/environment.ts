import { ENVIRONMENTS, type Environment } from '../domain/severity.ts';

/** `environments.yaml`: which environment the cluster and its namespaces belong to. */
export interface EnvironmentMap {
  /** For cluster-wide objects. */
  readonly cluster?: string | undefined;
  /** Glob → environment; the first that matches, in the file's order. */
  readonly namespaces: Readonly<Record<string, string>>;
}

/** A namespace as policy sees it. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Classified {
  readonly environment: Environment;
  /** Which rule said so. */
  readonly rule: 'namespace-label' | 'name-prefix' | 'environments-file' | 'cluster' | 'default';
}

const PREFIXES: readonly (readonly [string, Environment])[] = [
  ['prod-', 'production'],
  ['staging-', 'staging'],
  ['dev-', 'development'],
];

/** From the most to the least careful. */
const BY_CARE: readonly Environment[] = ['production', 'staging', 'test', 'development', 'unknown'];

/**
 * The namespace's label `environment`, else its name's prefix, else `environments.yaml`, else `unknown`, which counts as non-production.
 * Never from a signal's own labels: whoever can label an alert could promote a test system.
 */
export function environmentOf({ name, labels }: NamespaceFacts, map: EnvironmentMap): Classified {
  const labelled = parseEnvironment(labels['environment']);
  if (labelled !== undefined) return { environment: labelled, rule: 'namespace-label' };
  const prefixed = PREFIXES.find(([prefix]) => name.startsWith(prefix));
  if (prefixed !== undefined) return { environment: prefixed[1], rule: 'name-prefix' };
  for (const [glob, value] of Object.entries(map.namespaces)) {
    const mapped = matches(glob, name) ? parseEnvironment(value) : undefined;
    if (mapped !== undefined) return { environment: mapped, rule: 'environments-file' };
  }
  return { environment: 'unknown', rule: 'default' };
}

/** For objects without a namespace: what `environments.yaml` says of the cluster, else the most careful environment in it. */
export function clusterEnvironmentOf(namespaces: readonly NamespaceFacts[], map: EnvironmentMap): Environment {
  const configured = parseEnvironment(map.cluster);
  if (configured !== undefined) return configured;
  const present = new Set(namespaces.map((namespace) => environmentOf(namespace, map).environment));
  return BY_CARE.find((environment) => present.has(environment)) ?? 'unknown';
}

/** In any case, with white space around; anything else says nothing. */
function parseEnvironment(value: string | undefined): Environment | undefined {
  const word = value?.trim().toLowerCase();
  return ENVIRONMENTS.find((environment) => environment === word && environment !== 'unknown');
}

/** `*` stands for any characters, `?` for one. Step by step, so that no pattern can take long. */
function matches(glob: string, name: string): boolean {
  let position = 0;
  let pattern = 0;
  let star = -1;
  let resume = 0;
  while (position < name.length) {
    if (pattern < glob.length && glob[pattern] === '*') {
      star = pattern++;
      resume = position;
    } else if (pattern < glob.length && (glob[pattern] === '?' || glob[pattern] === name[position])) {
      pattern++;
      position++;
    } else if (star !== -1) {
      pattern = star + 1;
      position = ++resume;
    } else {
      return false;
    }
  }
  while (glob[pattern] === '*') pattern++;
  return pattern === glob.length;
}
