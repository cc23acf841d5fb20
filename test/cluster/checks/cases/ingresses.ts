import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { anEvent } from '../../../control-plane/builders/event.ts';
import { kubeObject } from '../../../control-plane/builders/plain.ts';
import { aService } from '../../../control-plane/builders/service.ts';
import type { CheckCase, Given } from '../case.ts';
import { aBackend, anIngressClass, aPlainIngress, aPlainService } from './network-objects.ts';

const ADDRESS = '192.0.2.10';

function web({ namespace, nowMs }: Given) {
  return [aDeployment('web').in(namespace).at(nowMs), aService('web').in(namespace)];
}

const classMissing = 'ingress-class-missing';

export const ingressClassMissingCases: readonly CheckCase[] = [
  {
    check: classMissing,
    name: 'its class does not exist',
    objects: (given) => [
      ...web(given),
      anIngressClass(given.named('public')),
      aPlainIngress(given, 'web', { className: 'pubic' }),
    ],
    finds: [
      {
        check: classMissing,
        reason: 'IngressClassMissing',
        impact: 'error',
        object: 'Ingress web',
        owner: 'Ingress web',
        onsetMinutes: 60,
        title: /class pubic does not exist.*there is public-case/,
      },
    ],
  },
  {
    check: classMissing,
    name: 'it names no class, and there is no default',
    objects: (given) => [...web(given), anIngressClass(given.named('public')), aPlainIngress(given, 'web', {})],
    finds: [{ check: classMissing, reason: 'IngressClassMissing', impact: 'warning', title: /names no class/ }],
  },
  {
    check: classMissing,
    name: 'its class exists',
    objects: (given) => [
      ...web(given),
      anIngressClass(given.named('public')),
      aPlainIngress(given, 'web', { className: given.named('public'), address: ADDRESS }),
    ],
    finds: [],
  },
  {
    check: classMissing,
    name: 'its class is an annotation, which needs no object',
    objects: (given) => [
      ...web(given),
      ...['nginx', 'gce-internal', 'alb'].map((name) =>
        aPlainIngress(given, `web-${name}`, { annotations: { 'kubernetes.io/ingress.class': name } }),
      ),
    ],
    finds: [],
  },
  {
    check: classMissing,
    name: 'something serves it without a class, or by the name of a class alone',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { address: ADDRESS }),
      aPlainIngress(given, 'web-contour', { className: 'contour', address: ADDRESS }),
    ],
    finds: [],
  },
];

const backendMissing = 'ingress-backend-missing';

export const ingressBackendMissingCases: readonly CheckCase[] = [
  {
    check: backendMissing,
    name: 'one of its routes leads to a Service that is not there',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { backends: [aBackend('web'), aBackend('wbe')], address: ADDRESS }),
    ],
    finds: [
      {
        check: backendMissing,
        reason: 'IngressBackendMissing',
        impact: 'error',
        object: 'Ingress web',
        onsetMinutes: 60,
        title: /service wbe, to which 1 of its routes lead, does not exist/,
      },
    ],
  },
  {
    check: backendMissing,
    name: 'its default backend is not there',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { defaultBackend: aBackend('fallback'), address: ADDRESS }),
    ],
    finds: [{ check: backendMissing, reason: 'IngressBackendMissing', title: /service fallback/ }],
  },
  {
    check: backendMissing,
    name: 'its Service is there, if with nobody behind it: a matter of that Service',
    objects: (given) => [
      aDeployment('web')
        .in(given.namespace)
        .at(given.nowMs)
        .crashLooping({ sinceMs: 20 * 60_000 }),
      aService('web').in(given.namespace).withUnreadyEndpoints(),
      aPlainIngress(given, 'web', { address: ADDRESS }),
    ],
    finds: [{ check: 'crash-loop', reason: 'CrashLoop', owner: 'Deployment web' }],
  },
  {
    check: backendMissing,
    name: 'its backends are a bucket, an action written in an annotation, and a DNS name',
    objects: (given) => [
      aPlainService(given, 'mail', { type: 'ExternalName', externalName: 'mail.example.com', ports: [] }),
      aPlainIngress(given, 'web', {
        backends: [
          { resource: { apiGroup: 'k8s.example.com', kind: 'StorageBucket', name: 'static' } },
          aBackend('redirect-to-https', 'use-annotation'),
          aBackend('mail', 443),
        ],
        address: ADDRESS,
      }),
    ],
    finds: [],
  },
  {
    check: backendMissing,
    name: 'all its Services are there',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { defaultBackend: aBackend('web'), address: ADDRESS }),
    ],
    finds: [],
  },
];

const portUnknown = 'ingress-port-unknown';

