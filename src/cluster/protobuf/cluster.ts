import { FLAG, INTEGER, many, message, one, TEXT } from './message.ts';
import { MICRO_TIME, object, OBJECT_META, PROBED_CONDITION, QUANTITIES, TIME } from './meta.ts';

// Field numbers: api, core/v1/generated.proto.

const TAINT = message({ key: [1, TEXT], value: [2, TEXT], effect: [3, TEXT], timeAdded: [4, TIME] });

export const NODE = object({
  spec: { unschedulable: [4, FLAG], taints: [5, many(TAINT)] },
  status: {
    capacity: [1, QUANTITIES],
    allocatable: [2, QUANTITIES],
    conditions: [4, many(PROBED_CONDITION)],
    nodeInfo: [7, one(message({ kubeletVersion: [7, TEXT], architecture: [10, TEXT] }))],
  },
});

export const NAMESPACE = message({
  metadata: [1, one(OBJECT_META)],
  status: [3, one(message({ phase: [1, TEXT], conditions: [2, many(PROBED_CONDITION)] }))],
});

const OBJECT_REFERENCE = message({
  kind: [1, TEXT],
  namespace: [2, TEXT],
  name: [3, TEXT],
  uid: [4, TEXT],
  apiVersion: [5, TEXT],
  fieldPath: [7, TEXT],
});

export const EVENT = message({
  metadata: [1, one(OBJECT_META)],
  involvedObject: [2, one(OBJECT_REFERENCE)],
  reason: [3, TEXT],
  message: [4, TEXT],
  source: [5, one(message({ component: [1, TEXT] }))],
  firstTimestamp: [6, TIME],
  lastTimestamp: [7, TIME],
  count: [8, INTEGER],
  type: [9, TEXT],
  eventTime: [10, MICRO_TIME],
  series: [11, one(message({ count: [1, INTEGER], lastObservedTime: [2, MICRO_TIME] }))],
  reportingComponent: [14, TEXT],
});
