import { about, earliest } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';

const RECENT_MS = 60 * 60_000;

export const loadBalancerPending: Check = {
  id: 'load-balancer-pending',
  family: 'network',
  sees: 'Services of type LoadBalancer without an address for 10 minutes or more: an error when the cloud controller says why.',
  cannotSee: 'Load balancers that have an address and do not answer, since when an older Service wants one.',
  needs: ['Service'],
  uses: ['Event'],
  worstImpact: 'error',
  graceMs: 10 * 60_000,
  run: (view) =>
    view.objects.Service.flatMap((service) => {
      const { meta, type, loadBalancerAddresses, loadBalancerClass, selector } = service;
      if (type !== 'LoadBalancer' || loadBalancerAddresses.length > 0 || meta.deletedAtMs !== undefined) return [];
      const failure = view
        .eventsAbout(meta, 'Service')
        .find(
          ({ type: kind, reason, lastAtMs }) =>
            kind === 'Warning' && !reason.includes('Endpoint') && view.nowMs - lastAtMs < RECENT_MS,
        );
      const subject = about(view, 'Service', 'v1', meta, { labels: selector, containers: [] });
      return [
        {
          ...subject,
          serviceNames: [...new Set([meta.name, ...subject.serviceNames])].toSorted(),
          family: 'network',
          reason: 'LoadBalancerPending',
          impact: failure === undefined ? 'warning' : 'error',
          title: `service ${meta.name} has no load balancer address${failure === undefined ? `: ${nobodyText(loadBalancerClass)}` : `: ${clause(failure.message)}`}`,
          onsetAtMs: earliest(failure?.firstAtMs, failure?.lastAtMs) ?? meta.createdAtMs,
          evidence: [
            quoteField('Service', meta, 'spec', fields({ type, loadBalancerClass })),
            quoteField('Service', meta, 'status.loadBalancer', 'ingress: none'),
            ...(failure === undefined ? [] : [quoteEvent(failure)]),
          ],
          nextSteps: [describeObject('service', meta)],
        },
      ];
    }),
};

function nobodyText(loadBalancerClass: string): string {
  return loadBalancerClass === ''
    ? 'nothing has given it one'
    : `no controller serves its load balancer class ${loadBalancerClass}`;
}
