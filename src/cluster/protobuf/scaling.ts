import { INTEGER, many, message, one, TEXT } from './message.ts';
import { CONDITION, LABEL_SELECTOR, NUMBER_OR_TEXT, object, PROBED_CONDITION, TIME } from './meta.ts';

// Field numbers: api, autoscaling/v2/generated.proto.

export const AUTOSCALER = object({
  spec: {
    scaleTargetRef: [1, one(message({ kind: [1, TEXT], name: [2, TEXT], apiVersion: [3, TEXT] }))],
    minReplicas: [2, INTEGER],
    maxReplicas: [3, INTEGER],
  },
  status: {
    lastScaleTime: [2, TIME],
    currentReplicas: [3, INTEGER],
    desiredReplicas: [4, INTEGER],
    conditions: [6, many(CONDITION)],
  },
});

// Field numbers: api, policy/v1/generated.proto.

export const DISRUPTION_BUDGET = object({
  spec: {
    minAvailable: [1, NUMBER_OR_TEXT],
    selector: [2, one(LABEL_SELECTOR)],
    maxUnavailable: [3, NUMBER_OR_TEXT],
  },
  status: {
    observedGeneration: [1, INTEGER],
    disruptionsAllowed: [3, INTEGER],
    currentHealthy: [4, INTEGER],
    desiredHealthy: [5, INTEGER],
    expectedPods: [6, INTEGER],
    conditions: [7, many(PROBED_CONDITION)],
  },
});
