import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { Pod } from '../domain/kubernetes/pod.ts';
import type { Owner } from '../domain/object-ref.ts';

/** `kubectl describe deployment api -n payments`; names of Kubernetes objects need no quoting. */
export function describeObject(resource: string, { namespace, name }: Pick<ObjectMeta, 'namespace' | 'name'>): string {
  return `kubectl describe ${resource} ${name}${inNamespace(namespace)}`;
}

export function describePod({ meta }: Pod): string {
  return describeObject('pod', meta);
}

export function previousLogs({ meta }: Pod, container: string): string {
  return `kubectl logs ${meta.name} -c ${container} --previous --tail=100${inNamespace(meta.namespace)}`;
}

export function currentLogs({ meta }: Pod, container: string): string {
  return `kubectl logs ${meta.name} -c ${container} --tail=100${inNamespace(meta.namespace)}`;
}

/** `kubectl rollout history deployment/api -n payments`: what changed last; nothing for owners without revisions. */
export function rolloutHistory({ kind, namespace, name }: Owner): readonly string[] {
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)
    ? [`kubectl rollout history ${kind.toLowerCase()}/${name}${inNamespace(namespace)}`]
    : [];
}

/** ` -n payments`; '' for cluster-wide objects. */
export function inNamespace(namespace: string): string {
  return namespace === '' ? '' : ` -n ${namespace}`;
}
