import type { CauseReference, CustomResourceRow } from '../../../domain/custom-resource.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, shippedRow } from './row.ts';

const ISSUER: CauseReference = { at: 'spec.issuerRef', name: 'name', kindAt: 'kind', kind: 'Issuer' };

function issuerRow(id: string, kind: string, plural: string, namespaced: boolean): CustomResourceRow {
  return shippedRow({
    id,
    group: 'cert-manager.io',
    kind,
    plural,
    namespaced,
    family: 'certificate',
    reason: 'CertificateNotReady',
    sees: `cert-manager ${kind}s that are not ready: no certificate can be issued or renewed through them.`,
    cannotSee: 'An issuer that says it is ready and refuses every request: the CertificateRequests show that.',
    rules: [{ when: [{ condition: 'Ready' }], impact: 'error' }],
  });
}

/** cert-manager (https://cert-manager.io/docs/reference/api-docs/). */
export const certManagerRows: readonly CustomResourceRow[] = [
  shippedRow({
    id: 'cert-manager-certificate',
    group: 'cert-manager.io',
    kind: 'Certificate',
    plural: 'certificates',
    family: 'certificate',
    reason: 'CertificateNotReady',
    graceMs: 5 * MINUTE_MS,
    sees: 'cert-manager Certificates that are not ready, whose renewal fails, or that end within 30 days, 7 days or one day although the time of their renewal is over.',
    cannotSee: 'Certificates that cert-manager does not manage, and who serves which certificate.',
    rules: [
      { when: [{ condition: 'Ready', reasons: ['Expired'] }], impact: 'critical' },
      // A first issuance takes its minutes: DNS must spread before a challenge is answered.
      {
        when: [{ condition: 'Ready' }, { condition: 'Issuing', status: ['True'] }],
        impact: 'error',
        graceMs: 30 * MINUTE_MS,
      },
      { when: [{ condition: 'Ready', reasons: ['DoesNotExist'] }], impact: 'error', graceMs: 15 * MINUTE_MS },
      { when: [{ condition: 'Ready' }], impact: 'error' },
      {
        when: [{ condition: 'Issuing', reasons: ['Failed'] }],
        impact: 'warning',
        graceMs: HOUR_MS,
        says: 'is still good, but its renewal fails',
      },
    ],
    expiry: {
      field: 'status.notAfter',
      renewedFrom: 'status.renewalTime',
      steps: [
        { withinMs: DAY_MS, impact: 'error' },
        { withinMs: 7 * DAY_MS, impact: 'warning' },
        { withinMs: 30 * DAY_MS, impact: 'info' },
      ],
      reason: 'CertificateExpiring',
      graceMs: 15 * MINUTE_MS,
    },
    causes: [ISSUER],
    nextSteps: ['cmctl status certificate {name} -n {namespace}'],
  }),
  shippedRow({
    id: 'cert-manager-certificaterequest',
    group: 'cert-manager.io',
    kind: 'CertificateRequest',
    plural: 'certificaterequests',
    family: 'certificate',
    reason: 'CertificateNotReady',
    sees: 'cert-manager CertificateRequests that were denied, cannot be used, failed, or have been pending for an hour.',
    cannotSee: 'Why an issuer refuses: only what cert-manager writes down.',
    ignore: [[{ field: 'status.certificate', isSet: true }]],
    rules: [
      { when: [{ condition: 'Denied', status: ['True'] }], impact: 'warning' },
      { when: [{ condition: 'InvalidRequest', status: ['True'] }], impact: 'warning' },
      { when: [{ condition: 'Ready', reasons: ['Failed', 'Denied'] }], impact: 'warning' },
      { when: [{ condition: 'Ready' }], impact: 'warning', graceMs: HOUR_MS },
    ],
    causes: [ISSUER],
  }),
  issuerRow('cert-manager-issuer', 'Issuer', 'issuers', true),
  issuerRow('cert-manager-clusterissuer', 'ClusterIssuer', 'clusterissuers', false),
  shippedRow({
    id: 'cert-manager-order',
    group: 'acme.cert-manager.io',
    kind: 'Order',
    plural: 'orders',
    family: 'certificate',
    reason: 'CertificateNotReady',
    sees: 'ACME Orders that ended in error, were found invalid, or have been pending for an hour.',
    cannotSee: 'Why an order is pending: its Challenges show that.',
    rules: [
      {
        when: [{ field: 'status.state', is: ['errored', 'invalid', 'expired'] }],
        impact: 'warning',
        message: ['status.reason'],
        since: ['status.failureTime'],
      },
      {
        when: [{ field: 'status.state', is: ['pending', 'processing'] }],
        impact: 'warning',
        graceMs: HOUR_MS,
        message: ['status.reason'],
      },
    ],
    causes: [ISSUER],
  }),
  shippedRow({
    id: 'cert-manager-challenge',
    group: 'acme.cert-manager.io',
    kind: 'Challenge',
    plural: 'challenges',
    family: 'certificate',
    reason: 'CertificateNotReady',
    sees: 'ACME Challenges that failed, or are not answered after half an hour.',
    cannotSee: 'DNS and firewalls: only what cert-manager writes about its own try.',
    rules: [
      {
        when: [{ field: 'status.state', is: ['errored', 'invalid', 'expired'] }],
        impact: 'warning',
        message: ['status.reason'],
      },
      {
        when: [{ field: 'status.state', is: ['pending', 'processing'] }],
        impact: 'warning',
        graceMs: 30 * MINUTE_MS,
        message: ['status.reason'],
      },
    ],
    causes: [ISSUER],
  }),
];
