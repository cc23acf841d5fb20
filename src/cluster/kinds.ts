import type { KindName, ObjectsByKind } from '../domain/snapshot.ts';
import { projectEvent, projectNamespace, projectNode } from './projection/cluster.ts';
import { projectApiService, projectResourceDefinition, projectWebhookConfiguration } from './projection/extension.ts';
import type { Raw } from './projection/fields.ts';
import {
  projectEndpointSlice,
  projectIngress,
  projectIngressClass,
  projectNetworkPolicy,
  projectService,
} from './projection/network.ts';
import { projectPod } from './projection/pod.ts';
import { projectLimitRange, projectQuota } from './projection/quota.ts';
import { projectAutoscaler, projectDisruptionBudget } from './projection/scaling.ts';
import { projectClaim, projectStorageClass, projectVolume } from './projection/storage.ts';
import {
  projectCronJob,
  projectDaemonSet,
  projectDeployment,
  projectJob,
  projectReplicaSet,
  projectStatefulSet,
} from './projection/workload.ts';
import { EVENT, NAMESPACE, NODE } from './protobuf/cluster.ts';
import { API_SERVICE, RESOURCE_DEFINITION, WEBHOOK_CONFIGURATION } from './protobuf/extension.ts';
import type { Message } from './protobuf/message.ts';
import { ENDPOINT_SLICE, INGRESS, INGRESS_CLASS, NETWORK_POLICY, SERVICE } from './protobuf/network.ts';
import { POD } from './protobuf/pod.ts';
import { LIMIT_RANGE, RESOURCE_QUOTA } from './protobuf/quota.ts';
import { AUTOSCALER, DISRUPTION_BUDGET } from './protobuf/scaling.ts';
import { CLAIM, STORAGE_CLASS, VOLUME } from './protobuf/storage.ts';
import { CRON_JOB, DAEMON_SET, DEPLOYMENT, JOB, REPLICA_SET, STATEFUL_SET } from './protobuf/workload.ts';

/** What RBAC, the permissions report and the tools know of a kind. */
export interface GrantedKind {
  readonly kind: string;
  /** '' for core. */
  readonly group: string;
  readonly version: string;
  /** Plural, as in URLs. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** A cluster may well refuse it or not serve it; the permissions report does not call that a problem. */
  readonly optional: boolean;
  /** What people lose without it, for the permissions report. */
  readonly lost: string;
}

/** One kind of the snapshot. */
export interface SnapshotKind<Name extends KindName = KindName> extends GrantedKind {
  readonly kind: Name;
  /** @throws {MalformedField} on a field of another type than the API promises; a missing field takes its default */
  readonly project: (object: Raw) => ObjectsByKind[Name][number];
  /** The fields that `project` reads, by their numbers in protobuf. */
  readonly message: Message;
  /** At most so many objects in a page, for a kind whose objects are very large. */
  readonly maxPageSize?: number;
}

/**
 * The one table of the kinds in a snapshot: the reader, the RBAC, the permissions report and the gaps come from it.
 * The longest lists stand first, because a snapshot is as slow as its longest list.
 */
