import type { Family } from '../../../src/domain/finding.ts';
import { aDeployment } from '../../control-plane/builders/deployment.ts';
import { condition } from '../../control-plane/builders/kube-object.ts';
import type { PlainObject } from '../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../checks/case.ts';
import { crdNotEstablishedCases, webhookUnavailableCases } from '../checks/cases/admission.ts';
import { autoscalerTargetMissingCases } from '../checks/cases/autoscalers.ts';
import { drainBlockedCases } from '../checks/cases/budgets.ts';
import { caBundleExpiredCases } from '../checks/cases/ca-bundles.ts';
import { claimLostCases, claimPendingCases, storageClassMissingCases } from '../checks/cases/claims.ts';
import { configErrorCases } from '../checks/cases/config.ts';
import { crashLoopCases } from '../checks/cases/crash-loop.ts';
import { ingressBackendMissingCases } from '../checks/cases/ingresses.ts';
import { cronJobLateCases, jobFailedCases } from '../checks/cases/jobs.ts';
import { nodePressureCases } from '../checks/cases/nodes.ts';
import { oomKillCases } from '../checks/cases/oom-kill.ts';
import { namespaceTerminatingCases } from '../checks/cases/other.ts';
import { quotaNearlyFullCases } from '../checks/cases/quotas.ts';
import { probesFailingCases } from '../checks/cases/readiness.ts';
import { servicePortUnknownCases, serviceWithoutEndpointsCases } from '../checks/cases/services.ts';
import { startFailedCases } from '../checks/cases/starting.ts';
import { volumeFailedCases, volumeNotMountedCases } from '../checks/cases/volumes.ts';
import { daemonSetShortCases, rolloutStuckCases, statefulSetShortCases } from '../checks/cases/workloads.ts';

/** What is wrong in one namespace, or with one cluster-wide object; `$` stands for the namespace. */
export interface Fault {
  readonly fault: string;
  /** The one finding that stands by itself. */
  readonly check: string;
  readonly family: Family;
  /** As `nameOf` writes it: `Deployment $/api`, `Node worker-$`. */
  readonly owner: string;
  /** How many findings of each check hang on it. */
  readonly attached?: Readonly<Record<string, number>>;
  readonly objects: CheckCase['objects'];
}

const TOO_LARGE =
  '0/31 nodes are available: 31 Insufficient memory. preemption: 0/31 nodes are available: 31 No preemption victims found for incoming pod.';
const NO_METRICS =
  'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)';

/** Two that scale, and the API that would give them their numbers is not there. */
function withoutMetricsApi(given: Given): ReturnType<CheckCase['objects']> {
  const scaled = ['cart', 'search'].flatMap((name) => [
    aDeployment(name).in(given.namespace).at(given.nowMs).replicas(2),
    blindAutoscaler(given, name),
  ]);
  return [
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { namespace: given.namespace, name: 'metrics-server', port: 443 },
      },
    },
    ...scaled,
  ];
}

function blindAutoscaler({ namespace, nowMs }: Given, name: string): PlainObject {
  const sinceMs = nowMs - 30 * 60_000;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
    status: {
      currentReplicas: 2,
      desiredReplicas: 2,
      conditions: [
        condition('AbleToScale', 'True', sinceMs, 'SucceededGetScale', 'the HPA controller was able to get the scale'),
        condition('ScalingActive', 'False', sinceMs, 'FailedGetResourceMetric', NO_METRICS),
      ],
    },
  };
}

function sickOf(cases: readonly CheckCase[], name: string): CheckCase['objects'] {
  const found = cases.find((one) => one.name === name && one.finds.length > 0);
  if (found === undefined) throw new Error(`there is no sick case "${name}" of ${cases[0]?.check ?? 'that check'}`);
  return found.objects;
}

