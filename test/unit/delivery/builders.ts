import type { Card, MonitorCard } from '../../../src/domain/card.ts';
import type { Notice, NoticeContent } from '../../../src/domain/notice.ts';

export const NOW_MS = Date.UTC(2026, 10, 21, 12, 45);
const INCIDENT_ID = 'INC-20261121_124400-001';

export function aCard(changes: Partial<Card> = {}): Card {
  return {
    state: 'open',
    severity: 'SEV-1',
    headline: 'payments/checkout-api: 0 of 3 replicas ready',
    headlineSuffix: undefined,
    cluster: 'prod-eu1',
    namespace: 'payments',
    object: 'Deployment/checkout-api',
    tier: 'P0',
    environment: 'production',
    reason: 'CrashLoopBackOff',
    onsetAtMs: Date.UTC(2026, 10, 21, 12, 41),
    cyclesSeen: 2,
    origin: 'rule',
    lead: undefined,
    sections: [],
    nextSteps: [],
    changes: [],
    attached: [],
    notChecked: [],
    stateLines: [],
    contacts: [],
    footer: {
      incidentId: INCIDENT_ID,
      cycleId: '2026-11-21T12:44:00Z-patrol',
      revision: '3f9c1a2b',
      modelCalls: 0,
      tokens: 0,
      costUsd: 0,
      analysis: 'pending',
    },
    ...changes,
  };
}

/** What a card looks like when the agents have spoken. */
export function anAnalysedCard(changes: Partial<Card> = {}): Card {
  return aCard({
    origin: 'rule + AI',
    headlineSuffix: 'checkout is down',
    sections: [
      { heading: "What's happening", text: 'All three pods restart every ~40 s; checkout requests get 503. [e1] [e2]' },
      { heading: 'Likely cause — Medium', text: 'Memory limit cut from 512Mi to 256Mi. [e3]' },
    ],
    nextSteps: ['kubectl -n payments rollout undo deploy/checkout-api', 'Watch the `ready` column'],
    changes: [
      {
        repository: 'acme/checkout',
        commit: '4f0e9d8c7b6a5f4e3d2c1b0a99887766554433aa',
        pullRequest: 123,
        author: 'ana',
        title: 'Cut memory limits',
        atMs: Date.UTC(2026, 10, 21, 12, 26),
        files: ['deploy/values.yaml'],
        minutesBeforeOnset: 15,
        url: 'https://github.com/acme/checkout/pull/123',
      },
    ],
    notChecked: ['logs of init container (forbidden)'],
    contacts: ['@payments-team'],
    footer: { ...aCard().footer, modelCalls: 6, tokens: 14_200, costUsd: 0.0712, analysis: 'done' },
    ...changes,
  });
}

export function aMonitorCard(changes: Partial<MonitorCard> = {}): MonitorCard {
  return {
    key: 'cluster',
    state: 'trouble',
    headline: 'could not list pods in 2 of 31 namespaces',
    lines: ['forbidden: a, b', 'Findings there are unverified, not resolved.'],
    cluster: 'prod-eu1',
    atMs: NOW_MS,
    ...changes,
  };
}

let notices = 0;

export function aNotice(content: NoticeContent, changes: Partial<Notice> = {}): Notice {
  notices += 1;
  return {
    id: `delivery-${notices}`,
    subject: INCIDENT_ID,
    channel: '#critical-alerts',
    severity: content.kind === 'monitor' ? 'monitor' : 'SEV-1',
    content,
    decidedAtMs: NOW_MS,
    notBeforeMs: 0,
    ...changes,
  };
}
