import type { Ingress } from '../../domain/kubernetes/network.ts';
import { earliest } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';
import { aboutIngress, classNameOf, forEachIngress } from './ingress.ts';

const RECENT_MS = 60 * 60_000;
/** It writes about the certificates of an Ingress, never about its address. */
const CERTIFICATES = 'cert-manager';

export const ingressAddressPending: Check = {
  id: 'ingress-address-pending',
  family: 'network',
  sees: 'Ingresses without an address for 10 minutes or more: an error when their controller says why in an event, a warning when others of their class have one.',
  cannotSee: 'Controllers that never publish addresses, addresses that do not answer.',
  needs: ['Ingress'],
  uses: ['Event'],
  worstImpact: 'error',
  graceMs: 10 * 60_000,
  run: (view) => {
    const served = new Set(
      view.objects.Ingress.filter(({ loadBalancerAddresses }) => loadBalancerAddresses.length > 0).map(classNameOf),
    );
    return forEachIngress((_, ingress) => withoutAddress(view, ingress, served))(view);
  },
};

function withoutAddress(view: View, ingress: Ingress, served: ReadonlySet<string>) {
  const { meta } = ingress;
  if (ingress.loadBalancerAddresses.length > 0) return undefined;
  const failure = view
    .eventsAbout(meta, 'Ingress')
    .find(
      ({ type, source, lastAtMs }) =>
        type === 'Warning' && !source.startsWith(CERTIFICATES) && view.nowMs - lastAtMs < RECENT_MS,
    );
  const className = classNameOf(ingress);
  if (failure === undefined && !served.has(className)) return undefined;
  const why =
    failure === undefined
      ? `others of ${className === '' ? 'no class' : `class ${className}`} have one`
      : clause(failure.message);
  return {
    ...aboutIngress(view, ingress),
    family: 'network' as const,
    reason: 'LoadBalancerPending' as const,
    impact: failure === undefined ? ('warning' as const) : ('error' as const),
    title: `Ingress has no load balancer address: ${why}`,
    onsetAtMs: earliest(failure?.firstAtMs, failure?.lastAtMs) ?? meta.createdAtMs,
    // A route that leads nowhere is what controllers complain about.
    causes: [{ kind: 'Ingress', namespace: meta.namespace, name: meta.name }],
    evidence: [
      quoteField('Ingress', meta, 'status.loadBalancer', 'ingress: none'),
      ...(failure === undefined ? [] : [quoteEvent(failure)]),
    ],
    nextSteps: [describeObject('ingress', meta)],
  };
}
