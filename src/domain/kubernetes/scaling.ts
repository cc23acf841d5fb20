import type { Condition, LabelSelector, ObjectMeta } from './meta.ts';

export interface HorizontalPodAutoscaler {
  readonly meta: ObjectMeta;
  readonly target: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  /** 1 where the API leaves it out. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly lastScaledAtMs: number | undefined;
  readonly conditions: readonly Condition[];
}

export interface PodDisruptionBudget {
  readonly meta: ObjectMeta;
  /** A number or a percentage, as text; `undefined` where the budget is written with the other one. */
  readonly minAvailable: string | undefined;
  readonly maxUnavailable: string | undefined;
  /** `undefined` selects nothing; an empty one selects every pod of the namespace. */
  readonly selector: LabelSelector | undefined;
  readonly observedGeneration: number;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions: readonly Condition[];
}
