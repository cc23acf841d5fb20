import { expect, test } from 'vitest';
import type { Hold } from '../../../src/domain/finding.ts';
import {
  aFinding,
  agentsSaid,
  aMonitor,
  aVerdict,
  cardOfOutcome,
  HOUR_MS,
  MINUTE_MS,
  MORNING_MS,
  reasonsOf,
  shapesOf,
} from './builders.ts';

const PLACE = { text: 'Backup restarts the database, do not alert', file: 'CLAUDE.md', line: 12 };
const KNOWN: Hold = { kind: 'known-issue', ...PLACE };
const POSSIBLE: Hold = { kind: 'possible-known-issue', ...PLACE };
const tolerated = (untilMs: number): Hold => ({ kind: 'within-tolerance', untilMs, ...PLACE });
const WAITS = { expected: true, available: true, missing: undefined };

test('a known issue is stored and visible, told nobody, and told late with the reason when its window ends', () => {
  const monitor = aMonitor();
  const during = monitor.pass({ findings: [aFinding({ hold: KNOWN, floor: 'SEV-1' })] });
  expect(reasonsOf(during)).toEqual(['silent known-issue']);
  expect(during.notices).toEqual([]);
  expect(during.incidents).toMatchObject([{ state: 'open', severity: 'SEV-1' }]);

  const after = monitor.pass({ nowMs: MORNING_MS + HOUR_MS, findings: [aFinding({ floor: 'SEV-1' })] });
  expect(reasonsOf(after)).toEqual(['told first-seen']);
  expect(cardOfOutcome(after).lead).toBe(
    'Told late: known issue "Backup restarts the database, do not alert" (CLAUDE.md:12); withheld since 10:00 UTC.',
  );
});

test('the lead stays on the card through later edits', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding({ hold: KNOWN })] });
  monitor.pass({ nowMs: MORNING_MS + HOUR_MS, findings: [aFinding()] });
  const edit = monitor.pass({
    nowMs: MORNING_MS + HOUR_MS + MINUTE_MS,
    findings: [aFinding({ title: 'worse words' })],
  });

  expect(cardOfOutcome(edit).lead).toContain('Told late');
});

test('the end of the window is the moment to look again, and it needs no second read of the file', () => {
  const monitor = aMonitor();
  const untilMs = MORNING_MS + 30 * MINUTE_MS;
  const held = aFinding({ hold: { ...KNOWN, untilMs } });
  expect(monitor.pass({ findings: [held] }).recheckAtMs).toBe(untilMs);
  expect(reasonsOf(monitor.pass({ nowMs: untilMs, findings: [held] }))).toEqual(['told first-seen']);
});

test('a known issue that ends by itself is never told', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding({ hold: KNOWN })] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  const over = monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS });

  expect(over.incidents).toMatchObject([{ state: 'resolved' }]);
  expect(over.notices).toEqual([]);
  expect(reasonsOf(over)).toEqual(['silent known-issue']);
});

test('a return that was never told does not touch the card that says it is over', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  for (const minutes of [5, 10]) monitor.pass({ nowMs: MORNING_MS + minutes * MINUTE_MS });
  const excused = monitor.pass({ nowMs: MORNING_MS + 20 * MINUTE_MS, findings: [aFinding({ hold: KNOWN })] });
  monitor.pass({ nowMs: MORNING_MS + 25 * MINUTE_MS });
  const over = monitor.pass({ nowMs: MORNING_MS + 30 * MINUTE_MS });

  expect([excused, over].map(shapesOf)).toEqual([[], []]);
  expect([excused, over].map(reasonsOf)).toEqual([['silent known-issue'], ['silent known-issue']]);
});

test('one finding that no text excuses is told although another is excused', () => {
  const outcome = aMonitor().pass({
    findings: [aFinding({ hold: KNOWN, floor: 'SEV-1' }), aFinding({ id: 'f2', reason: 'ImagePull', floor: 'SEV-2' })],
  });

  expect(reasonsOf(outcome)).toEqual(['told first-seen']);
  expect(cardOfOutcome(outcome).severity).toBe('SEV-2');
});

test('what is excused is not told through what it takes down', () => {
  const service = {
    id: 'f3',
    check: 'service-without-endpoints',
    family: 'network',
    reason: 'NoEndpoints',
    owner: { kind: 'Service', namespace: 'payments', name: 'api' },
    object: { apiVersion: 'v1', kind: 'Service', namespace: 'payments', name: 'api' },
    floor: 'SEV-1',
    attachedTo: 'f1',
  } as const;
  const outcome = aMonitor().pass({
    findings: [
      aFinding({ hold: KNOWN, floor: 'SEV-1' }),
      aFinding({ id: 'f2', reason: 'ImagePull', floor: 'SEV-3' }),
      aFinding(service),
    ],
  });

  expect(outcome.incidents).toMatchObject([{ severity: 'SEV-3' }]);
});

