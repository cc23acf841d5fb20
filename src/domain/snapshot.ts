import type { CustomResource, CustomResourceName } from './custom-resource.ts';
import type { Event, Namespace, Node } from './kubernetes/cluster.ts';
import type { APIService, CustomResourceDefinition, WebhookConfiguration } from './kubernetes/extension.ts';
import type { EndpointSlice, Ingress, IngressClass, NetworkPolicy, Service } from './kubernetes/network.ts';
import type { Pod } from './kubernetes/pod.ts';
import type { LimitRange, ResourceQuota } from './kubernetes/quota.ts';
import type { HorizontalPodAutoscaler, PodDisruptionBudget } from './kubernetes/scaling.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from './kubernetes/storage.ts';
import type { CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './kubernetes/workload.ts';

/** The projected object of each kind that is read; the reader's table (src/cluster/kinds.ts) has one row for each key. */
export interface ObjectsByKind {
  readonly Pod: readonly Pod[];
  readonly Node: readonly Node[];
  readonly Namespace: readonly Namespace[];
  readonly Event: readonly Event[];
  readonly Service: readonly Service[];
  readonly EndpointSlice: readonly EndpointSlice[];
  readonly PersistentVolumeClaim: readonly PersistentVolumeClaim[];
  readonly StorageClass: readonly StorageClass[];
  readonly Deployment: readonly Deployment[];
  readonly ReplicaSet: readonly ReplicaSet[];
  readonly StatefulSet: readonly StatefulSet[];
  readonly DaemonSet: readonly DaemonSet[];
  readonly Job: readonly Job[];
  readonly CronJob: readonly CronJob[];
  readonly PersistentVolume: readonly PersistentVolume[];
  readonly ResourceQuota: readonly ResourceQuota[];
  readonly LimitRange: readonly LimitRange[];
  readonly HorizontalPodAutoscaler: readonly HorizontalPodAutoscaler[];
  readonly PodDisruptionBudget: readonly PodDisruptionBudget[];
  readonly Ingress: readonly Ingress[];
  readonly IngressClass: readonly IngressClass[];
  readonly NetworkPolicy: readonly NetworkPolicy[];
  readonly ValidatingWebhookConfiguration: readonly WebhookConfiguration[];
  readonly MutatingWebhookConfiguration: readonly WebhookConfiguration[];
  readonly APIService: readonly APIService[];
  readonly CustomResourceDefinition: readonly CustomResourceDefinition[];
}

export type KindName = keyof ObjectsByKind;

/** A cluster with nothing in it, to be filled. */
export function noObjects(): { -readonly [Name in KindName]: ObjectsByKind[Name][number][] } {
  return {
    Pod: [],
    Event: [],
    ReplicaSet: [],
    Deployment: [],
    EndpointSlice: [],
    Service: [],
    Node: [],
    Job: [],
    CronJob: [],
    StatefulSet: [],
    DaemonSet: [],
    PersistentVolumeClaim: [],
    Namespace: [],
    StorageClass: [],
    PersistentVolume: [],
    ResourceQuota: [],
    LimitRange: [],
    HorizontalPodAutoscaler: [],
    PodDisruptionBudget: [],
    Ingress: [],
    IngressClass: [],
    NetworkPolicy: [],
    ValidatingWebhookConfiguration: [],
    MutatingWebhookConfiguration: [],
    APIService: [],
    CustomResourceDefinition: [],
  };
}

/** Whatever a snapshot can hold: a built-in kind, or a custom one with its group. */
export type ReadName = KindName | CustomResourceName;

export function isBuiltIn(name: ReadName): name is KindName {
  return !name.includes('.');
}

/** Why an area could not be read. */
export type GapCause =
  | 'forbidden'
  | 'unauthorized'
  | 'timeout'
  | 'unreachable'
  | 'refused'
  | 'malformed'
  | 'not-served'
  | 'truncated';

/** The server as a whole does not answer as it should, or not to these credentials; a single area was not refused. */
export function isServerTrouble(cause: GapCause): boolean {
  return !['forbidden', 'not-served', 'truncated'].includes(cause);
}

/** An area that is neither healthy nor broken: unknown. */
export interface Gap {
  /** The kind, such as `Pod`, or `Application.argoproj.io`. */
  readonly resource: string;
  /** Where; left out when the whole kind is unknown. */
  readonly namespace?: string;
  readonly cause: GapCause;
  /** One sentence for people, with the permission or endpoint that would close it. */
  readonly detail: string;
}

/** What was readable at one instant, with its gaps. A kind with gaps holds what could be read of it. */
export interface Snapshot {
  readonly takenAtMs: number;
  readonly cluster: { readonly id: string; readonly name: string; readonly version: string };
  readonly objects: ObjectsByKind;
  /** Custom resources that were asked for. One that the API server does not serve has none, and no gap. */
  readonly custom: ReadonlyMap<CustomResourceName, readonly CustomResource[]>;
  readonly gaps: readonly Gap[];
  /** Kinds that were asked for; the others are not due in this cycle. */
  readonly read: readonly ReadName[];
  /** Namespaces to look at: `undefined` = all. Cluster-wide kinds are then out of scope. */
  readonly includedNamespaces: readonly string[] | undefined;
  readonly excludedNamespaces: readonly string[];
  /** Where pods were read, when a patrol had no need to read them all; elsewhere nothing is known of them. Left out: wherever they are in scope. */
  readonly podNamespaces?: ReadonlySet<string>;
}

/** The gap that hides objects of this kind in this namespace, if any. */
export function gapFor(snapshot: Pick<Snapshot, 'gaps'>, kind: ReadName, namespace?: string): Gap | undefined {
  return snapshot.gaps.find(
    (gap) =>
      gap.resource === kind && (gap.namespace === undefined || namespace === undefined || gap.namespace === namespace),
  );
}
