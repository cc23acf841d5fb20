import {
  converted,
  FLAG,
  INTEGER,
  many,
  mapOf,
  message,
  one,
  TEXT,
  TEXTS,
  type FieldType,
  type Message,
  type MessageFields,
} from './message.ts';

// Field numbers: apimachinery, pkg/apis/meta/v1/generated.proto; Quantity: pkg/api/resource, IntOrString: pkg/util/intstr.

const TIMESTAMP = message({ seconds: [1, INTEGER], nanos: [2, INTEGER] });

/** Without a fraction of a second, which the API's JSON does not have either. The zero time is an empty message: no time. */
export const TIME = converted(TIMESTAMP, 'a time', ({ seconds }) =>
  typeof seconds === 'number' ? new Date(seconds * 1_000) : undefined,
);

/** With its fraction, down to the millisecond. */
export const MICRO_TIME = converted(TIMESTAMP, 'a time', ({ seconds, nanos }) =>
  typeof seconds === 'number'
    ? new Date(seconds * 1_000 + (typeof nanos === 'number' ? Math.floor(nanos / 1e6) : 0))
    : undefined,
);

const QUANTITY = converted(message({ string: [1, TEXT] }), 'a quantity', ({ string = '' }) => string);

/** Requests, limits, capacities. */
export const QUANTITIES: FieldType = mapOf(QUANTITY);

/** A number or a name, as `type` (0 or 1) says. */
export const NUMBER_OR_TEXT = converted(
  message({ type: [1, INTEGER], intVal: [2, INTEGER], strVal: [3, TEXT] }),
  'a number or a string',
  ({ type = 0, intVal = 0, strVal = '' }) => (type === 0 ? intVal : strVal),
);

const OWNER_REFERENCE = message({
  kind: [1, TEXT],
  name: [3, TEXT],
  uid: [4, TEXT],
  apiVersion: [5, TEXT],
  controller: [6, FLAG],
});

export const OBJECT_META = message({
  name: [1, TEXT],
  namespace: [3, TEXT],
  uid: [5, TEXT],
  resourceVersion: [6, TEXT],
  generation: [7, INTEGER],
  creationTimestamp: [8, TIME],
  deletionTimestamp: [9, TIME],
  labels: [11, mapOf(TEXT)],
  annotations: [12, mapOf(TEXT)],
  ownerReferences: [13, many(OWNER_REFERENCE)],
  finalizers: [14, TEXTS],
});

/** Where nearly every object has its three parts. */
export function object({ spec, status }: { readonly spec: MessageFields; readonly status: MessageFields }): Message {
  return message({ metadata: [1, one(OBJECT_META)], spec: [2, one(message(spec))], status: [3, one(message(status))] });
}

export const LABEL_SELECTOR = message({
  matchLabels: [1, mapOf(TEXT)],
  matchExpressions: [2, many(message({ key: [1, TEXT], operator: [2, TEXT], values: [3, TEXTS] }))],
});

export const LIST_META = message({ continue: [3, TEXT] });

/** What the API server says when it refuses. */
export const STATUS = message({ message: [3, TEXT] });

/**
 * Conditions without a probe or heartbeat before their transition: ReplicaSet, StatefulSet, DaemonSet,
 * HorizontalPodAutoscaler, APIService and CustomResourceDefinition.
 */
export const CONDITION = message({
  type: [1, TEXT],
  status: [2, TEXT],
  lastTransitionTime: [3, TIME],
  reason: [4, TEXT],
  message: [5, TEXT],
});

/**
 * Pod, Node, Namespace, PersistentVolumeClaim, Job and PodDisruptionBudget: field 3 is a probe's or a heartbeat's time,
 * a generation, or free.
 */
export const PROBED_CONDITION = message({
  type: [1, TEXT],
  status: [2, TEXT],
  lastTransitionTime: [4, TIME],
  reason: [5, TEXT],
  message: [6, TEXT],
});
