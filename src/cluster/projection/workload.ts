import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodTemplate,
  ReplicaSet,
  StatefulSet,
} from '../../domain/kubernetes/workload.ts';
import { count, fields, flag, instant, many, optionalCount, text, textMap, type Raw } from './fields.ts';
import { projectConditions, projectMeta, projectSelector } from './meta.ts';
import { projectClaimNames, projectContainer } from './pod.ts';

export function projectDeployment(object: Raw): Deployment {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, true),
    replicas: count(spec['replicas'], 'spec.replicas', 1),
    paused: flag(spec['paused'], 'spec.paused'),
    strategy: text(fields(spec['strategy'], 'spec.strategy')['type'], 'spec.strategy.type'),
    progressDeadlineSeconds: count(spec['progressDeadlineSeconds'], 'spec.progressDeadlineSeconds', 600),
    selector: projectSelector(spec['selector']),
    template: projectTemplate(spec['template']),
    observedGeneration: count(status['observedGeneration'], 'status.observedGeneration'),
    statusReplicas: count(status['replicas'], 'status.replicas'),
    updatedReplicas: count(status['updatedReplicas'], 'status.updatedReplicas'),
    readyReplicas: count(status['readyReplicas'], 'status.readyReplicas'),
    availableReplicas: count(status['availableReplicas'], 'status.availableReplicas'),
    unavailableReplicas: count(status['unavailableReplicas'], 'status.unavailableReplicas'),
    conditions: projectConditions(status),
  };
}

export function projectReplicaSet(object: Raw): ReplicaSet {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, true),
    replicas: count(spec['replicas'], 'spec.replicas', 1),
    selector: projectSelector(spec['selector']),
    template: projectTemplate(spec['template']),
    observedGeneration: count(status['observedGeneration'], 'status.observedGeneration'),
    statusReplicas: count(status['replicas'], 'status.replicas'),
    readyReplicas: count(status['readyReplicas'], 'status.readyReplicas'),
    availableReplicas: count(status['availableReplicas'], 'status.availableReplicas'),
    conditions: projectConditions(status),
  };
}

export function projectStatefulSet(object: Raw): StatefulSet {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, true),
    replicas: count(spec['replicas'], 'spec.replicas', 1),
    serviceName: text(spec['serviceName'], 'spec.serviceName'),
    podManagementPolicy: text(spec['podManagementPolicy'], 'spec.podManagementPolicy'),
    ordinalStart: count(fields(spec['ordinals'], 'spec.ordinals')['start'], 'spec.ordinals.start'),
    selector: projectSelector(spec['selector']),
    template: projectTemplate(spec['template']),
    volumeClaimTemplateNames: many(spec['volumeClaimTemplates'], 'spec.volumeClaimTemplates', (claim) =>
      text(fields(claim['metadata'], 'volumeClaimTemplates.metadata')['name'], 'volumeClaimTemplates.metadata.name'),
    ),
    observedGeneration: count(status['observedGeneration'], 'status.observedGeneration'),
    statusReplicas: count(status['replicas'], 'status.replicas'),
    readyReplicas: count(status['readyReplicas'], 'status.readyReplicas'),
    availableReplicas: count(status['availableReplicas'], 'status.availableReplicas'),
    updatedReplicas: count(status['updatedReplicas'], 'status.updatedReplicas'),
    currentRevision: text(status['currentRevision'], 'status.currentRevision'),
    updateRevision: text(status['updateRevision'], 'status.updateRevision'),
    conditions: projectConditions(status),
  };
}

export function projectDaemonSet(object: Raw): DaemonSet {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, true),
    selector: projectSelector(spec['selector']),
    template: projectTemplate(spec['template']),
    observedGeneration: count(status['observedGeneration'], 'status.observedGeneration'),
    desiredNumberScheduled: count(status['desiredNumberScheduled'], 'status.desiredNumberScheduled'),
    currentNumberScheduled: count(status['currentNumberScheduled'], 'status.currentNumberScheduled'),
    numberReady: count(status['numberReady'], 'status.numberReady'),
    numberAvailable: count(status['numberAvailable'], 'status.numberAvailable'),
    numberUnavailable: count(status['numberUnavailable'], 'status.numberUnavailable'),
    updatedNumberScheduled: count(status['updatedNumberScheduled'], 'status.updatedNumberScheduled'),
    numberMisscheduled: count(status['numberMisscheduled'], 'status.numberMisscheduled'),
    conditions: projectConditions(status),
  };
}

export function projectJob(object: Raw): Job {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, true),
    suspend: flag(spec['suspend'], 'spec.suspend'),
    completions: optionalCount(spec['completions'], 'spec.completions'),
    parallelism: count(spec['parallelism'], 'spec.parallelism', 1),
    backoffLimit: count(spec['backoffLimit'], 'spec.backoffLimit', 6),
    activeDeadlineSeconds: optionalCount(spec['activeDeadlineSeconds'], 'spec.activeDeadlineSeconds'),
    template: projectTemplate(spec['template']),
    active: count(status['active'], 'status.active'),
    succeeded: count(status['succeeded'], 'status.succeeded'),
    failed: count(status['failed'], 'status.failed'),
    startedAtMs: instant(status['startTime'], 'status.startTime'),
    completedAtMs: instant(status['completionTime'], 'status.completionTime'),
    conditions: projectConditions(status),
  };
}

export function projectCronJob(object: Raw): CronJob {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const jobTemplate = fields(spec['jobTemplate'], 'spec.jobTemplate');
  return {
    meta: projectMeta(object, true),
    schedule: text(spec['schedule'], 'spec.schedule'),
    timeZone: text(spec['timeZone'], 'spec.timeZone'),
    suspend: flag(spec['suspend'], 'spec.suspend'),
    concurrencyPolicy: text(spec['concurrencyPolicy'], 'spec.concurrencyPolicy'),
    startingDeadlineSeconds: optionalCount(spec['startingDeadlineSeconds'], 'spec.startingDeadlineSeconds'),
    template: projectTemplate(fields(jobTemplate['spec'], 'jobTemplate.spec')['template']),
    activeJobNames: many(status['active'], 'status.active', (job) => text(job['name'], 'status.active.name')),
    lastScheduleAtMs: instant(status['lastScheduleTime'], 'status.lastScheduleTime'),
    lastSuccessAtMs: instant(status['lastSuccessfulTime'], 'status.lastSuccessfulTime'),
  };
}

function projectTemplate(value: unknown): PodTemplate {
  const template = fields(value, 'template');
  const spec = fields(template['spec'], 'template.spec');
  return {
    labels: textMap(fields(template['metadata'], 'template.metadata')['labels'], 'template.metadata.labels'),
    containers: many(spec['containers'], 'template.spec.containers', projectContainer),
    claimNames: projectClaimNames(spec),
  };
}