export const ingressPortUnknownCases: readonly CheckCase[] = [
  {
    check: portUnknown,
    name: 'the Service has not the number',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { backends: [aBackend('web', 8081)], address: ADDRESS }),
    ],
    finds: [
      {
        check: portUnknown,
        reason: 'IngressPortUnknown',
        impact: 'error',
        object: 'Ingress web',
        onsetMinutes: 60,
        title: /port 8081, to which a route leads, is none of service web, which has 80 \(http\)/,
      },
    ],
  },
  {
    check: portUnknown,
    name: 'the Service has not the name, or has the number only as a target port',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { backends: [aBackend('web', 'https'), aBackend('web', 8080)], address: ADDRESS }),
    ],
    finds: [{ check: portUnknown, reason: 'IngressPortUnknown', title: /port https and 1 more/ }],
  },
  {
    check: portUnknown,
    name: 'the Service has the number and the name',
    objects: (given) => [
      ...web(given),
      aPlainIngress(given, 'web', { backends: [aBackend('web', 80), aBackend('web', 'http')], address: ADDRESS }),
    ],
    finds: [],
  },
  {
    check: portUnknown,
    name: 'ingress-nginx takes a target port as well',
    objects: (given) => [
      ...web(given),
      anIngressClass(given.named('internal'), 'k8s.io/ingress-nginx'),
      aPlainIngress(given, 'web', {
        className: given.named('internal'),
        backends: [aBackend('web', 8080)],
        address: ADDRESS,
      }),
      aPlainIngress(given, 'old', {
        annotations: { 'kubernetes.io/ingress.class': 'nginx' },
        backends: [aBackend('web', 8080)],
        address: ADDRESS,
      }),
    ],
    finds: [],
  },
];

const pending = 'ingress-address-pending';

export const ingressAddressPendingCases: readonly CheckCase[] = [
  {
    check: pending,
    name: 'its controller says why it has no address',
    objects: (given) => {
      const ingress = aPlainIngress(given, 'web', { annotations: { 'kubernetes.io/ingress.class': 'alb' } });
      return [
        ...web(given),
        ingress,
        anEvent({
          about: kubeObject(ingress),
          reason: 'FailedBuildModel',
          message: "Failed build model due to couldn't auto-discover subnets: unable to resolve at least one subnet",
          firstAtMs: given.nowMs - 50 * 60_000,
          lastAtMs: given.nowMs - 5 * 60_000,
          count: 14,
        }),
      ];
    },
    finds: [
      {
        check: pending,
        reason: 'LoadBalancerPending',
        impact: 'error',
        object: 'Ingress web',
        onsetMinutes: 50,
        title: /auto-discover subnets/,
      },
    ],
  },
  {
    check: pending,
    name: 'others of its class have an address',
    objects: (given) => [
      ...web(given),
      anIngressClass(given.named('public')),
      aPlainIngress(given, 'web', { className: given.named('public'), address: ADDRESS }),
      aPlainIngress(given, 'shop', { className: given.named('public') }),
    ],
    finds: [
      { check: pending, reason: 'LoadBalancerPending', impact: 'warning', object: 'Ingress shop', onsetMinutes: 60 },
    ],
  },
  {
    check: pending,
    name: 'its controller complains of a Service that is not there',
    objects: (given) => {
      const ingress = aPlainIngress(given, 'web', { annotations: { 'kubernetes.io/ingress.class': 'gce' } });
      return [
        ingress,
        anEvent({
          about: kubeObject(ingress),
          reason: 'Translate',
          message: `Translation failed: invalid ingress spec: could not find service "${given.namespace}/web"`,
          firstAtMs: given.nowMs - 50 * 60_000,
          lastAtMs: given.nowMs - 5 * 60_000,
          count: 14,
        }),
      ];
    },
    finds: [
      { check: backendMissing, reason: 'IngressBackendMissing' },
      { check: pending, reason: 'LoadBalancerPending', attachedTo: backendMissing },
    ],
  },
  {
    check: pending,
    name: 'no Ingress of its class has one: its controller publishes none',
    objects: (given) => [
      ...web(given),
      anIngressClass(given.named('internal')),
      aPlainIngress(given, 'web', { className: given.named('internal') }),
      aPlainIngress(given, 'shop', { className: given.named('internal') }),
    ],
    finds: [],
  },
  {
    check: pending,
    name: 'it was made five minutes ago',
    ageMinutes: 5,
    objects: (given) => [
      ...web(given),
      anIngressClass(given.named('public')),
      aPlainIngress(given, 'web', { className: given.named('public'), address: ADDRESS }),
      aPlainIngress(given, 'shop', { className: given.named('public') }),
    ],
    finds: [],
  },
];
