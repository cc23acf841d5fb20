import { background } from './background.ts';
import { checkoutApi } from './checkout-api.ts';
import { clickhouse } from './clickhouse.ts';
import type { KubernetesObject, PodLogs } from './objects.ts';
import { reportingDb } from './reporting-db.ts';
import { storefront } from './storefront.ts';

export interface ClusterState {
  readonly objects: readonly KubernetesObject[];
  /** By `namespace/pod`. */
  readonly logs: Readonly<Record<string, PodLogs>>;
}

/** The whole simulated cluster at an instant of its clock: a healthy background and four faults. */
export function stateAt(nowMs: number): ClusterState {
  const parts = [background, checkoutApi, storefront, clickhouse, reportingDb].map((part) => part(nowMs));
  return {
    objects: parts.flatMap((part) => part.objects),
    logs: Object.assign({}, ...parts.map((part) => part.logs ?? {})),
  };
}
