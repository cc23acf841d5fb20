import { expect, test } from 'vitest';
import { apiServiceUnavailable } from '../../../src/checks/admission/api-service-unavailable.ts';
import { autoscalerWithoutMetrics } from '../../../src/checks/autoscaling/autoscaler-without-metrics.ts';
import { autoscalerTargetMissing } from '../../../src/checks/autoscaling/autoscaler-target-missing.ts';
import { aCondition, aDeployment, ago, anApiService, anAutoscaler, aSnapshot } from '../../builders/kubernetes.ts';
import { findingsOf, run, withGap } from './run.ts';

function starved(reason: string, name = 'api') {
  return anAutoscaler({
    meta: { name, uid: `uid-${name}` },
    conditions: [
      aCondition('AbleToScale', 'True', { reason: 'SucceededGetScale' }),
      aCondition('ScalingActive', 'False', { reason, changedAtMs: ago(30) }),
    ],
  });
}

const down = anApiService({
  conditions: [aCondition('Available', 'False', { reason: 'MissingEndpoints', changedAtMs: ago(31) })],
});

test('twenty autoscalers without metrics are rows of the one API that is down', () => {
  const autoscalers = Array.from({ length: 20 }, (_, index) =>
    starved('FailedGetResourceMetric', `api-${String(index)}`),
  );
  const { findings } = run(
    aSnapshot({ APIService: [down], HorizontalPodAutoscaler: autoscalers, Deployment: [aDeployment()] }),
    { checks: [apiServiceUnavailable, autoscalerWithoutMetrics] },
  );
  const cause = findings.find(({ check }) => check === 'api-service-unavailable');

  expect(cause).toMatchObject({ reason: 'ApiServiceUnavailable', object: { name: 'v1beta1.metrics.k8s.io' } });
  expect(findings).toHaveLength(21);
  expect(findings.filter(({ attachedTo }) => attachedTo === undefined)).toEqual([cause]);
});

test('metrics of another API are not its fault', () => {
  const { findings } = run(
    aSnapshot({
      APIService: [down],
      HorizontalPodAutoscaler: [starved('FailedGetExternalMetric')],
      Deployment: [aDeployment()],
    }),
    { checks: [apiServiceUnavailable, autoscalerWithoutMetrics] },
  );

  expect(findings.filter(({ attachedTo }) => attachedTo === undefined)).toHaveLength(2);
});

test.each(['Deployment', 'StatefulSet', 'ReplicaSet'])(
  'without %s nobody knows whether the target is there',
  (kind) => {
    expect(withGap(autoscalerTargetMissing, kind, { HorizontalPodAutoscaler: [anAutoscaler()] })).toMatchObject({
      findings: [],
      outcomes: [{ evaluated: 'partly' }],
    });
  },
);

test.each([
  { kind: 'ReplicationController', apiVersion: 'v1', found: 0 },
  { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1', found: 0 },
  { kind: 'Deployment', apiVersion: 'example.com/v1', found: 0 },
  { kind: 'Deployment', apiVersion: 'apps/v1', found: 1 },
])('a $kind of $apiVersion that is nowhere to be seen: $found findings', ({ kind, apiVersion, found }) => {
  const autoscaler = anAutoscaler({ target: { kind, apiVersion, name: 'gone' } });

  expect(findingsOf(autoscalerTargetMissing, { HorizontalPodAutoscaler: [autoscaler] })).toHaveLength(found);
});
