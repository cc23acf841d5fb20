import { expect, test } from 'vitest';
import type { Words } from '../../../src/domain/agent-report.ts';
import {
  aFinding,
  agentsSaid,
  aMonitor,
  anOutcome,
  aRun,
  aVerdict,
  cardOfOutcome,
  HOUR_MS,
  MINUTE_MS,
  MORNING_MS,
  reasonsOf,
  shapesOf,
} from './builders.ts';

const WORDS: Words = {
  findingId: 'f1',
  agent: 'slack-notifier',
  headlineSuffix: 'checkout fails for everyone',
  sections: [{ heading: 'Impact', text: 'Every payment is refused.' }],
};
const ANALYSIS = {
  findingId: 'f1',
  agent: 'k8s-analyzer',
  cause: 'the limit was halved',
  confidence: 'High',
  evidence: [{ id: 'e7', source: 'k8s_logs payments/api-1', quote: 'java.lang.OutOfMemoryError' }],
  nextSteps: ['revert PR 12'],
  notChecked: ['node memory'],
} as const;
const EXPECTED = { expected: true, available: true, missing: undefined };
const SPOKE = { expected: false, available: true, missing: undefined };

test('words edit the message that left before them, and later edits keep them', () => {
  const monitor = aMonitor();
  const first = monitor.pass({ findings: [aFinding()], analysis: EXPECTED });
  expect(cardOfOutcome(first).footer.analysis).toBe('pending');
  expect(cardOfOutcome(first).sections.map(({ heading }) => heading)).toEqual(["What's happening", 'Evidence']);

  const second = monitor.pass({
    pass: 2,
    nowMs: MORNING_MS + MINUTE_MS,
    findings: [aFinding()],
    agents: agentsSaid({ words: [WORDS], analyses: [ANALYSIS] }),
    analysis: SPOKE,
  });
  expect(reasonsOf(second)).toEqual(['silent ongoing']);
  expect(shapesOf(second)).toEqual(['card open', 'evidence']);
  expect(cardOfOutcome(second)).toMatchObject({
    headline: 'payments/api: container api restarts again and again',
    headlineSuffix: 'checkout fails for everyone',
    sections: WORDS.sections,
    nextSteps: ['revert PR 12', 'kubectl logs --previous'],
    notChecked: ['node memory'],
    origin: 'rule + AI',
    footer: { analysis: 'done', modelCalls: 3, tokens: 1000, costUsd: 0.02 },
  });

  const later = monitor.pass({ nowMs: MORNING_MS + HOUR_MS, findings: [aFinding({ title: 'still restarts' })] });
  expect(cardOfOutcome(later)).toMatchObject({
    headlineSuffix: 'checkout fails for everyone',
    sections: WORDS.sections,
  });
});

test('the words about the finding that leads the card are its words, whatever was spoken last', () => {
  const monitor = aMonitor();
  const findings = [
    aFinding({ id: 'f1', check: 'replicas-short', reason: 'ReplicasShort', floor: 'SEV-3' }),
    aFinding({ id: 'f2', reason: 'CrashLoop', floor: 'SEV-2' }),
  ];
  monitor.pass({ findings, analysis: EXPECTED });

  const second = monitor.pass({
    pass: 2,
    nowMs: MORNING_MS + MINUTE_MS,
    findings,
    agents: agentsSaid({
      words: [
        { ...WORDS, findingId: 'f2', headlineSuffix: 'it crashes' },
        { ...WORDS, findingId: 'f1', headlineSuffix: 'replicas are missing' },
      ],
    }),
    analysis: SPOKE,
  });

  expect(cardOfOutcome(second)).toMatchObject({ reason: 'CrashLoop', headlineSuffix: 'it crashes' });
});

test('without words the template says the cause with its confidence', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const second = monitor.pass({ pass: 2, findings: [aFinding()], agents: agentsSaid({ analyses: [ANALYSIS] }) });

  expect(cardOfOutcome(second).sections).toContainEqual({
    heading: 'Likely cause (High)',
    text: 'the limit was halved',
  });
});

test('why the analysis is missing stands in the footer', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()], analysis: EXPECTED });
  const second = monitor.pass({
    pass: 2,
    findings: [aFinding()],
    agents: agentsSaid({ missing: 'budget spent' }),
    analysis: { ...SPOKE, missing: 'budget spent' },
  });

  expect(cardOfOutcome(second).footer.analysis).toBe('budget spent');
});

test('words for an incident that was resolved meanwhile go to its thread and reopen nothing', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()], analysis: EXPECTED });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  monitor.pass({ nowMs: MORNING_MS + 8 * MINUTE_MS });
  const late = monitor.pass({
    pass: 2,
    nowMs: MORNING_MS + 9 * MINUTE_MS,
    snapshotAtMs: MORNING_MS,
    findings: [aFinding()],
    agents: agentsSaid({ words: [WORDS] }),
  });

  expect(shapesOf(late)).toEqual(['reply']);
  expect(late.notices[0]?.content).toMatchObject({ text: 'Impact: Every payment is refused.' });
  expect([...monitor.stored.values()]).toMatchObject([{ state: 'resolved' }]);
});

test('the second pass neither opens nor closes what only checks may judge', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const other = aFinding({ id: 'f2', owner: { kind: 'Deployment', namespace: 'shop', name: 'web' } });
  const second = monitor.pass({ pass: 2, nowMs: MORNING_MS + 9 * MINUTE_MS, findings: [other], agents: agentsSaid() });

  expect(second).toMatchObject({ changed: [], notices: [], decisions: [] });
});

