import type { Finding } from '../domain/finding.ts';
import type { Environment, Impact, Severity } from '../domain/severity.ts';

/** What of a finding the SRE's text is matched against. A `Finding` is one. */
export type Target = Pick<
  Finding,
  'family' | 'reason' | 'object' | 'owner' | 'labels' | 'images' | 'serviceNames' | 'onsetAtMs'
> & {
  readonly impact?: Impact;
  /** Of its namespace, or of the cluster; without one it is in no environment that a text may name. */
  readonly environment?: Environment;
  /** The severity that holds without any model, where it is known already. */
  readonly floor?: Severity;
};

/** What names are compared with: all that is known of an object that nothing is wrong with. */
export type Named = Pick<Target, 'object' | 'owner' | 'labels' | 'serviceNames'>;

export interface ServiceName {
  /** '' for any. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether a name in the text means this object: namespace/name, owner name, `app.kubernetes.io/name` or `app` label, Service name, namespace.
 * A cluster-wide object has no namespace and is met by its own name.
 */
export function meansTarget(name: ServiceName, target: Named): boolean {
  const namespace = namespaceOf(target);
  const names = namesOf(target);
  if (name.namespace !== '') return name.namespace === namespace && names.includes(name.name);
  return names.includes(name.name) || (namespace !== '' && name.name === namespace);
}

/** Whether a rule that may be limited to environments holds where the object is. */
export function holdsIn(rule: { readonly environments?: readonly Environment[] }, target: Target): boolean {
  return (
    rule.environments === undefined ||
    (target.environment !== undefined && rule.environments.includes(target.environment))
  );
}

export function namespaceOf(target: Named): string {
  return target.owner.namespace === '' ? target.object.namespace : target.owner.namespace;
}

export function namesOf(target: Named): readonly string[] {
  return [
    target.owner.name,
    target.object.name,
    target.labels['app.kubernetes.io/name'],
    target.labels['app'],
    ...target.serviceNames,
  ].filter((name): name is string => name !== undefined && name !== '');
}
