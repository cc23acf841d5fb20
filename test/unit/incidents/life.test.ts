import { expect, test } from 'vitest';
import {
  aFinding,
  aMonitor,
  anOutcome,
  cardOfOutcome,
  HOUR_MS,
  MINUTE_MS,
  MORNING_MS,
  NEXT_MORNING_MS,
  NIGHT_MS,
  reasonsOf,
  shapesOf,
} from './builders.ts';

test.each([
  { floor: 'SEV-1', at: NIGHT_MS, reason: 'told first-seen', shapes: ['card open', 'evidence'] },
  { floor: 'SEV-2', at: NIGHT_MS, reason: 'told first-seen', shapes: ['card open', 'evidence'] },
  { floor: 'SEV-3', at: MORNING_MS, reason: 'told first-seen', shapes: ['card open', 'evidence'] },
  { floor: 'SEV-3', at: NIGHT_MS, reason: 'silent outside-hours', shapes: [] },
  { floor: 'SEV-4', at: MORNING_MS, reason: 'silent below-threshold', shapes: [] },
] as const)('a new $floor is $reason', ({ floor, at, reason, shapes }) => {
  const outcome = aMonitor().pass({ nowMs: at, findings: [aFinding({ floor })] });

  expect(reasonsOf(outcome)).toEqual([reason]);
  expect(shapesOf(outcome)).toEqual(shapes);
});

test('a SEV-3 of the night is told when business hours begin, and says that it is late', () => {
  const monitor = aMonitor();
  const night = monitor.pass({ nowMs: NIGHT_MS, findings: [aFinding({ floor: 'SEV-3' })] });
  expect(night.recheckAtMs).toBe(NEXT_MORNING_MS);

  const morning = monitor.pass({ nowMs: NEXT_MORNING_MS, findings: [aFinding({ floor: 'SEV-3' })] });

  expect(reasonsOf(morning)).toEqual(['told first-seen']);
  expect(cardOfOutcome(morning).lead).toContain('Told late');
});

test('an ongoing incident is edited at its second sighting and then once an hour, without a new message', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const shapes = [5, 10, 15, 60, 65].map((minutes) =>
    shapesOf(monitor.pass({ nowMs: MORNING_MS + minutes * MINUTE_MS, findings: [aFinding()] })),
  );

  expect(shapes).toEqual([['card open'], [], [], ['card open'], []]);
  expect(monitor.decisions.slice(1).every(({ told, reason }) => !told && reason === 'ongoing')).toBe(true);
});

test('a changed title is an edit, never a reply', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, findings: [aFinding()] });
  const third = monitor.pass({
    nowMs: MORNING_MS + 10 * MINUTE_MS,
    findings: [aFinding({ title: '1 of 3 replicas ready' })],
  });

  expect(shapesOf(third)).toEqual(['card open']);
  expect(cardOfOutcome(third).headline).toBe('payments/api: 1 of 3 replicas ready');
});

test('evidence that only has a new id is not sent again', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const [quote] = aFinding().evidence;
  const second = monitor.pass({
    nowMs: MORNING_MS + 5 * MINUTE_MS,
    findings: [aFinding({ evidence: [{ ...quote!, id: 'e9' }] })],
  });

  expect(shapesOf(second)).not.toContain('evidence');
});

test.each([
  { what: 'severity', worse: { floor: 'SEV-1' as const }, text: 'SEV-2 → SEV-1' },
  { what: 'impact', worse: { impact: 'critical' as const }, text: 'impact error → critical' },
])('a worse $what is an edit and one broadcast', ({ worse, text }) => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const second = monitor.pass({ nowMs: MORNING_MS + MINUTE_MS, findings: [aFinding(worse)] });
  const third = monitor.pass({ nowMs: MORNING_MS + 2 * MINUTE_MS, findings: [aFinding(worse)] });

  expect(reasonsOf(second)).toEqual(['told worse']);
  expect(shapesOf(second)).toEqual(['card open', 'broadcast']);
  expect(second.notices.at(-1)?.content).toMatchObject({ text: expect.stringContaining(text) });
  expect(reasonsOf(third)).toEqual(['silent ongoing']);
});

test('a severity that swings within the hour is told as worse once', () => {
  const monitor = aMonitor();
  const floors = ['SEV-2', 'SEV-1', 'SEV-2', 'SEV-1', 'SEV-2', 'SEV-1'] as const;
  floors.forEach((floor, index) => {
    monitor.pass({ nowMs: MORNING_MS + index * 5 * MINUTE_MS, findings: [aFinding({ floor })] });
  });

  expect(monitor.decisions.filter(({ reason }) => reason === 'worse')).toHaveLength(1);
});

