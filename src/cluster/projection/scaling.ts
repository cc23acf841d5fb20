import type { HorizontalPodAutoscaler, PodDisruptionBudget } from '../../domain/kubernetes/scaling.ts';
import { count, fields, instant, optionalNumberOrText, text, type Raw } from './fields.ts';
import { projectConditions, projectMeta, projectSelector } from './meta.ts';

export function projectAutoscaler(object: Raw): HorizontalPodAutoscaler {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const target = fields(spec['scaleTargetRef'], 'spec.scaleTargetRef');
  return {
    meta: projectMeta(object, true),
    target: {
      apiVersion: text(target['apiVersion'], 'scaleTargetRef.apiVersion'),
      kind: text(target['kind'], 'scaleTargetRef.kind'),
      name: text(target['name'], 'scaleTargetRef.name'),
    },
    minReplicas: count(spec['minReplicas'], 'spec.minReplicas', 1),
    maxReplicas: count(spec['maxReplicas'], 'spec.maxReplicas'),
    currentReplicas: count(status['currentReplicas'], 'status.currentReplicas'),
    desiredReplicas: count(status['desiredReplicas'], 'status.desiredReplicas'),
    lastScaledAtMs: instant(status['lastScaleTime'], 'status.lastScaleTime'),
    conditions: projectConditions(status),
  };
}

export function projectDisruptionBudget(object: Raw): PodDisruptionBudget {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const { selector } = spec;
  return {
    meta: projectMeta(object, true),
    minAvailable: optionalNumberOrText(spec['minAvailable'], 'spec.minAvailable'),
    maxUnavailable: optionalNumberOrText(spec['maxUnavailable'], 'spec.maxUnavailable'),
    selector: selector === undefined || selector === null ? undefined : projectSelector(selector),
    observedGeneration: count(status['observedGeneration'], 'status.observedGeneration'),
    disruptionsAllowed: count(status['disruptionsAllowed'], 'status.disruptionsAllowed'),
    currentHealthy: count(status['currentHealthy'], 'status.currentHealthy'),
    desiredHealthy: count(status['desiredHealthy'], 'status.desiredHealthy'),
    expectedPods: count(status['expectedPods'], 'status.expectedPods'),
    conditions: projectConditions(status),
  };
}
