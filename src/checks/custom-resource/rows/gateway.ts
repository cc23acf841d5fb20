import type { ConditionPlace, CustomResourceRow } from '../../../domain/custom-resource.ts';
import { MINUTE_MS, neverJudged, shippedRow } from './row.ts';

const GROUP = 'gateway.networking.k8s.io';
const OWN: ConditionPlace = { at: 'status.conditions' };
const LISTENERS: ConditionPlace = { each: 'status.listeners[]', at: 'conditions', noun: 'listener', namedBy: 'name' };
const PARENTS: ConditionPlace = {
  each: 'status.parents[]',
  at: 'conditions',
  noun: 'parent',
  namedBy: 'parentRef.name',
};

/** New objects say `Unknown`, reason `Pending`, until a controller has looked. */
const PENDING_MS = 15 * MINUTE_MS;

function routeRow(id: string, kind: string, plural: string): CustomResourceRow {
  return shippedRow({
    id,
    group: GROUP,
    kind,
    plural,
    family: 'network',
    reason: 'RouteNotReady',
    graceMs: 2 * MINUTE_MS,
    sees: `${kind}s that a Gateway does not accept, that name a backend which cannot be used, are in effect only in part, or that no controller takes up.`,
    cannotSee:
      'Whether requests arrive: only what the controllers write. Routes of a mesh, whose parent is a Service, that nobody takes up.',
    conditions: [PARENTS],
    rules: [
      { when: [{ condition: 'Accepted' }], impact: 'error' },
      { when: [{ condition: 'ResolvedRefs' }], impact: 'error' },
      { when: [{ condition: 'PartiallyInvalid', status: ['True'] }], impact: 'warning' },
      neverJudged('Accepted', PENDING_MS),
      {
        when: [
          { field: 'status.parents[].controllerName', isSet: false },
          { field: 'spec.parentRefs[].kind', is: ['Gateway'] },
        ],
        impact: 'warning',
        graceMs: PENDING_MS,
        says: 'no controller has taken it up',
        since: ['last-change'],
      },
    ],
    causes: [{ at: 'spec.parentRefs[]', name: 'name', namespace: 'namespace', kindAt: 'kind', kind: 'Gateway' }],
  });
}

/** Gateway API (https://gateway-api.sigs.k8s.io/guides/implementers/#status): `Accepted`, `Programmed`, `ResolvedRefs`. */
export const gatewayRows: readonly CustomResourceRow[] = [
  shippedRow({
    id: 'gateway-class',
    group: GROUP,
    kind: 'GatewayClass',
    plural: 'gatewayclasses',
    namespaced: false,
    family: 'network',
    reason: 'GatewayNotReady',
    sees: 'GatewayClasses that their controller does not accept, or that no controller has taken up for a quarter of an hour.',
    cannotSee: 'Whether the controller is alive now.',
    rules: [{ when: [{ condition: 'Accepted' }], impact: 'error' }, neverJudged('Accepted', PENDING_MS)],
  }),
  shippedRow({
    id: 'gateway',
    group: GROUP,
    kind: 'Gateway',
    plural: 'gateways',
    family: 'network',
    reason: 'GatewayNotReady',
    graceMs: 5 * MINUTE_MS,
    sees: 'Gateways that are not accepted or not programmed, listeners that conflict or whose certificate cannot be used, and Gateways that no controller has taken up for a quarter of an hour.',
    cannotSee: 'Whether traffic flows: only what the controller writes.',
    conditions: [OWN, LISTENERS],
    rules: [
      { when: [{ condition: 'Accepted', place: '', exceptReasons: ['ListenersNotValid'] }], impact: 'error' },
      { when: [{ condition: 'ResolvedRefs', place: 'listener' }], impact: 'error' },
      { when: [{ condition: 'Accepted', place: 'listener' }], impact: 'error' },
      { when: [{ condition: 'Conflicted', place: 'listener', status: ['True'] }], impact: 'error' },
      { when: [{ condition: 'Programmed', place: '', exceptReasons: ['Pending'] }], impact: 'error' },
      { when: [{ condition: 'Programmed', place: 'listener', exceptReasons: ['Pending'] }], impact: 'error' },
      { when: [{ condition: 'Programmed' }], impact: 'error', graceMs: PENDING_MS },
      { when: [{ condition: 'Accepted' }], impact: 'error' },
      { ...neverJudged('Accepted', PENDING_MS), when: [{ condition: 'Accepted', place: '', status: ['Unknown'] }] },
      { ...neverJudged('Programmed', PENDING_MS), when: [{ condition: 'Programmed', place: '', status: ['Unknown'] }] },
    ],
    causes: [{ name: 'spec.gatewayClassName', kind: 'GatewayClass' }],
  }),
  routeRow('gateway-http-route', 'HTTPRoute', 'httproutes'),
  routeRow('gateway-grpc-route', 'GRPCRoute', 'grpcroutes'),
];
