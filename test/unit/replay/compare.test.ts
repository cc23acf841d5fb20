import { expect, test } from 'vitest';
import type { Decision } from '../../../src/domain/incident.ts';
import type { CycleReport } from '../../../src/domain/report.ts';
import { compareCycle, type Change, type CycleComparison, type Replayed } from '../../../src/replay/compare.ts';
import { countLine, countsOf, differenceLines } from '../../../src/replay/lines.ts';
import { buildReport } from '../../../src/cycle/build-report.ts';
import { NO_AGENTS } from '../../../src/domain/agent-report.ts';
import { emptyDefinitions, emptySnapshot } from '../../builders/cycle.ts';
import { MORNING_MS } from '../incidents/builders.ts';

type Said = Pick<Decision, 'told' | 'reason'> & Partial<Decision>;

const TOLD: Said = { told: true, reason: 'first-seen' };
const QUIET: Said = { told: false, reason: 'ongoing' };

function decision(said: Said): Decision {
  return {
    incidentId: 'INC-1',
    cycleId: 'c1',
    atMs: MORNING_MS,
    pass: 1,
    detail: 'why',
    severity: 'SEV-2',
    revision: '',
    channel: '#alerts',
    contacts: [],
    ...said,
  };
}

function reportOf(decisions: readonly Decision[]): CycleReport {
  return buildReport({
    cycleId: 'c1',
    trigger: 'scheduled',
    startedAtMs: MORNING_MS,
    endedAtMs: MORNING_MS,
    snapshot: emptySnapshot(),
    checked: { findings: [], outcomes: [] },
    definitions: emptyDefinitions(),
    changes: [],
    findings: [],
    incidents: [],
    decisions,
    passes: [],
    agents: NO_AGENTS,
    logs: undefined,
    analysisMissing: undefined,
    switchedOff: [],
    stages: [],
  });
}

function compared(was: readonly Said[], now: readonly Said[]): CycleComparison {
  const again: Replayed = { findings: [], decisions: now.map(decision), incidents: [] };
  return compareCycle(reportOf(was.map(decision)), again, {
    was: () => undefined,
    now: () => ({ tier: [], channel: [], contacts: [] }),
    idle: () => [],
    place: (file, line) => `${file}:${line}`,
  });
}

test.each<{ readonly was: readonly Said[]; readonly now: readonly Said[]; readonly change: Change }>([
  { was: [TOLD], now: [TOLD], change: 'same' },
  { was: [TOLD], now: [{ told: false, reason: 'known-issue' }], change: 'silenced' },
  { was: [TOLD], now: [{ told: false, reason: 'below-threshold', severity: 'SEV-4' }], change: 'silenced' },
  { was: [TOLD], now: [{ told: false, reason: 'within-tolerance' }], change: 'later' },
  { was: [TOLD], now: [{ told: false, reason: 'outside-hours', severity: 'SEV-3' }], change: 'later' },
  { was: [{ told: false, reason: 'known-issue' }], now: [TOLD], change: 'told' },
  { was: [{ told: false, reason: 'held' }], now: [TOLD], change: 'earlier' },
  { was: [TOLD], now: [{ ...TOLD, severity: 'SEV-1' }], change: 'raised' },
  { was: [QUIET], now: [{ ...QUIET, severity: 'SEV-3' }], change: 'lowered' },
  { was: [TOLD], now: [{ ...TOLD, channel: '#board' }], change: 'other-channel' },
  {
    was: [{ told: false, reason: 'known-issue' }],
    now: [{ told: false, reason: 'known-issue', channel: '#board' }],
    change: 'same',
  },
  { was: [TOLD], now: [{ ...TOLD, contacts: ['@board'] }], change: 'other-contacts' },
  { was: [{ ...TOLD, contacts: ['@a', '@b'] }], now: [{ ...TOLD, contacts: ['@b', '@a'] }], change: 'same' },
  { was: [QUIET], now: [{ told: false, reason: 'known-issue' }], change: 'other-reason' },
  {
    was: [{ told: false, reason: 'known-issue', untilMs: MORNING_MS }],
    now: [{ told: false, reason: 'known-issue', untilMs: MORNING_MS + 60_000 }],
    change: 'other-reason',
  },
  { was: [QUIET], now: [{ ...QUIET, notes: ['refused'] }], change: 'marked' },
  {
    was: [{ ...QUIET, notes: ['lowered by "x" (CLAUDE.md:7)'] }],
    now: [{ ...QUIET, notes: ['lowered by "x" (CLAUDE.md:9)'] }],
    change: 'same',
  },
  // The agents' pass says `ongoing` of what was told a moment before.
  { was: [TOLD, { ...QUIET, pass: 2 }], now: [TOLD, { ...QUIET, pass: 2 }], change: 'same' },
  { was: [TOLD, { ...QUIET, pass: 2 }], now: [QUIET, { ...TOLD, pass: 2 }], change: 'same' },
])('$was.0.reason → $now.0.reason is $change', ({ was, now, change }) => {
  expect(compared(was, now).incidents.map((incident) => incident.change)).toEqual([change]);
});

test('cycles that differ alike share a paragraph, and the last line counts them all', () => {
  const [later, silenced] = [
    compared([QUIET], [QUIET]),
    compared([TOLD], [{ told: false, reason: 'known-issue', detail: 'known issue "x" (CLAUDE.md:7)' }]),
  ];
  const at = (hour: number): CycleComparison => ({ ...silenced, startedAt: `2026-11-22T0${hour}:10:00.000Z` });
  const cycles = [at(1), at(2), at(3), later];

  expect(differenceLines(cycles, (_, text) => text)).toEqual([
    'INC-1  INC-1',
    '  01:10 UTC to 03:10 UTC, 3 cycles:  silenced',
    '    then  told SEV-2 in #alerts: first-seen',
    '    now   not told, SEV-2: known issue CLAUDE.md:7',
    '',
  ]);
  expect(countLine(countsOf(cycles))).toBe('4 cycles, 4 decisions about 1 incident: 3 silenced, 1 as before');
});

test('what files, policies and agents say stays on its line, and no terminal obeys it', () => {
  const nasty = 'so\u001b[2Jnet\n\u202eSEV-1';
  const cycle = compared([TOLD], [{ ...QUIET, reason: 'quoted-rule', detail: nasty, notes: [nasty] }]);
  const incidents = cycle.incidents.map((incident) => ({
    ...incident,
    marks: [{ what: 'labels' as const, was: 'none', now: nasty }],
    rules: [{ side: 'now' as const, what: 'known issue', place: 'CLAUDE.md:1', text: nasty }],
  }));
  const lines = differenceLines([{ ...cycle, incidents }], (_style, text) => text);

  expect(lines.filter((line) => line.includes('net'))).toHaveLength(4);
  for (const obeyed of ['\u001b', '\u202e', '\n']) expect(lines.filter((line) => line.includes(obeyed))).toEqual([]);
});
