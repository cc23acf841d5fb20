import { ENVIRONMENTS, type Environment } from '../domain/severity.ts';

/** `environments.yaml`: which environment the cluster and its namespaces belong to. */
export interface EnvironmentMap {
  /** For cluster-wide objects. */
  readonly cluster?: string | undefined;
  /** Glob → environment; the first that matches, in the file's order. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Where in the file each of them stands, for the report. */
  readonly lines?: {
    readonly cluster?: number | undefined;
    readonly namespaces: Readonly<Record<string, number>>;
  };
}

/** A namespace as policy sees it. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Classified {
  readonly environment: Environment;
  /** Which rule said so: `environments.yaml:3`, `built-in:name-prefix`. */
  readonly rule: string;
}

const PREFIXES: readonly (readonly [string, Environment])[] = [
  ['prod-', 'production'],
  ['staging-', 'staging'],
  ['dev-', 'development'],
];

/** From the most to the least careful. */
const BY_CARE: readonly Environment[] = ['production', 'staging', 'test', 'development', 'unknown'];

const NOBODY_SAID: Classified = { environment: 'unknown', rule: 'built-in:default' };

/**
 * The namespace's label `environment`, else its name's prefix, else `environments.yaml`, else `unknown`, which counts as non-production.
 * Never from a signal's own labels: whoever can label an alert could promote a test system.
 */
export function environmentOf(namespace: NamespaceFacts, map: EnvironmentMap): Classified {
  return environmentByName(namespace) ?? mappedEnvironment(namespace.name, map) ?? NOBODY_SAID;
}

/** What the shipped environment.rego says: by label, else by the beginning of the name. */
export function environmentByName({ name, labels }: NamespaceFacts): Classified | undefined {
  const labelled = parseEnvironment(labels['environment']);
  if (labelled !== undefined) return { environment: labelled, rule: 'built-in:namespace-label' };
  const prefixed = PREFIXES.find(([prefix]) => name.startsWith(prefix));
  return prefixed && { environment: prefixed[1], rule: 'built-in:name-prefix' };
}

/** What `environments.yaml` says of a namespace. */
export function mappedEnvironment(name: string, map: EnvironmentMap): Classified | undefined {
  for (const [glob, value] of Object.entries(map.namespaces)) {
    const mapped = matches(glob, name) ? parseEnvironment(value) : undefined;
    if (mapped !== undefined) return { environment: mapped, rule: ruleAt(map.lines?.namespaces[glob]) };
  }
  return undefined;
}

/** What `environments.yaml` says of objects without a namespace. */
export function configuredClusterEnvironment(map: EnvironmentMap): Classified | undefined {
  const configured = parseEnvironment(map.cluster);
  return configured && { environment: configured, rule: ruleAt(map.lines?.cluster) };
}

/** For objects without a namespace, where nobody says: the most careful environment that a namespace has. */
export function mostCareful(environments: Iterable<Environment>): Classified {
  const present = new Set(environments);
  const environment = BY_CARE.find((candidate) => present.has(candidate)) ?? 'unknown';
  return { environment, rule: 'built-in:most-careful-namespace' };
}

/** In any case, with white space around; `unknown` and anything else says nothing. */
export function parseEnvironment(value: unknown): Environment | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  return ENVIRONMENTS.find((environment) => environment === word && environment !== 'unknown');
}

function ruleAt(line: number | undefined): string {
  return line === undefined ? 'environments.yaml' : `environments.yaml:${line}`;
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
