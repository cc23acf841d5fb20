import { expect, test } from 'vitest';
import { loadBalancerPending } from '../../../src/checks/network/load-balancer-pending.ts';
import { servicePortUnknown } from '../../../src/checks/network/service-port-unknown.ts';
import { aContainer, anEvent, aPod, aService, ago } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const balancer = (minutes: number) => aService({ type: 'LoadBalancer', meta: { createdAtMs: ago(minutes) } });

test('a load balancer without an address is a warning, an error when the cloud says why', () => {
  const event = anEvent(
    { kind: 'Service', meta: balancer(30).meta },
    { reason: 'SyncLoadBalancerFailed', message: 'quota exceeded', firstAtMs: ago(29) },
  );

  expect(findingsOf(loadBalancerPending, { Service: [balancer(30)] })).toMatchObject([
    { reason: 'LoadBalancerPending', impact: 'warning', onsetAtMs: ago(30), serviceNames: ['api'] },
  ]);
  expect(findingsOf(loadBalancerPending, { Service: [balancer(30)], Event: [event] })).toMatchObject([
    { impact: 'error', onsetAtMs: ago(29), title: 'service api has no load balancer address: quota exceeded' },
  ]);
});

test.each([
  { name: 'has just been made', service: balancer(9) },
  { name: 'has an address', service: { ...balancer(30), loadBalancerAddresses: ['lb.example'] } },
  { name: 'wants none', service: aService() },
  { name: 'is being deleted', service: { ...balancer(30), meta: { ...balancer(30).meta, deletedAtMs: ago(1) } } },
])('a Service that $name waits for none', ({ service }) => {
  expect(findingsOf(loadBalancerPending, { Service: [service] })).toEqual([]);
});

const named = (...targets: readonly string[]) =>
  aService({
    ports: targets.map((targetPort, index) => ({
      name: `p${String(index)}`,
      port: 80 + index,
      protocol: 'TCP',
      targetPort,
    })),
  });
const port = (name: string, protocol = 'TCP') => ({ name, containerPort: 8080, protocol });
const serving = (...ports: readonly ReturnType<typeof port>[]) => aPod({ containers: [aContainer({ ports })] });

test('a target port that no container has leaves the Service without any way in', () => {
  expect(findingsOf(servicePortUnknown, { Service: [named('http')], Pod: [serving(port('web'))] })).toMatchObject([
    {
      family: 'network',
      reason: 'TargetPortUnknown',
      impact: 'critical',
      title: 'service api sends port 80 to target port http, which no container of its pod has (they have web)',
    },
  ]);
  expect(
    findingsOf(servicePortUnknown, { Service: [named('web', 'http')], Pod: [serving(port('web'))] }),
  ).toMatchObject([{ impact: 'error', title: expect.stringContaining('sends port 81 to target port http') }]);
});

test.each([
  { name: 'a name that a container has', service: named('web'), pods: [serving(port('web'))] },
  {
    name: 'a name that one version of the pods has',
    service: named('web'),
    pods: [serving(), { ...serving(port('web')), meta: { ...aPod().meta, name: 'b' } }],
  },
  { name: 'a number that no container declares', service: named('9090'), pods: [serving()] },
  { name: 'no pods', service: named('http'), pods: [] },
  { name: 'no address of its own', service: { ...named('http'), clusterIP: 'None' }, pods: [serving()] },
  { name: 'a DNS name', service: { ...named('http'), type: 'ExternalName' }, pods: [serving()] },
  {
    name: 'a port of a sidecar',
    service: named('mesh'),
    pods: [aPod({ initContainers: [aContainer({ name: 'mesh', restartPolicy: 'Always', ports: [port('mesh')] })] })],
  },
])('a Service with $name is no finding', ({ service, pods }) => {
  expect(findingsOf(servicePortUnknown, { Service: [service], Pod: pods })).toEqual([]);
});

test('the protocol counts', () => {
  expect(findingsOf(servicePortUnknown, { Service: [named('dns')], Pod: [serving(port('dns', 'UDP'))] })).toHaveLength(
    1,
  );
});

test.each([
  { check: loadBalancerPending, kind: 'Service' },
  { check: servicePortUnknown, kind: 'Service' },
  { check: servicePortUnknown, kind: 'Pod' },
])('$kind that cannot be read leaves $check.id unevaluated', ({ check, kind }) => {
  const service = { ...named('http'), type: 'LoadBalancer' };

  expect(withGap(check, kind, { Service: [service], Pod: [serving()] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
