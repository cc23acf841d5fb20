import { metadataOf, suffixOf, timeOf, type Builder, type KubeObject } from './kube-object.ts';

export interface EventPlan {
  /** The object it is about; only its names and uid are used. */
  readonly about: KubeObject;
  readonly reason: string;
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
  readonly count?: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly source?: string;
}

/** A core/v1 Event; the one of a cluster-wide object lives in the namespace default, as everywhere. */
export function eventObject(plan: EventPlan): KubeObject {
  const { apiVersion, kind, metadata } = plan.about;
  const namespace = metadata.namespace ?? 'default';
  const name = `${metadata.name}.${suffixOf(`${kind}/${namespace}/${metadata.name}/${plan.reason}/${plan.message}`, 16)}`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadataOf({ kind: 'Event', name, namespace, createdAtMs: plan.firstAtMs }),
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace }),
      uid: metadata.uid,
    },
    type: plan.type ?? 'Warning',
    reason: plan.reason,
    message: plan.message,
    count: plan.count ?? 1,
    firstTimestamp: timeOf(plan.firstAtMs),
    lastTimestamp: timeOf(plan.lastAtMs),
    source: { component: plan.source ?? 'test' },
    reportingComponent: plan.source ?? 'test',
    reportingInstance: '',
  };
}

/** `anEvent({ about: deployment.objects()[0], reason: 'ScalingReplicaSet', … })` */
export function anEvent(plan: EventPlan): Builder {
  const nothing: Builder = { objects: () => [], healthy: () => nothing };
  return { objects: () => [eventObject(plan)], healthy: () => nothing };
}
