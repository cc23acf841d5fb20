import type { AgentDefinition } from '../../../src/domain/definitions.ts';
import type { AssessedFinding } from '../../../src/domain/finding.ts';
import type { Incident } from '../../../src/domain/incident.ts';

export const NOW_MS = Date.UTC(2026, 10, 21, 18);
const MINUTE_MS = 60_000;

/** Checkout is down for 18 minutes, and its log says why. */
export function aFinding(overrides: Partial<AssessedFinding> = {}): AssessedFinding {
  return {
    id: 'f1',
    origin: 'check',
    check: 'crash-loop',
    family: 'workload',
    reason: 'CrashLoop',
    impact: 'critical',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'payments', name: 'checkout-api' },
    owner: { kind: 'Deployment', namespace: 'payments', name: 'checkout-api' },
    title: '0 of 3 replicas ready: container api keeps crashing',
    onsetAtMs: NOW_MS - 18 * MINUTE_MS,
    evidence: [
      {
        id: 'e1',
        source: 'Pod payments/checkout-api-1 status.containerStatuses[api]',
        quote: 'CrashLoopBackOff: back-off 5m0s restarting failed container',
      },
    ],
    nextSteps: [],
    labels: { app: 'checkout-api' },
    annotations: {},
    images: ['acme/checkout:1.2'],
    serviceNames: ['checkout-api'],
    namespaceLabels: {},
    environment: 'production',
    customLabels: {},
    tier: 'P0',
    priority: 'P0',
    floor: 'SEV-1',
    policy: { environment: 'files', labels: 'built-in', priority: 'built-in' },
    hold: undefined,
    ...overrides,
  };
}

export function anAgent(overrides: Partial<AgentDefinition> = {}): AgentDefinition {
  return {
    name: 'k8s-analyzer',
    fileName: 'k8s-analyzer.md',
    description: 'Finds out what is wrong.',
    role: 'analyzer',
    when: 'always',
    reasons: [],
    tools: ['k8s_get', 'k8s_logs'],
    model: 'inherit',
    effort: undefined,
    maxTurns: undefined,
    maxTokens: undefined,
    timeoutSeconds: undefined,
    body: 'Look at every pod.',
    sha256: '0'.repeat(64),
    ...overrides,
  };
}

export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: 'INC-20261121_174200-001',
    fingerprint: 'a'.repeat(64),
    clusterId: 'cluster-1',
    owner: { kind: 'Deployment', namespace: 'payments', name: 'checkout-api' },
    family: 'workload',
    state: 'open',
    severity: 'SEV-1',
    toldSeverity: 'SEV-1',
    firstToldAtMs: NOW_MS,
    openedAtMs: NOW_MS,
    onsetAtMs: NOW_MS - 18 * MINUTE_MS,
    lastSeenAtMs: NOW_MS,
    resolvedAtMs: undefined,
    cyclesSeen: 1,
    timesReopened: 0,
    absentSinceMs: undefined,
    unverifiedSinceMs: undefined,
    findings: [],
    checks: ['crash-loop'],
    partOf: undefined,
    analysis: undefined,
    channel: '#critical-alerts',
    recheckAtMs: undefined,
    ...overrides,
  };
}
