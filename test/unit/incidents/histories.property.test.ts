import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssessedFinding } from '../../../src/domain/finding.ts';
import type { CheckOutcome } from '../../../src/domain/check.ts';
import { aFinding, aMonitor, anOutcome, HOUR_MS, MINUTE_MS, MORNING_MS } from './builders.ts';
import { propertyRuns } from '../../harness/property-runs.ts';

const GAP = { resource: 'Pod', namespace: 'payments', cause: 'forbidden', detail: 'forbidden' } as const;
const COVERAGE: Readonly<Record<string, CheckOutcome>> = {
  full: anOutcome(),
  gap: anOutcome({ evaluated: 'partly', gaps: [GAP] }),
  blind: anOutcome({ evaluated: 'no', gaps: [GAP] }),
  'not due': anOutcome({ evaluated: 'not-due' }),
};

/** What one cycle finds of each of two Deployments, where one can be the other's symptom. */
const step = fc.record({
  minutes: fc.integer({ min: 1, max: 30 }),
  coverage: fc.constantFrom('full', 'full', 'full', 'gap', 'blind', 'not due'),
  api: fc.constantFrom('absent', 'absent', 'seen', 'silenced'),
  web: fc.constantFrom('absent', 'seen', 'symptom'),
  floor: fc.constantFrom('SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'),
  reason: fc.constantFrom('CrashLoop', 'OOMKilled', 'ImagePull'),
});

function findingsOf({
  api,
  web,
  floor,
  reason,
}: {
  api: string;
  web: string;
  floor: AssessedFinding['floor'];
  reason: AssessedFinding['reason'];
}) {
  const hold = { kind: 'known-issue', text: 'backup', file: 'CLAUDE.md', line: 1 } as const;
  const owner = { kind: 'Deployment', namespace: 'payments', name: 'web' };
  return [
    ...(api === 'absent' ? [] : [aFinding({ floor, reason, ...(api === 'silenced' && { hold }) })]),
    ...(web === 'absent'
      ? []
      : [aFinding({ id: 'f2', owner, floor, ...(web === 'symptom' && api !== 'absent' && { attachedTo: 'f1' }) })]),
  ];
}

test('no history tells an end before a beginning, opens a problem twice, or ends one in the dark', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (history) => {
      const monitor = aMonitor();
      let nowMs = MORNING_MS;
      for (const one of history) {
        nowMs += one.minutes * MINUTE_MS;
        const outcome = monitor.pass({
          nowMs,
          findings: one.coverage === 'not due' ? [] : findingsOf(one),
          outcomes: [COVERAGE[one.coverage]!],
        });

        const open = [...monitor.stored.values()].filter(({ state }) => state === 'open');
        expect(new Set(open.map((incident) => incident.fingerprint)).size).toBe(open.length);
        const ended = outcome.incidents.filter(({ state }) => state === 'resolved');
        expect(one.coverage === 'full' ? [] : ended).toEqual([]);
      }
      for (const id of monitor.stored.keys()) {
        const told = monitor.decisions.filter((decision) => decision.incidentId === id && decision.told);
        expect(told[0]?.reason).not.toBe('resolved');
        const cards = monitor.notices.flatMap(({ subject, content }) =>
          subject === id && content.kind === 'card' ? [content.card.state] : [],
        );
        expect(cards[0]).not.toBe('resolved');
        expect(cards.filter((state, index) => state === 'resolved' && cards[index - 1] === 'resolved')).toEqual([]);
        // Nothing goes out for what was never told.
        const first = monitor.notices.find(({ subject }) => subject === id);
        expect(first === undefined || first.content.kind === 'card').toBe(true);
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});

test('however it flaps, an hour holds a handful of loud messages', () => {
  const flap = fc.array(fc.record({ seen: fc.boolean(), minutes: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 30,
    maxLength: 120,
  });
  fc.assert(
    fc.property(flap, (history) => {
      const monitor = aMonitor();
      let nowMs = MORNING_MS;
      for (const { seen, minutes } of history) {
        nowMs += minutes * MINUTE_MS;
        monitor.pass({ nowMs, findings: seen ? [aFinding()] : [] });
      }
      const loud = monitor.notices
        .filter(({ content }) => content.kind === 'reply' && content.broadcast)
        .map(({ decidedAtMs }) => decidedAtMs);
      for (const fromMs of loud) {
        expect(loud.filter((atMs) => atMs >= fromMs && atMs < fromMs + HOUR_MS).length).toBeLessThanOrEqual(2);
      }
      expect(monitor.stored.size).toBeLessThanOrEqual(1);
    }),
    { numRuns: propertyRuns(200) },
  );
});
