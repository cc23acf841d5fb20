import type { Condition, LabelSelector, ObjectMeta } from './meta.ts';
import type { Container } from './pod.ts';

/** What a workload stamps its pods from: only what checks and agents read. */
export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly claimNames: readonly string[];
}

export interface Deployment {
  readonly meta: ObjectMeta;
  /** 1 where the API leaves it out. */
  readonly replicas: number;
  readonly paused: boolean;
  /** `RollingUpdate` or `Recreate`, which takes all old pods away before it makes new ones. */
  readonly strategy: string;
  readonly progressDeadlineSeconds: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly observedGeneration: number;
  readonly statusReplicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
  readonly conditions: readonly Condition[];
}

export interface ReplicaSet {
  readonly meta: ObjectMeta;
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly observedGeneration: number;
  readonly statusReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly conditions: readonly Condition[];
}

export interface StatefulSet {
  readonly meta: ObjectMeta;
  readonly replicas: number;
  readonly serviceName: string;
  readonly podManagementPolicy: string;
  readonly ordinalStart: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly volumeClaimTemplateNames: readonly string[];
  readonly observedGeneration: number;
  readonly statusReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly updatedReplicas: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly conditions: readonly Condition[];
}

export interface DaemonSet {
  readonly meta: ObjectMeta;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly observedGeneration: number;
  readonly desiredNumberScheduled: number;
  readonly currentNumberScheduled: number;
  readonly numberReady: number;
  readonly numberAvailable: number;
  readonly numberUnavailable: number;
  readonly updatedNumberScheduled: number;
  readonly numberMisscheduled: number;
  readonly conditions: readonly Condition[];
}

export interface Job {
  readonly meta: ObjectMeta;
  readonly suspend: boolean;
  readonly completions: number | undefined;
  readonly parallelism: number;
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number | undefined;
  readonly template: PodTemplate;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly startedAtMs: number | undefined;
  readonly completedAtMs: number | undefined;
  readonly conditions: readonly Condition[];
}

export interface CronJob {
  readonly meta: ObjectMeta;
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspend: boolean;
  readonly concurrencyPolicy: string;
  readonly startingDeadlineSeconds: number | undefined;
  readonly template: PodTemplate;
  readonly activeJobNames: readonly string[];
  readonly lastScheduleAtMs: number | undefined;
  readonly lastSuccessAtMs: number | undefined;
}