test('what eased for an hour and then grows again is worse again', () => {
  const monitor = aMonitor();
  const at = (minutes: number, floor: 'SEV-1' | 'SEV-3') =>
    monitor.pass({ nowMs: MORNING_MS + minutes * MINUTE_MS, findings: [aFinding({ floor })] });
  at(0, 'SEV-1');
  at(10, 'SEV-3');
  at(75, 'SEV-3');

  expect(reasonsOf(at(80, 'SEV-1'))).toEqual(['told worse']);
});

test.each([
  { to: 'OOMKilled', reason: 'told cause-changed', shapes: ['card open', 'reply'] },
  { to: 'ReplicasShort', reason: 'silent ongoing', shapes: ['card open'] },
] as const)('from CrashLoop to $to: $reason', ({ to, reason, shapes }) => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const second = monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, findings: [aFinding({ reason: to })] });

  expect(reasonsOf(second)).toEqual([reason]);
  expect(shapesOf(second)).toEqual(shapes);
});

test('two reasons that alternate are a changed cause once', () => {
  const monitor = aMonitor();
  for (let index = 0; index < 8; index += 1) {
    const reason = index % 2 === 0 ? 'CrashLoop' : 'OOMKilled';
    monitor.pass({ nowMs: MORNING_MS + index * 5 * MINUTE_MS, findings: [aFinding({ reason })] });
  }

  expect(monitor.decisions.filter((decision) => decision.reason === 'cause-changed')).toHaveLength(1);
});

test('two full reads two minutes apart resolve it, by an edit alone', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const first = monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  const tooSoon = monitor.pass({ nowMs: MORNING_MS + 6 * MINUTE_MS });
  const second = monitor.pass({ nowMs: MORNING_MS + 7 * MINUTE_MS });

  expect([first, tooSoon, second].map(reasonsOf)).toEqual([['silent ongoing'], ['silent ongoing'], ['told resolved']]);
  expect(shapesOf(second)).toEqual(['card resolved']);
  expect(cardOfOutcome(second).stateLines).toContain('resolved after 10 min, verified in 2 full reads');
  expect(second.incidents).toMatchObject([{ state: 'resolved' }]);
});

test('seen again between the two reads starts the count anew', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS, findings: [aFinding()] });
  const last = monitor.pass({ nowMs: MORNING_MS + 15 * MINUTE_MS });

  expect(reasonsOf(last)).toEqual(['silent ongoing']);
});

const GAP = { resource: 'Pod', namespace: 'payments', cause: 'forbidden', detail: 'pods may not be listed' } as const;
test.each([
  { what: 'not due', outcomes: [anOutcome({ evaluated: 'not-due' })], unverified: false },
  { what: 'not evaluated', outcomes: [anOutcome({ evaluated: 'no', gaps: [{ ...GAP }] })], unverified: true },
  { what: 'blind in this namespace', outcomes: [anOutcome({ evaluated: 'partly', gaps: [GAP] })], unverified: true },
  { what: 'switched off', outcomes: [anOutcome({ evaluated: 'switched-off' })], unverified: true },
  { what: 'gone from the program', outcomes: [], unverified: true },
])('a check that is $what never resolves what it saw', ({ outcomes, unverified }) => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  for (const minutes of [5, 10, 15, 60]) monitor.pass({ nowMs: MORNING_MS + minutes * MINUTE_MS, outcomes });

  const [incident] = monitor.stored.values();
  expect(incident).toMatchObject({ state: 'open', absentSinceMs: undefined });
  expect(incident?.unverifiedSinceMs !== undefined).toBe(unverified);
});

test('blind in another namespace does not matter', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const outcomes = [anOutcome({ evaluated: 'partly', gaps: [{ ...GAP, namespace: 'shop' }] })];
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, outcomes });

  expect(reasonsOf(monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS, outcomes }))).toEqual(['told resolved']);
});

test('a namespace that leaves the scope is unknown, not healthy', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const inScope = (namespace: string): boolean => namespace !== 'payments';
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, inScope });
  const last = monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS, inScope });

  expect(last.decisions[0]?.detail).toContain('no longer in scope');
  expect([...monitor.stored.values()]).toMatchObject([{ state: 'open' }]);
});

test('the card names the gap and since when nobody could look', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  const blind = monitor.pass({
    nowMs: MORNING_MS + 3 * HOUR_MS,
    outcomes: [anOutcome({ evaluated: 'partly', gaps: [GAP] })],
  });

  expect(cardOfOutcome(blind).stateLines).toContain('not verified since 13:00 UTC');
  expect(cardOfOutcome(blind).notChecked).toEqual(['Pod in payments: pods may not be listed']);
});

