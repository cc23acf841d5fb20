import { expect, test } from 'vitest';
import { ingressAddressPending } from '../../../src/checks/network/ingress-address-pending.ts';
import { ingressClassMissing } from '../../../src/checks/network/ingress-class-missing.ts';
import { serviceWithoutEndpoints } from '../../../src/checks/network/service-without-endpoints.ts';
import { ago, anEvent, anIngress, anIngressClass, aPod, aService, aSlice } from '../../builders/kubernetes.ts';
import { findingsOf } from './run.ts';

const classless = anIngress({ className: undefined, loadBalancerAddresses: [] });

test.each([
  { name: 'nothing else', objects: {}, found: 1 },
  { name: 'a class that is not the default', objects: { IngressClass: [anIngressClass()] }, found: 1 },
  { name: 'a default class', objects: { IngressClass: [anIngressClass({ isDefault: true })] }, found: 0 },
])('an Ingress without a class, and $name: $found findings', ({ objects, found }) => {
  expect(findingsOf(ingressClassMissing, { ...objects, Ingress: [classless] })).toHaveLength(found);
});

test('where another Ingress without a class is served, something watches for them', () => {
  const served = anIngress({ className: undefined, meta: { name: 'served' } });

  expect(findingsOf(ingressClassMissing, { Ingress: [classless, served] })).toEqual([]);
});

test.each(['gce', 'gce-internal'])('the class %s is built into its cloud', (className) => {
  expect(findingsOf(ingressClassMissing, { Ingress: [anIngress({ className, loadBalancerAddresses: [] })] })).toEqual(
    [],
  );
});

test('what cert-manager says of an Ingress tells nothing of its address', () => {
  const told = (source: string) =>
    anEvent(
      { kind: 'Ingress', meta: classless.meta },
      { reason: 'BadConfig', message: 'tls entry 0 is invalid', source, firstAtMs: ago(30), lastAtMs: ago(5) },
    );

  expect(
    findingsOf(ingressAddressPending, { Ingress: [classless], Event: [told('cert-manager-ingress-shim')] }),
  ).toEqual([]);
  expect(
    findingsOf(ingressAddressPending, { Ingress: [classless], Event: [told('ingress-controller')] }),
  ).toMatchObject([{ impact: 'error', onsetAtMs: ago(30) }]);
});

test.each([
  { name: 'in kube-system, headless', over: { clusterIP: 'None' }, namespace: 'kube-system', found: 0 },
  { name: 'in kube-system, with an address', over: {}, namespace: 'kube-system', found: 1 },
  { name: 'elsewhere', over: { clusterIP: 'None' }, namespace: 'payments', found: 1 },
])('a Service for the metrics of the scheduler, $name: $found findings', ({ over, namespace, found }) => {
  const service = aService({ ...over, selector: { component: 'kube-scheduler' }, meta: { namespace } });

  expect(findingsOf(serviceWithoutEndpoints, { Service: [service] })).toHaveLength(found);
});

test('pods that are all being deleted are said to be, since the last of them was told', () => {
  const ending = (name: string, minutes: number) => aPod({ meta: { name, uid: name, deletedAtMs: ago(minutes) } });
  const objects = {
    Service: [aService()],
    EndpointSlice: [aSlice([false, false])],
    Pod: [ending('api-1', 9), ending('api-2', 6)],
  };

  expect(findingsOf(serviceWithoutEndpoints, objects)).toMatchObject([
    { onsetAtMs: ago(6), title: 'service has no ready endpoints: all its 2 pods are being deleted' },
  ]);
});
