import { expect, test } from 'vitest';
import { reportLines } from '../../../src/cli/report-lines.ts';
import { buildReport } from '../../../src/cycle/build-report.ts';
import { NO_AGENTS } from '../../../src/domain/agent-report.ts';
import type { Decision } from '../../../src/domain/incident.ts';
import { emptyDefinitions, emptySnapshot } from '../../builders/cycle.ts';

const AT_MS = Date.UTC(2026, 10, 21, 18, 0, 5);

/** The lines of a cycle about one open incident, with one decision for each pass. */
function linesOf(...passes: readonly Pick<Decision, 'told' | 'reason'>[]): readonly string[] {
  const report = buildReport({
    cycleId: '2026-11-21T18:00:05Z-manual',
    trigger: 'manual',
    startedAtMs: AT_MS,
    endedAtMs: AT_MS,
    snapshot: emptySnapshot(),
    checked: { findings: [], outcomes: [] },
    definitions: emptyDefinitions(),
    findings: [],
    incidents: [],
    decisions: passes.map((pass, index) => ({
      incidentId: 'INC-20261121_180005-001',
      cycleId: '2026-11-21T18:00:05Z-manual',
      atMs: AT_MS,
      pass: index === 0 ? 1 : 2,
      detail: '',
      severity: 'SEV-1',
      revision: 'r',
      ...pass,
    })),
    agents: NO_AGENTS,
    analysisMissing: undefined,
    stages: [],
  });
  const incident = {
    id: 'INC-20261121_180005-001',
    fingerprint: 'f',
    severity: 'SEV-1',
    state: 'open',
    findings: [],
  } as const;
  return reportLines({ ...report, incidents: [incident] });
}

test.each([
  {
    what: 'told by the checks, unchanged by the agents',
    passes: [
      [true, 'first-seen'],
      [false, 'ongoing'],
    ],
    says: 'told, first-seen',
  },
  {
    what: 'held for the agents, then told',
    passes: [
      [false, 'held'],
      [true, 'first-seen'],
    ],
    says: 'told, first-seen',
  },
  {
    what: 'never told: the last word counts',
    passes: [
      [false, 'held'],
      [false, 'known-issue'],
    ],
    says: 'not told, known-issue',
  },
] as const)('an incident is told when any pass of the cycle told it: $what', ({ passes, says }) => {
  const lines = linesOf(...passes.map(([told, reason]) => ({ told, reason })));
  expect(lines.find((line) => line.includes('INC-20261121_180005-001'))).toContain(`(${says})`);
});
