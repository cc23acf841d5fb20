import { expect, test } from 'vitest';
import { reportLines } from '../../../src/cli/report-lines.ts';
import { buildReport } from '../../../src/cycle/build-report.ts';
import { NO_AGENTS } from '../../../src/domain/agent-report.ts';
import type { CheckOutcome } from '../../../src/domain/check.ts';
import type { Decision } from '../../../src/domain/incident.ts';
import type { CycleReport } from '../../../src/domain/report.ts';
import type { Gap } from '../../../src/domain/snapshot.ts';
import { emptyDefinitions, emptySnapshot } from '../../builders/cycle.ts';

const AT_MS = Date.UTC(2026, 10, 21, 18, 0, 5);

function aReport(
  passes: readonly Pick<Decision, 'told' | 'reason'>[],
  outcomes: readonly CheckOutcome[] = [],
  gaps: readonly Gap[] = [],
): CycleReport {
  return buildReport({
    cycleId: '2026-11-21T18:00:05Z-manual',
    trigger: 'manual',
    startedAtMs: AT_MS,
    endedAtMs: AT_MS,
    snapshot: emptySnapshot({ gaps }),
    checked: { findings: [], outcomes },
    definitions: emptyDefinitions(),
    changes: [],
    findings: [],
    incidents: [],
    passes: [],
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
    logs: undefined,
    switchedOff: [],
    stages: [],
  });
}

/** The lines of a cycle about one open incident, with one decision for each pass. */
function linesOf(...passes: readonly Pick<Decision, 'told' | 'reason'>[]): readonly string[] {
  const incident = {
    id: 'INC-20261121_180005-001',
    fingerprint: 'f',
    severity: 'SEV-1',
    state: 'open',
    findings: [],
  } as const;
  return reportLines({ ...aReport(passes), incidents: [incident] });
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

const DEAD = 'the API server cannot be reached: connect ECONNREFUSED';
const unreachable = (resource: string, namespace?: string): Gap => ({
  resource,
  cause: 'unreachable',
  detail: `list ${resource} at the cluster scope: ${DEAD}`,
  ...(namespace !== undefined && { namespace }),
});
const checked = (id: string, evaluated: CheckOutcome['evaluated']): CheckOutcome => ({
  id,
  family: 'workload',
  evaluated,
  gaps: [],
  findings: 0,
});

test('a dead server is one line with its kinds counted, and all checks are a number', () => {
  const kinds = ['Pod', 'Node', 'Job', 'Event'].map((kind) => unreachable(kind));
  const identity: Gap = {
    resource: 'Cluster',
    cause: 'unreachable',
    detail: `the cluster's identity is unknown: get namespaces: ${DEAD}; or set cluster_id in config.yaml`,
  };
  const outcomes = ['a', 'b', 'c', 'd'].map((id) => checked(id, 'no'));

  expect(
    reportLines(aReport([], [...outcomes, checked('e', 'switched-off')], [...kinds, identity])).slice(1, 5),
  ).toEqual([
    'Nothing could be checked.',
    'Not read, so neither healthy nor broken:',
    `  4 kinds: ${DEAD}`,
    'Checks not (wholly) evaluated: all 4 checks',
  ]);
});

test('namespaces that failed alike are counted; what RBAC refuses is named, each kind of it', () => {
  const namespaces = ['a', 'b', 'c', 'd'].map((namespace) => unreachable('Pod', namespace));
  const refused = ['Pod', 'Node', 'Job', 'Event'].map((resource): Gap => ({
    resource,
    cause: 'forbidden',
    detail: `list ${resource} is forbidden: grant it`,
  }));

  const lines = reportLines(aReport([], [checked('a', 'partly'), checked('b', 'yes')], [...namespaces, ...refused]));

  expect(lines).toContain(`  Pod in 4 namespaces: ${DEAD}`);
  expect(lines).toContain('  Pod, Node, Job, Event: grant it');
  expect(lines).toContain('Checks not (wholly) evaluated: a');
});
