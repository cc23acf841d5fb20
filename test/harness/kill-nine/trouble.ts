import type { ClusterState } from '../../../src/demo/cluster/state.ts';
import { aDeployment } from '../../control-plane/builders/deployment.ts';
import { aNamespace } from '../../control-plane/builders/namespace.ts';
import type { Builder } from '../../control-plane/builders/kube-object.ts';
import { MINUTE_MS } from '../hand-clock.ts';

/**
 * What happens in the cluster, in milliseconds behind the beginning: one of three replicas is down, then all of them, then none.
 * The cycles see it open, get worse, be gone and be over.
 */
const GETS_WORSE_MS = 10 * MINUTE_MS;
const IS_REPAIRED_MS = 20 * MINUTE_MS;
export const CYCLES_MS = [5, 12, 22, 26].map((minutes) => minutes * MINUTE_MS);

const NAMESPACE = 'shop';
/** Its incidents wake people at any hour. */
const PRODUCTION = { environment: 'production' };
const WORKLOAD = 'checkout';

/** The workload as it stands at a moment. */
export function workloadAt(nowMs: number, beginsAtMs: number, namespace = NAMESPACE): Builder {
  const sinceMs = nowMs - beginsAtMs;
  const workload = aDeployment(WORKLOAD).in(namespace).replicas(3).at(nowMs);
  if (sinceMs >= IS_REPAIRED_MS) return workload;
  return workload.crashLooping({ sinceMs, ...(sinceMs < GETS_WORSE_MS && { pods: 1 }) });
}

/** A cluster with nothing else in it, for the simulated API server. */
export function clusterAt(nowMs: number, beginsAtMs: number): ClusterState {
  const namespaces = [aNamespace('kube-system'), aNamespace(NAMESPACE, PRODUCTION)];
  return { objects: [...namespaces, workloadAt(nowMs, beginsAtMs)].flatMap((builder) => builder.objects()), logs: {} };
}
