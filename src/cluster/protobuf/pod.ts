import { FLAG, inline, INTEGER, many, mapOf, message, one, PRESENT, TEXT } from './message.ts';
import { OBJECT_META, PROBED_CONDITION, QUANTITIES, TIME } from './meta.ts';

// Field numbers: api, core/v1/generated.proto.

const VOLUME_SOURCE = message({
  persistentVolumeClaim: [10, one(message({ claimName: [1, TEXT] }))],
  ephemeral: [29, PRESENT],
});

const VOLUME = message({ name: [1, TEXT], volumeSource: [2, inline(VOLUME_SOURCE)] });

const CONTAINER = message({
  name: [1, TEXT],
  image: [2, TEXT],
  ports: [6, many(message({ name: [1, TEXT], containerPort: [3, INTEGER], protocol: [4, TEXT] }))],
  resources: [8, one(message({ limits: [1, QUANTITIES], requests: [2, QUANTITIES] }))],
  livenessProbe: [10, PRESENT],
  readinessProbe: [11, PRESENT],
  stdin: [16, FLAG],
  startupProbe: [22, PRESENT],
  restartPolicy: [24, TEXT],
});

const POD_SPEC = message({
  volumes: [1, many(VOLUME)],
  containers: [2, many(CONTAINER)],
  restartPolicy: [3, TEXT],
  nodeSelector: [7, mapOf(TEXT)],
  serviceAccountName: [8, TEXT],
  nodeName: [10, TEXT],
  schedulerName: [19, TEXT],
  initContainers: [20, many(CONTAINER)],
  priorityClassName: [24, TEXT],
  schedulingGates: [38, many(message({ name: [1, TEXT] }))],
  resources: [40, one(message({ limits: [1, QUANTITIES], requests: [2, QUANTITIES] }))],
});

const CONTAINER_STATE = message({
  waiting: [1, one(message({ reason: [1, TEXT], message: [2, TEXT] }))],
  running: [2, one(message({ startedAt: [1, TIME] }))],
  terminated: [
    3,
    one(
      message({
        exitCode: [1, INTEGER],
        signal: [2, INTEGER],
        reason: [3, TEXT],
        message: [4, TEXT],
        startedAt: [5, TIME],
        finishedAt: [6, TIME],
      }),
    ),
  ],
});

const CONTAINER_STATUS = message({
  name: [1, TEXT],
  state: [2, one(CONTAINER_STATE)],
  lastState: [3, one(CONTAINER_STATE)],
  ready: [4, FLAG],
  restartCount: [5, INTEGER],
  image: [6, TEXT],
  started: [9, FLAG],
});

const POD_STATUS = message({
  phase: [1, TEXT],
  conditions: [2, many(PROBED_CONDITION)],
  message: [3, TEXT],
  reason: [4, TEXT],
  startTime: [7, TIME],
  containerStatuses: [8, many(CONTAINER_STATUS)],
  initContainerStatuses: [10, many(CONTAINER_STATUS)],
});

export const POD = message({ metadata: [1, one(OBJECT_META)], spec: [2, one(POD_SPEC)], status: [3, one(POD_STATUS)] });

export const POD_TEMPLATE = message({
  metadata: [1, one(message({ labels: [11, mapOf(TEXT)] }))],
  spec: [2, one(message({ volumes: [1, many(VOLUME)], containers: [2, many(CONTAINER)] }))],
});
