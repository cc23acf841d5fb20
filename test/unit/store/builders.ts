import type { Card } from '../../../src/domain/card.ts';
import type { Decision, Incident } from '../../../src/domain/incident.ts';
import type { Notice, NoticeContent } from '../../../src/domain/notice.ts';
import { silentLog } from '../../../src/log.ts';
import type { PassRecord } from '../../../src/store/incidents.ts';
import { openStore, type Store, type StoreOptions } from '../../../src/store/store.ts';

export const NOW_MS = Date.UTC(2026, 10, 18, 10);
export const DAY_MS = 24 * 3_600_000;

export async function aStore(over: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ at: 'memory', now: () => NOW_MS, log: silentLog, redact: (text) => text, ...over });
  if (store.clusterId() === '') await store.identify('cluster-1');
  return store;
}

export function anIncident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'INC-20261118_100000-001',
    fingerprint: 'ab'.repeat(32),
    clusterId: 'cluster-1',
    owner: { kind: 'Deployment', namespace: 'payments', name: 'api' },
    family: 'workload',
    state: 'open',
    severity: 'SEV-2',
    toldSeverity: 'SEV-2',
    firstToldAtMs: NOW_MS,
    openedAtMs: NOW_MS,
    onsetAtMs: NOW_MS,
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
    ...over,
  };
}

export function aDecision(over: Partial<Decision> = {}): Decision {
  return {
    incidentId: 'INC-20261118_100000-001',
    cycleId: 'cycle-1',
    atMs: NOW_MS,
    pass: 1,
    told: true,
    reason: 'first-seen',
    detail: 'first seen',
    severity: 'SEV-2',
    revision: 'cd'.repeat(32),
    ...over,
  };
}

export function aCard(over: Partial<Card> = {}): NoticeContent {
  const footer = {
    incidentId: 'i',
    cycleId: 'c',
    revision: 'r',
    modelCalls: 0,
    tokens: 0,
    costUsd: 0,
    analysis: 'done',
  };
  return {
    kind: 'card',
    card: {
      state: 'open',
      severity: 'SEV-2',
      headline: 'payments/api: down',
      headlineSuffix: undefined,
      cluster: 'prod',
      namespace: 'payments',
      object: 'Deployment/api',
      tier: undefined,
      environment: 'production',
      reason: 'CrashLoop',
      onsetAtMs: NOW_MS,
      cyclesSeen: 1,
      origin: 'rule',
      lead: undefined,
      sections: [],
      nextSteps: [],
      changes: [],
      attached: [],
      notChecked: [],
      stateLines: [],
      contacts: [],
      footer,
      ...over,
    },
  };
}

let noticeNumber = 0;
export function aNotice(over: Partial<Notice> = {}): Notice {
  noticeNumber += 1;
  return {
    id: `n${noticeNumber}`,
    subject: 'INC-1',
    channel: '#critical-alerts',
    severity: 'SEV-2',
    content: aCard(),
    decidedAtMs: NOW_MS,
    notBeforeMs: NOW_MS,
    ...over,
  };
}

export function aPass(over: Partial<PassRecord> = {}): PassRecord {
  return { incidents: [], decisions: [], notices: [], evidence: [], cycleId: 'cycle-1', ...over };
}
