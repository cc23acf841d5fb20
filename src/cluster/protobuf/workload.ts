import { FLAG, INTEGER, many, message, one, TEXT } from './message.ts';
import { CONDITION, LABEL_SELECTOR, object, PROBED_CONDITION, TIME } from './meta.ts';
import { POD_TEMPLATE } from './pod.ts';

// Field numbers: api, apps/v1/generated.proto.

export const DEPLOYMENT = object({
  spec: {
    replicas: [1, INTEGER],
    selector: [2, one(LABEL_SELECTOR)],
    template: [3, one(POD_TEMPLATE)],
    strategy: [4, one(message({ type: [1, TEXT] }))],
    paused: [7, FLAG],
    progressDeadlineSeconds: [9, INTEGER],
  },
  status: {
    observedGeneration: [1, INTEGER],
    replicas: [2, INTEGER],
    updatedReplicas: [3, INTEGER],
    availableReplicas: [4, INTEGER],
    unavailableReplicas: [5, INTEGER],
    conditions: [
      6,
      many(
        message({
          type: [1, TEXT],
          status: [2, TEXT],
          reason: [4, TEXT],
          message: [5, TEXT],
          lastUpdateTime: [6, TIME],
          lastTransitionTime: [7, TIME],
        }),
      ),
    ],
    readyReplicas: [7, INTEGER],
  },
});

export const REPLICA_SET = object({
  spec: { replicas: [1, INTEGER], selector: [2, one(LABEL_SELECTOR)], template: [3, one(POD_TEMPLATE)] },
  status: {
    replicas: [1, INTEGER],
    observedGeneration: [3, INTEGER],
    readyReplicas: [4, INTEGER],
    availableReplicas: [5, INTEGER],
    conditions: [6, many(CONDITION)],
  },
});

export const STATEFUL_SET = object({
  spec: {
    replicas: [1, INTEGER],
    selector: [2, one(LABEL_SELECTOR)],
    template: [3, one(POD_TEMPLATE)],
    volumeClaimTemplates: [4, many(message({ metadata: [1, one(message({ name: [1, TEXT] }))] }))],
    serviceName: [5, TEXT],
    podManagementPolicy: [6, TEXT],
    ordinals: [11, one(message({ start: [1, INTEGER] }))],
  },
  status: {
    observedGeneration: [1, INTEGER],
    replicas: [2, INTEGER],
    readyReplicas: [3, INTEGER],
    updatedReplicas: [5, INTEGER],
    currentRevision: [6, TEXT],
    updateRevision: [7, TEXT],
    conditions: [10, many(CONDITION)],
    availableReplicas: [11, INTEGER],
  },
});

export const DAEMON_SET = object({
  spec: { selector: [1, one(LABEL_SELECTOR)], template: [2, one(POD_TEMPLATE)] },
  status: {
    currentNumberScheduled: [1, INTEGER],
    numberMisscheduled: [2, INTEGER],
    desiredNumberScheduled: [3, INTEGER],
    numberReady: [4, INTEGER],
    observedGeneration: [5, INTEGER],
    updatedNumberScheduled: [6, INTEGER],
    numberAvailable: [7, INTEGER],
    numberUnavailable: [8, INTEGER],
    conditions: [10, many(CONDITION)],
  },
});

// Field numbers: api, batch/v1/generated.proto.

export const JOB = object({
  spec: {
    parallelism: [1, INTEGER],
    completions: [2, INTEGER],
    activeDeadlineSeconds: [3, INTEGER],
    template: [6, one(POD_TEMPLATE)],
    backoffLimit: [7, INTEGER],
    suspend: [10, FLAG],
  },
  status: {
    conditions: [1, many(PROBED_CONDITION)],
    startTime: [2, TIME],
    completionTime: [3, TIME],
    active: [4, INTEGER],
    succeeded: [5, INTEGER],
    failed: [6, INTEGER],
  },
});

const JOB_TEMPLATE = message({ spec: [2, one(message({ template: [6, one(POD_TEMPLATE)] }))] });

export const CRON_JOB = object({
  spec: {
    schedule: [1, TEXT],
    startingDeadlineSeconds: [2, INTEGER],
    concurrencyPolicy: [3, TEXT],
    suspend: [4, FLAG],
    jobTemplate: [5, one(JOB_TEMPLATE)],
    timeZone: [8, TEXT],
  },
  status: {
    active: [1, many(message({ name: [3, TEXT] }))],
    lastScheduleTime: [4, TIME],
    lastSuccessfulTime: [5, TIME],
  },
});