test('the finding of a check that was not due stays on the card while another one is seen', () => {
  const monitor = aMonitor();
  const hygiene = aFinding({ id: 'f2', check: 'hygiene', reason: 'ProbeFailing', title: 'no probe', floor: 'SEV-4' });
  const outcomes = [anOutcome(), anOutcome({ id: 'hygiene' })];
  monitor.pass({ findings: [aFinding(), hygiene], outcomes });
  const patrol = monitor.pass({
    nowMs: MORNING_MS + 5 * MINUTE_MS,
    findings: [aFinding()],
    outcomes: [anOutcome(), anOutcome({ id: 'hygiene', evaluated: 'not-due' })],
  });
  expect(patrol.incidents[0]?.findings.map(({ reason }) => reason)).toEqual(['CrashLoop', 'ProbeFailing']);

  const full = monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS, findings: [aFinding()], outcomes });
  expect(full.incidents[0]?.findings.map(({ reason }) => reason)).toEqual(['CrashLoop']);
});

test('a read that is older than the last sighting says nothing about absence', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, snapshotAtMs: MORNING_MS - MINUTE_MS });

  expect([...monitor.stored.values()]).toMatchObject([{ absentSinceMs: undefined, state: 'open' }]);
});

test('a clock that ran ahead and was set back holds no incident open', () => {
  const monitor = aMonitor();
  monitor.pass({ nowMs: MORNING_MS + 24 * HOUR_MS, findings: [aFinding()] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  const last = monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS });

  expect(last.incidents).toMatchObject([{ state: 'resolved' }]);
});

test('the same snapshot looked at twice is one cycle seen', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  monitor.pass({ nowMs: MORNING_MS + MINUTE_MS, snapshotAtMs: MORNING_MS, findings: [aFinding()] });

  expect([...monitor.stored.values()]).toMatchObject([{ cyclesSeen: 1 }]);
});

function resolvedMonitor() {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS });
  return monitor;
}

test('back within a day: the same incident, its card open again, one broadcast', () => {
  const monitor = resolvedMonitor();
  const back = monitor.pass({ nowMs: MORNING_MS + 23 * HOUR_MS, findings: [aFinding()] });

  expect(reasonsOf(back)).toEqual(['told reopened']);
  expect(shapesOf(back)).toEqual(['card open', 'broadcast']);
  expect(monitor.stored.size).toBe(1);
});

test('back after a day is a new incident', () => {
  const monitor = resolvedMonitor();
  const back = monitor.pass({ nowMs: MORNING_MS + 25 * HOUR_MS, findings: [aFinding()] });

  expect(reasonsOf(back)).toEqual(['told first-seen']);
  expect(monitor.stored.size).toBe(2);
});

test('a snapshot that was taken before the resolution does not reopen it', () => {
  const monitor = resolvedMonitor();
  const stale = monitor.pass({
    nowMs: MORNING_MS + 11 * MINUTE_MS,
    snapshotAtMs: MORNING_MS + 9 * MINUTE_MS,
    findings: [aFinding()],
  });

  expect(stale).toMatchObject({ changed: [], decisions: [], notices: [] });
});

test('what keeps coming back is damped from the third time in an hour: edits only', () => {
  const monitor = aMonitor();
  let nowMs = MORNING_MS;
  for (let round = 0; round < 6; round += 1) {
    monitor.pass({ nowMs, findings: [aFinding()] });
    monitor.pass({ nowMs: nowMs + 3 * MINUTE_MS });
    monitor.pass({ nowMs: nowMs + 6 * MINUTE_MS });
    nowMs += 8 * MINUTE_MS;
  }
  const broadcasts = monitor.notices.filter(({ content }) => content.kind === 'reply');

  expect(broadcasts).toHaveLength(2);
  expect(monitor.decisions.filter(({ reason }) => reason === 'flapping').length).toBeGreaterThan(3);
  expect(monitor.stored.size).toBe(1);
});

test('with notifications switched off the message waits and the row says so', () => {
  const monitor = aMonitor();
  const outcome = monitor.pass({ findings: [aFinding()], flags: { notifications: false, modelCalls: true } });

  expect(reasonsOf(outcome)).toEqual(['silent switched-off']);
  expect(shapesOf(outcome)).toEqual(['card open', 'evidence']);
});

test('a SEV-3 that comes back at night is edited at once and said aloud in the morning', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding({ floor: 'SEV-3' })] });
  monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS });
  monitor.pass({ nowMs: MORNING_MS + 10 * MINUTE_MS });
  const night = monitor.pass({ nowMs: NIGHT_MS, findings: [aFinding({ floor: 'SEV-3' })] });
  const morning = monitor.pass({ nowMs: NEXT_MORNING_MS, findings: [aFinding({ floor: 'SEV-3' })] });

  expect(reasonsOf(night)).toEqual(['silent outside-hours']);
  expect(shapesOf(night)).toEqual(['card open']);
  expect(reasonsOf(morning)).toEqual(['told reopened']);
  expect(shapesOf(morning)).toEqual(['card open', 'broadcast']);
});
