import { expect, test } from 'vitest';
import { serviceWithoutEndpoints } from '../../../src/checks/network/service-without-endpoints.ts';
import {
  aCondition,
  aCronJob,
  aDeployment,
  aPod,
  aService,
  aSickPod,
  aSlice,
  ago,
  aTemplate,
} from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const unready = aSickPod({ running: { startedAtMs: ago(900) } }, { unreadySinceMs: ago(10) });

test('a selector that matches nothing is critical, since the endpoints last changed', () => {
  const slice = aSlice([], {
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': new Date(ago(15)).toISOString() },
  });

  expect(findingsOf(serviceWithoutEndpoints, { Service: [aService()], EndpointSlice: [slice] })[0]).toMatchObject({
    family: 'network',
    reason: 'NoEndpoints',
    impact: 'critical',
    object: { kind: 'Service', name: 'api' },
    serviceNames: ['api'],
    onsetAtMs: ago(15),
    title: 'service has no endpoints: no pod matches its selector app=api',
  });
});

test('pods that are all unready count since the last of them', () => {
  const later = aSickPod({}, { unreadySinceMs: ago(5), meta: { name: 'api-2' } });
  const objects = { Service: [aService()], EndpointSlice: [aSlice([false, false])], Pod: [unready, later] };

  expect(findingsOf(serviceWithoutEndpoints, objects)[0]).toMatchObject({
    onsetAtMs: ago(5),
    title: 'service has no ready endpoints: none of its 2 pods is ready',
  });
});

test.each([
  { minutes: 1.9, found: 0 },
  { minutes: 2, found: 1 },
])('without a ready pod for $minutes minutes: $found findings', ({ minutes, found }) => {
  const pod = aSickPod({}, { unreadySinceMs: ago(minutes) });

  expect(
    findingsOf(serviceWithoutEndpoints, { Service: [aService()], EndpointSlice: [aSlice([false])], Pod: [pod] }),
  ).toHaveLength(found);
});

const starting = aDeployment({
  readyReplicas: 0,
  meta: { createdAtMs: ago(4) },
  conditions: [
    aCondition('Available', 'False', { changedAtMs: ago(4) }),
    aCondition('Progressing', 'True', { reason: 'ReplicaSetUpdated', updatedAtMs: ago(3) }),
  ],
});

test.each([
  {
    name: 'with a ready endpoint',
    objects: { Service: [aService()], EndpointSlice: [aSlice([false, true])], Pod: [aPod()] },
  },
  {
    name: 'whose endpoint does not say (which means ready)',
    objects: { Service: [aService()], EndpointSlice: [aSlice([undefined])] },
  },
  {
    name: 'that is an ExternalName',
    objects: { Service: [aService({ type: 'ExternalName', externalName: 'db.example' })] },
  },
  { name: 'without a selector', objects: { Service: [aService({ selector: {} })] } },
  {
    name: 'that publishes unready addresses',
    objects: { Service: [aService({ clusterIP: 'None', publishNotReadyAddresses: true })], Pod: [unready] },
  },
  {
    name: 'whose Deployment is scaled to zero on purpose',
    objects: { Service: [aService()], EndpointSlice: [aSlice([])], Deployment: [aDeployment({ replicas: 0 })] },
  },
  {
    name: 'of a CronJob that does not run now',
    objects: { Service: [aService()], CronJob: [aCronJob({ template: aTemplate() })] },
  },
  {
    name: 'of a Deployment on its first rollout',
    objects: { Service: [aService()], EndpointSlice: [aSlice([])], Deployment: [starting] },
  },
  {
    name: 'whose pod became ready a moment ago',
    objects: {
      Service: [aService()],
      EndpointSlice: [aSlice([false])],
      Pod: [aPod({ conditions: [aCondition('Ready', 'True', { changedAtMs: ago(0.1) })] })],
    },
  },
  { name: 'that is being deleted', objects: { Service: [aService({ meta: { deletedAtMs: ago(1) } })] } },
])('a Service $name is no finding', ({ objects }) => {
  expect(findingsOf(serviceWithoutEndpoints, objects)).toEqual([]);
});

test.each(['Service', 'EndpointSlice', 'Pod', 'Deployment', 'StatefulSet'])(
  '%s that cannot be read leaves it unevaluated',
  (kind) => {
    expect(withGap(serviceWithoutEndpoints, kind, { Service: [aService()] })).toMatchObject({
      findings: [],
      outcomes: [{ evaluated: 'partly' }],
    });
  },
);

test('a pod that is ready for long and is no endpoint is one nobody can reach', () => {
  const pod = aPod({ conditions: [aCondition('Ready', 'True', { changedAtMs: ago(30) })] });
  const objects = { Service: [aService()], EndpointSlice: [aSlice([])], Pod: [pod] };

  expect(findingsOf(serviceWithoutEndpoints, objects)).toMatchObject([
    { impact: 'critical', onsetAtMs: ago(30), title: 'service has no endpoint although its only pod is ready' },
  ]);
});