export const snapshotKinds: { readonly [Name in KindName]: SnapshotKind<Name> } = {
  Pod: {
    ...core('Pod', 'pods'),
    project: projectPod,
    message: POD,
    lost: 'crash loops, failed image pulls, unschedulable pods and failing probes',
  },
  Event: {
    ...core('Event', 'events'),
    project: projectEvent,
    message: EVENT,
    lost: 'the causes that only events name (failed mounts, probes, scheduling)',
  },
  ReplicaSet: {
    ...grouped('apps', 'ReplicaSet', 'replicasets'),
    project: projectReplicaSet,
    message: REPLICA_SET,
    lost: 'which Deployment a pod belongs to, and stuck rollouts',
  },
  CustomResourceDefinition: {
    ...grouped('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', {
      namespaced: false,
      optional: true,
    }),
    project: projectResourceDefinition,
    message: RESOURCE_DEFINITION,
    // With its schema, each has up to a megabyte.
    maxPageSize: 50,
    lost: 'custom resources that the cluster does not serve or cannot convert',
  },
  Deployment: {
    ...grouped('apps', 'Deployment', 'deployments'),
    project: projectDeployment,
    message: DEPLOYMENT,
    lost: 'Deployments that are down, short of replicas or stuck',
  },
  EndpointSlice: {
    ...grouped('discovery.k8s.io', 'EndpointSlice', 'endpointslices'),
    project: projectEndpointSlice,
    message: ENDPOINT_SLICE,
    lost: 'Services without a ready endpoint',
  },
  Service: {
    ...core('Service', 'services'),
    project: projectService,
    message: SERVICE,
    lost: 'Services without a ready endpoint',
  },
  Node: {
    ...core('Node', 'nodes', { namespaced: false }),
    project: projectNode,
    message: NODE,
    lost: 'nodes that are not ready or under pressure',
  },
  PersistentVolume: {
    ...core('PersistentVolume', 'persistentvolumes', { namespaced: false }),
    project: projectVolume,
    message: VOLUME,
    lost: 'volumes that failed or that nobody reclaims',
  },
  Job: { ...grouped('batch', 'Job', 'jobs'), project: projectJob, message: JOB, lost: 'failed Jobs' },
  CronJob: {
    ...grouped('batch', 'CronJob', 'cronjobs'),
    project: projectCronJob,
    message: CRON_JOB,
    lost: 'the owners of failed Jobs',
  },
  StatefulSet: {
    ...grouped('apps', 'StatefulSet', 'statefulsets'),
    project: projectStatefulSet,
    message: STATEFUL_SET,
    lost: 'StatefulSets that are down or short of replicas',
  },
  DaemonSet: {
    ...grouped('apps', 'DaemonSet', 'daemonsets'),
    project: projectDaemonSet,
    message: DAEMON_SET,
    lost: 'DaemonSets that miss pods on nodes',
  },
  PersistentVolumeClaim: {
    ...core('PersistentVolumeClaim', 'persistentvolumeclaims'),
    project: projectClaim,
    message: CLAIM,
    lost: 'claims that wait for a volume',
  },
  NetworkPolicy: {
    ...grouped('networking.k8s.io', 'NetworkPolicy', 'networkpolicies'),
    project: projectNetworkPolicy,
    message: NETWORK_POLICY,
    lost: 'network policies that select nothing, and traffic that a policy blocks',
  },
  Ingress: {
    ...grouped('networking.k8s.io', 'Ingress', 'ingresses'),
    project: projectIngress,
    message: INGRESS,
    lost: 'routes to a Service or a class that does not exist',
  },
  HorizontalPodAutoscaler: {
    ...grouped('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', { version: 'v2' }),
    project: projectAutoscaler,
    message: AUTOSCALER,
    lost: 'autoscalers that are at their maximum or cannot scale',
  },
  PodDisruptionBudget: {
    ...grouped('policy', 'PodDisruptionBudget', 'poddisruptionbudgets'),
    project: projectDisruptionBudget,
    message: DISRUPTION_BUDGET,
    lost: 'disruption budgets that block every drain or protect nothing',
  },
  ResourceQuota: {
    ...core('ResourceQuota', 'resourcequotas'),
    project: projectQuota,
    message: RESOURCE_QUOTA,
    lost: 'quotas that are nearly full',
  },
  LimitRange: {
    ...core('LimitRange', 'limitranges'),
    project: projectLimitRange,
    message: LIMIT_RANGE,
    lost: 'the limits that pods are refused by',
  },
  Namespace: {
    ...core('Namespace', 'namespaces', { namespaced: false }),
    project: projectNamespace,
    message: NAMESPACE,
    lost: 'the identity of the cluster, and environments from namespace labels',
  },
  StorageClass: {
    ...grouped('storage.k8s.io', 'StorageClass', 'storageclasses', { namespaced: false, optional: true }),
    project: projectStorageClass,
    message: STORAGE_CLASS,
    lost: 'why a claim waits: a missing class, or one that binds at first use',
  },
  IngressClass: {
    ...grouped('networking.k8s.io', 'IngressClass', 'ingressclasses', { namespaced: false, optional: true }),
    project: projectIngressClass,
    message: INGRESS_CLASS,
    lost: 'Ingresses of a class that does not exist',
  },
  APIService: {
    ...grouped('apiregistration.k8s.io', 'APIService', 'apiservices', { namespaced: false, optional: true }),
    project: projectApiService,
    message: API_SERVICE,
    lost: 'aggregated APIs that are down',
  },
  ValidatingWebhookConfiguration: {
    ...grouped('admissionregistration.k8s.io', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
      namespaced: false,
      optional: true,
    }),
    project: projectWebhookConfiguration,
    message: WEBHOOK_CONFIGURATION,
    lost: 'webhooks that are down and refuse objects, and their expired certificates',
  },
  MutatingWebhookConfiguration: {
    ...grouped('admissionregistration.k8s.io', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
      namespaced: false,
      optional: true,
    }),
    project: projectWebhookConfiguration,
    message: WEBHOOK_CONFIGURATION,
    lost: 'webhooks that are down and refuse objects, and their expired certificates',
  },
};

/** The snapshot's kinds in the order of the table. */
export function snapshotKindNames(): readonly KindName[] {
  return Object.values(snapshotKinds).map((row) => row.kind);
}

/** Where a kind is read: all namespaces, or one. `resource` and `group` are ours or discovery's, never a caller's text. */
export function resourcePath(
  kind: { readonly group: string; readonly version: string; readonly resource: string },
  namespace?: string,
): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return namespace === undefined
    ? `${root}/${kind.resource}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${kind.resource}`;
}

interface Exceptions {
  readonly namespaced?: boolean;
  readonly optional?: boolean;
  readonly version?: string;
}

function core<Name extends string>(kind: Name, resource: string, exceptions: Exceptions = {}) {
  return grouped('', kind, resource, exceptions);
}

function grouped<Name extends string>(group: string, kind: Name, resource: string, exceptions: Exceptions = {}) {
  const { namespaced = true, optional = false, version = 'v1' } = exceptions;
  return { group, version, kind, resource, namespaced, optional };
}