/** With the node that is down and the Argo CD Application, thirty: those two are made by the test itself. */
export const FAULTS: readonly Fault[] = [
  {
    fault: 'a Deployment crashes, and its Service has nobody left',
    check: 'crash-loop',
    family: 'workload',
    owner: 'Deployment $/api',
    attached: { 'replicas-short': 1, 'service-without-endpoints': 1 },
    objects: sickOf(crashLoopCases, 'every replica exits with an error, and the Service has nobody left'),
  },
  {
    fault: 'a container wants more memory than its limit',
    check: 'oom-kill',
    family: 'workload',
    owner: 'Deployment $/api',
    attached: { 'crash-loop': 1, 'replicas-short': 1 },
    objects: sickOf(oomKillCases, 'a container in a loop, with its limit'),
  },
  {
    fault: 'the image of a new revision does not exist, and the rollout stands still',
    check: 'image-pull',
    family: 'workload',
    owner: 'Deployment $/api',
    attached: { 'rollout-stuck': 1 },
    objects: sickOf(rolloutStuckCases, 'the image of the new revision does not exist: that says why'),
  },
  {
    fault: 'a Secret does not exist',
    check: 'config-error',
    family: 'workload',
    owner: 'Deployment $/api',
    attached: { 'replicas-short': 1 },
    objects: sickOf(configErrorCases, 'a Secret that does not exist'),
  },
  {
    fault: 'a command does not exist',
    check: 'start-failed',
    family: 'workload',
    owner: 'Deployment $/api',
    attached: { 'replicas-short': 1 },
    objects: sickOf(startFailedCases, 'a command that does not exist'),
  },
  {
    fault: 'no node has the memory that two pods request',
    check: 'unschedulable',
    family: 'workload',
    owner: 'Deployment $/batch',
    attached: { 'replicas-short': 1 },
    objects: ({ namespace, nowMs }) => [
      aDeployment('batch')
        .in(namespace)
        .at(nowMs)
        .replicas(2)
        .unschedulable({ message: TOO_LARGE, sinceMs: 30 * 60_000 }),
    ],
  },
  {
    fault: 'a readiness probe fails in one of three pods',
    check: 'probes-failing',
    family: 'workload',
    owner: 'Deployment $/api',
    attached: { 'replicas-short': 1 },
    objects: sickOf(probesFailingCases, 'one of three lost its readiness, and the event says how'),
  },
  {
    fault: 'a StatefulSet is stuck at its second member',
    check: 'statefulset-short',
    family: 'workload',
    owner: 'StatefulSet $/db',
    objects: sickOf(statefulSetShortCases, 'it is stuck at its second member, and the third does not come'),
  },
  {
    fault: 'a DaemonSet has no ready pod on one node',
    check: 'daemonset-short',
    family: 'workload',
    owner: 'DaemonSet $/agent',
    objects: sickOf(daemonSetShortCases, 'one node has no ready pod'),
  },
  {
    fault: 'a Job spent its retries',
    check: 'job-failed',
    family: 'job',
    owner: 'Job $/import',
    objects: sickOf(jobFailedCases, 'it spent its retries'),
  },
  {
    fault: 'a CronJob left out its last run',
    check: 'cronjob-late',
    family: 'job',
    owner: 'CronJob $/sync',
    objects: sickOf(cronJobLateCases, 'it left out its last run'),
  },
  {
    fault: 'the disk of a node is full',
    check: 'node-pressure',
    family: 'node',
    owner: 'Node worker-$',
    objects: sickOf(nodePressureCases, 'its disk is full'),
  },
  {
    fault: 'twelve claims name a class that does not exist',
    check: 'storage-class-missing',
    family: 'volume',
    owner: 'StorageClass fast-$',
    attached: { 'claim-pending': 12, unschedulable: 12 },
    objects: sickOf(storageClassMissingCases, 'twelve claims with one missing class are one cause'),
  },
  {
    fault: 'a provisioner refuses',
    check: 'claim-pending',
    family: 'volume',
    owner: 'PersistentVolumeClaim $/data',
    attached: { unschedulable: 1 },
    objects: sickOf(claimPendingCases, 'the provisioner refuses'),
  },
  {
    fault: 'a volume was deleted under a pod',
    check: 'claim-lost',
    family: 'volume',
    owner: 'PersistentVolumeClaim $/data',
    objects: sickOf(claimLostCases, 'its volume was deleted under a pod'),
  },
  {
    fault: 'the cloud refuses to attach a volume',
    check: 'volume-not-mounted',
    family: 'volume',
    owner: 'Pod $/db',
    objects: sickOf(volumeNotMountedCases, 'the cloud refuses to attach'),
  },
  {
    fault: 'a volume failed',
    check: 'volume-failed',
    family: 'volume',
    owner: 'PersistentVolume pv-$',
    objects: sickOf(volumeFailedCases, 'the plug-in cannot delete it'),
  },
  {
    fault: 'a Service selects a label that no pod has',
    check: 'service-without-endpoints',
    family: 'network',
    owner: 'Service $/api',
    objects: sickOf(serviceWithoutEndpointsCases, 'the selector has one label that the pods have not'),
  },
  {
    fault: 'a Service asks for a port by a name that its pods do not have',
    check: 'service-port-unknown',
    family: 'network',
    owner: 'Service $/web',
    objects: sickOf(servicePortUnknownCases, 'its only target port has another name in the pods'),
  },
  {
    fault: 'an Ingress leads to a Service that is not there',
    check: 'ingress-backend-missing',
    family: 'network',
    owner: 'Ingress $/web',
    objects: sickOf(ingressBackendMissingCases, 'one of its routes leads to a Service that is not there'),
  },
  {
    fault: 'a quota is full, and a Deployment is refused for it',
    check: 'creation-forbidden',
    family: 'quota',
    owner: 'Deployment $/api',
    attached: { 'quota-nearly-full': 1, 'replicas-short': 1, 'rollout-stuck': 1 },
    objects: sickOf(quotaNearlyFullCases, 'it is full and a Deployment is refused for it: a row of that'),
  },
  {
    fault: 'what an autoscaler scales was deleted',
    check: 'autoscaler-target-missing',
    family: 'autoscaling',
    owner: 'HorizontalPodAutoscaler $/api',
    objects: sickOf(autoscalerTargetMissingCases, 'its Deployment was deleted 20 minutes ago'),
  },
  {
    fault: 'the metrics API is away, and two autoscalers are blind',
    check: 'api-service-unavailable',
    family: 'admission',
    owner: 'APIService v1beta1.metrics.k8s.io',
    attached: { 'autoscaler-without-metrics': 2 },
    objects: withoutMetricsApi,
  },
  {
    fault: 'the server of a webhook that fails closed is scaled to zero',
    check: 'webhook-unavailable',
    family: 'admission',
    owner: 'MutatingWebhookConfiguration policy-$',
    objects: sickOf(
      webhookUnavailableCases,
      'it fails closed over a resource of its own, and its server is scaled to zero',
    ),
  },
  {
    fault: 'two definitions want the same kind',
    check: 'crd-not-established',
    family: 'admission',
    owner: 'CustomResourceDefinition gadgets.$.example.com',
    objects: sickOf(crdNotEstablishedCases, 'another definition of its group has its kind'),
  },
  {
    fault: 'the CA of a webhook has expired',
    check: 'ca-bundle-expired',
    family: 'certificate',
    owner: 'ValidatingWebhookConfiguration policy-$',
    objects: sickOf(caBundleExpiredCases, 'that of a webhook which fails closed has expired'),
  },
  {
    fault: 'a budget lets no node be drained',
    check: 'drain-blocked',
    family: 'other',
    owner: 'PodDisruptionBudget $/api',
    objects: sickOf(drainBlockedCases, 'it lets none be unavailable'),
  },
  {
    fault: 'a namespace waits for a finalizer',
    check: 'namespace-terminating',
    family: 'other',
    owner: 'Namespace old-$',
    objects: sickOf(namespaceTerminatingCases, 'the operator that would take its finalizer away is gone'),
  },
];
