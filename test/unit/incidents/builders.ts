import type { AgentRun, AgentsOutcome, Verdict } from '../../../src/domain/agent-report.ts';
import type { CheckOutcome } from '../../../src/domain/check.ts';
import type { AssessedFinding } from '../../../src/domain/finding.ts';
import type { Decision, Incident } from '../../../src/domain/incident.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { decide } from '../../../src/incidents/decide.ts';
import { incidentId } from '../../../src/incidents/identity.ts';
import type { DecisionInput, DecisionOutcome } from '../../../src/incidents/input.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** A Wednesday, 10:00 UTC: within business hours. */
export const MORNING_MS = Date.UTC(2026, 10, 18, 10);
/** The same day, 22:00 UTC. */
export const NIGHT_MS = Date.UTC(2026, 10, 18, 22);
export const NEXT_MORNING_MS = Date.UTC(2026, 10, 19, 9);

export function aFinding(over: Partial<AssessedFinding> = {}): AssessedFinding {
  const name = over.owner?.name ?? 'api';
  const namespace = over.owner?.namespace ?? 'payments';
  return {
    id: 'f1',
    origin: 'check',
    check: 'crash-loop',
    family: 'workload',
    reason: 'CrashLoop',
    impact: 'error',
    object: { apiVersion: 'v1', kind: 'Pod', namespace, name: `${name}-1` },
    owner: { kind: 'Deployment', namespace, name },
    title: 'container api restarts again and again',
    onsetAtMs: MORNING_MS - 5 * MINUTE_MS,
    evidence: [{ id: 'e1', source: `Pod ${namespace}/${name}-1 status`, quote: 'exit code 1, reason Error' }],
    nextSteps: ['kubectl logs --previous'],
    labels: {},
    annotations: {},
    images: [],
    serviceNames: [],
    namespaceLabels: {},
    environment: 'production',
    customLabels: {},
    tier: 'P1',
    priority: 'P1',
    floor: 'SEV-2',
    policy: { environment: 'default', labels: 'default', priority: 'default' },
    hold: undefined,
    ...over,
  };
}

export function anOutcome(over: Partial<CheckOutcome> = {}): CheckOutcome {
  return { id: 'crash-loop', family: 'workload', evaluated: 'yes', gaps: [], findings: 0, ...over };
}

export function agentsSaid(over: Partial<AgentsOutcome> = {}): AgentsOutcome {
  return {
    missing: undefined,
    findings: [],
    analyses: [],
    correlations: [],
    verdicts: [],
    words: [],
    evidence: [],
    runs: [],
    notCalled: [],
    summary: '',
    usage: { ...NO_USAGE, calls: 3, inputTokens: 900, outputTokens: 100, costUsd: 0.02 },
    ...over,
  };
}

export function aVerdict(over: Partial<Verdict> = {}): Verdict {
  return {
    findingId: 'f1',
    agent: 'escalation-manager',
    severity: 'SEV-2',
    notify: true,
    channel: undefined,
    reason: 'customers notice',
    confidence: 'High',
    rule: undefined,
    recheckMinutes: undefined,
    ...over,
  };
}

export function aRun(over: Partial<AgentRun> = {}): AgentRun {
  return {
    name: 'k8s-analyzer',
    role: 'analyzer',
    model: 'm',
    calledBy: 'orchestrator',
    status: 'reported',
    turns: 1,
    toolCalls: [],
    usage: NO_USAGE,
    startedAtMs: 0,
    endedAtMs: 0,
    ...over,
  };
}

/** A first pass in which nothing was seen and nothing is known. */
export function aDecisionInput(over: Partial<DecisionInput> = {}): DecisionInput {
  const nowMs = over.nowMs ?? MORNING_MS;
  let sequence = 0;
  return {
    clusterId: 'cluster-1',
    clusterName: 'prod-eu1',
    cycleId: 'cycle-1',
    pass: 1,
    nowMs,
    revision: 'ab'.repeat(32),
    findings: [],
    known: [],
    outcomes: [anOutcome()],
    snapshotAtMs: nowMs,
    inScope: () => true,
    agents: undefined,
    focus: undefined,
    analysis: { expected: false, available: false, missing: 'no key' },
    permits: () => ({}),
    channelFor: (severity, _, proposed) => proposed ?? (severity <= 'SEV-2' ? '#critical-alerts' : '#alerts'),
    contactsFor: () => [],
    businessHours: { days: [1, 2, 3, 4, 5], startMinute: 9 * 60, endMinute: 17 * 60, zone: 'UTC' },
    flags: { notifications: true, modelCalls: true },
    nextIncidentId: () => incidentId(nowMs, (sequence += 1)),
    nextNoticeId: () => `n${(sequence += 1)}`,
    ...over,
  };
}

/** Passes over one cluster, each on what the one before stored: decide and a store of one map. */
export function aMonitor() {
  const stored = new Map<string, Incident>();
  const decisions: Decision[] = [];
  const notices: Notice[] = [];
  let sequence = 0;
  let noticeSequence = 0;

  const pass = (over: Partial<DecisionInput>): DecisionOutcome => {
    const nowMs = over.nowMs ?? MORNING_MS;
    const input = aDecisionInput({
      nowMs,
      known: [...stored.values()].filter(
        ({ state, resolvedAtMs }) => state === 'open' || nowMs - (resolvedAtMs ?? 0) < 24 * HOUR_MS,
      ),
      nextIncidentId: () => incidentId(nowMs, (sequence += 1)),
      nextNoticeId: () => `n${(noticeSequence += 1)}`,
      ...over,
    });
    const outcome = decide(input);
    for (const incident of outcome.changed) stored.set(incident.id, incident);
    decisions.push(...outcome.decisions);
    notices.push(...outcome.notices);
    return outcome;
  };
  return { pass, stored, decisions, notices };
}

/** The kinds of what would be sent, with what matters of each: `card open`, `evidence`, `reply`, `broadcast`. */
export function shapesOf(outcome: { readonly notices: readonly Notice[] }): readonly string[] {
  return outcome.notices.map(({ content }) => {
    if (content.kind === 'card') return `card ${content.card.state}`;
    if (content.kind === 'reply') return content.broadcast ? 'broadcast' : 'reply';
    return content.kind;
  });
}

export function reasonsOf(outcome: DecisionOutcome): readonly string[] {
  return outcome.decisions.map(({ told, reason }) => `${told ? 'told' : 'silent'} ${reason}`);
}

export function cardOfOutcome(outcome: DecisionOutcome) {
  const card = outcome.notices.map(({ content }) => content).find((content) => content.kind === 'card')?.card;
  if (card === undefined) throw new Error('no card was made');
  return card;
}