test('an incident that was told and is excused now shows it on its card', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const excused = monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, findings: [aFinding({ hold: KNOWN })] });

  expect(shapesOf(excused)).toEqual(['card silenced']);
  expect(cardOfOutcome(excused).lead).toContain('Silenced: known issue');
});

test.each([
  { nowMs: MORNING_MS + 2 * MINUTE_MS - 1, reason: 'silent within-tolerance' },
  { nowMs: MORNING_MS + 2 * MINUTE_MS, reason: 'told first-seen' },
])('tolerance until 10:02, at $nowMs: $reason', ({ nowMs, reason }) => {
  const monitor = aMonitor();
  const finding = aFinding({ hold: tolerated(MORNING_MS + 2 * MINUTE_MS), floor: 'SEV-1' });
  const first = monitor.pass({ findings: [finding] });
  expect(first.recheckAtMs).toBe(MORNING_MS + 2 * MINUTE_MS);

  expect(reasonsOf(monitor.pass({ nowMs, findings: [finding] }))).toEqual([reason]);
});

test('a model may speak before a tolerance is over, but not into a known issue', () => {
  const verdicts = [aVerdict({ severity: 'SEV-1' })];
  const raisedOver = (hold: Hold): readonly string[] => {
    const monitor = aMonitor();
    const findings = [aFinding({ hold })];
    monitor.pass({ findings, analysis: WAITS });
    return reasonsOf(monitor.pass({ pass: 2, nowMs: MORNING_MS + 1, findings, agents: agentsSaid({ verdicts }) }));
  };

  expect(raisedOver(tolerated(MORNING_MS + HOUR_MS))).toEqual(['told first-seen']);
  expect(raisedOver(KNOWN)).toEqual(['silent known-issue']);
});

test.each([
  { what: 'agents will run', over: { analysis: WAITS }, reason: 'silent held' },
  {
    what: 'a cycle with agents follows the patrol',
    over: { analysis: { ...WAITS, expected: false } },
    reason: 'silent held',
  },
  { what: 'there is no model', over: {}, reason: 'told first-seen' },
  {
    what: 'model calls are switched off',
    over: { analysis: WAITS, flags: { notifications: true, modelCalls: false } },
    reason: 'told first-seen',
  },
])('a possible known issue when $what: $reason', ({ over, reason }) => {
  expect(reasonsOf(aMonitor().pass({ findings: [aFinding({ hold: POSSIBLE })], ...over }))).toEqual([reason]);
});

test.each(['SEV-3', 'SEV-4'] as const)('a possible known issue does not hold a %s', (floor) => {
  const outcome = aMonitor().pass({ findings: [aFinding({ hold: POSSIBLE, floor })], analysis: WAITS });

  expect(outcome.decisions[0]?.reason).not.toBe('held');
});

test('held for ninety seconds from detection at most, then told although the agents are still at work', () => {
  const monitor = aMonitor();
  const findings = [aFinding({ hold: POSSIBLE })];
  const first = monitor.pass({ findings, analysis: WAITS });
  expect(first.recheckAtMs).toBe(MORNING_MS + 90_000);
  expect(reasonsOf(monitor.pass({ nowMs: MORNING_MS + 89_000, findings, analysis: WAITS }))).toEqual(['silent held']);

  expect(reasonsOf(monitor.pass({ nowMs: MORNING_MS + 90_000, findings, analysis: WAITS }))).toEqual([
    'told first-seen',
  ]);
});

test.each([
  { what: 'a permitted silence keeps it quiet', permission: { silence: true }, reason: 'silent quoted-rule' },
  { what: 'a refused one tells it', permission: { refusal: 'names another service' }, reason: 'told first-seen' },
])('the verdict ends the hold: $what', ({ permission, reason }) => {
  const monitor = aMonitor();
  const findings = [aFinding({ hold: POSSIBLE })];
  monitor.pass({ findings, analysis: WAITS });
  const second = monitor.pass({
    pass: 2,
    nowMs: MORNING_MS + 30_000,
    findings,
    agents: agentsSaid({ verdicts: [aVerdict({ notify: false, rule: PLACE.text })] }),
    permits: () => permission,
  });

  expect(reasonsOf(second)).toEqual([reason]);
});

test('the agents failing ends the hold too', () => {
  const monitor = aMonitor();
  const findings = [aFinding({ hold: POSSIBLE })];
  monitor.pass({ findings, analysis: WAITS });
  const analysis = { expected: false, available: true, missing: 'the model did not answer' };
  const second = monitor.pass({
    pass: 2,
    nowMs: MORNING_MS + 30_000,
    findings,
    agents: agentsSaid({ missing: analysis.missing }),
    analysis,
  });

  expect(reasonsOf(second)).toEqual(['told first-seen']);
  expect(cardOfOutcome(second).footer.analysis).toBe('the model did not answer');
});