test('agents that were asked about one incident leave the others alone', () => {
  const monitor = aMonitor();
  const web = aFinding({ id: 'f2', owner: { kind: 'Deployment', namespace: 'shop', name: 'web' } });
  const first = monitor.pass({ findings: [aFinding(), web], analysis: EXPECTED });
  const [api] = first.incidents;
  const second = monitor.pass({
    pass: 2,
    findings: [aFinding(), web],
    agents: agentsSaid({ words: [WORDS] }),
    focus: [api!.id],
    analysis: SPOKE,
  });

  expect(second.changed.map(({ owner }) => owner.name)).toEqual(['api']);
});

const BY_AGENT = {
  id: 'f9',
  origin: 'agent',
  check: 'db-analyzer',
  family: 'other',
  reason: 'Other:slow-queries',
  title: 'queries take 9 s',
} as const;

test.each([
  { verified: true, severity: 'SEV-2', reason: 'told first-seen' },
  { verified: false, severity: 'SEV-4', reason: 'silent below-threshold' },
])('a finding of an agent alone, verified: $verified, is $severity and $reason', ({ verified, severity, reason }) => {
  const outcome = aMonitor().pass({
    pass: 2,
    findings: [aFinding({ ...BY_AGENT, verified })],
    agents: agentsSaid({ verdicts: [aVerdict({ findingId: 'f9', severity: 'SEV-2' })] }),
  });

  expect(outcome.incidents).toMatchObject([{ severity }]);
  expect(reasonsOf(outcome)).toEqual([reason]);
});

test('an incident of an agent alone says so, and checks do not end it', () => {
  const monitor = aMonitor();
  const found = monitor.pass({ pass: 2, findings: [aFinding({ ...BY_AGENT, verified: true })], agents: agentsSaid() });
  expect(cardOfOutcome(found).origin).toBe('AI');
  for (const minutes of [5, 10, 15]) monitor.pass({ nowMs: MORNING_MS + minutes * MINUTE_MS });

  expect([...monitor.stored.values()]).toMatchObject([{ state: 'open', absentSinceMs: undefined }]);
});

test.each([
  { what: 'reports without it', agents: { runs: [aRun({ name: 'db-analyzer' })] }, ends: true },
  { what: 'is gone from the definitions', agents: {}, ends: true },
  { what: 'fails', agents: { runs: [aRun({ name: 'db-analyzer', status: 'failed' })] }, ends: false },
  { what: 'was not called', agents: { notCalled: [{ name: 'db-analyzer', reason: 'budget' }] }, ends: false },
  { what: 'could not be asked at all', agents: { missing: 'no key' }, ends: false },
] as const)('its agent $what twice: over = $ends', ({ agents, ends }) => {
  const monitor = aMonitor();
  monitor.pass({ pass: 2, findings: [aFinding({ ...BY_AGENT, verified: true })], agents: agentsSaid() });
  for (const hours of [1, 2]) {
    monitor.pass({ pass: 2, nowMs: MORNING_MS + hours * HOUR_MS, agents: agentsSaid(agents) });
  }

  expect([...monitor.stored.values()].map(({ state }) => state)).toEqual([ends ? 'resolved' : 'open']);
});

test.each([
  { what: 'its namespace is out of scope', over: { inScope: () => false }, toolCalls: [] },
  {
    what: 'the server did not answer the checks',
    over: { outcomes: [anOutcome({ evaluated: 'no', gaps: [{ resource: 'Pod', cause: 'timeout', detail: 'late' }] })] },
    toolCalls: [],
  },
  {
    what: 'none of its questions was answered',
    over: {},
    toolCalls: [{ tool: 'k8s_get', source: 'k8s_get pods', evidenceId: 'e1', isError: true }],
  },
] as const)("an agent's silence ends nothing when $what", ({ over, toolCalls }) => {
  const monitor = aMonitor();
  monitor.pass({ pass: 2, findings: [aFinding({ ...BY_AGENT, verified: true })], agents: agentsSaid() });
  for (const hours of [1, 2]) {
    const agents = agentsSaid({ runs: [aRun({ name: 'db-analyzer', toolCalls })] });
    monitor.pass({ pass: 2, nowMs: MORNING_MS + hours * HOUR_MS, agents, ...over });
  }

  expect([...monitor.stored.values()]).toMatchObject([{ state: 'open', absentSinceMs: undefined }]);
});

test('an agent that was asked about something else does not end its own older finding', () => {
  const monitor = aMonitor();
  monitor.pass({ pass: 2, findings: [aFinding({ ...BY_AGENT, verified: true })], agents: agentsSaid() });
  for (const hours of [1, 2]) {
    const agents = agentsSaid({ runs: [aRun({ name: 'db-analyzer' })] });
    monitor.pass({ pass: 2, nowMs: MORNING_MS + hours * HOUR_MS, agents, focus: ['INC-other'] });
  }

  expect([...monitor.stored.values()]).toMatchObject([{ state: 'open' }]);
});

test("an agent's finding on an object of an open incident of that family joins it, and the checks end it", () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const joined = monitor.pass({
    pass: 2,
    findings: [aFinding(), aFinding({ ...BY_AGENT, family: 'workload', verified: true })],
    agents: agentsSaid(),
  });
  expect(joined.incidents).toMatchObject([{ checks: ['crash-loop', 'agent:db-analyzer'] }]);
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS });

  expect([...monitor.stored.values()]).toMatchObject([{ state: 'resolved' }]);
});
