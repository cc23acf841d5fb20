import type { Pod } from '../../domain/kubernetes/pod.ts';
import { inNamespace } from '../next-steps.ts';

const MISSING =
  /(configmap|secret)s? "?([^\s":]+)"? not found|references non-existent (?:config|secret) key|couldn't find key/i;

/** Whether the kubelet says that a ConfigMap, a Secret or a key of one does not exist. */
export function namesMissingObject(message: string): boolean {
  return MISSING.test(message);
}

/** Lists names only: a value never comes to a screen. */
export function listMissingKind(message: string, pod: Pod): readonly string[] {
  const kind = MISSING.exec(message)?.[1]?.toLowerCase();
  return kind === undefined ? [] : [`kubectl get ${kind}s${inNamespace(pod.meta.namespace)}`];
}
