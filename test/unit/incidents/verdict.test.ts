import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/domain/agent-report.ts';
import type { Severity } from '../../../src/domain/severity.ts';
import type { Permission } from '../../../src/incidents/input.ts';
import {
  aFinding,
  agentsSaid,
  aMonitor,
  aVerdict,
  cardOfOutcome,
  MINUTE_MS,
  MORNING_MS,
  reasonsOf,
} from './builders.ts';

const RULE = 'reports in staging are SEV-3 at most';

function judged(floor: Severity, verdict: Partial<Verdict>, permission: Permission = {}) {
  const monitor = aMonitor();
  const findings = [aFinding({ floor })];
  monitor.pass({ findings });
  const outcome = monitor.pass({
    pass: 2,
    nowMs: MORNING_MS + MINUTE_MS,
    findings,
    agents: agentsSaid({ verdicts: [aVerdict(verdict)] }),
    analysis: { expected: false, available: true, missing: undefined },
    permits: () => permission,
  });
  return { monitor, outcome, incident: outcome.incidents[0] };
}

const rows: readonly {
  readonly what: string;
  readonly floor: Severity;
  readonly verdict: Partial<Verdict>;
  readonly permission?: Permission;
  readonly severity: Severity;
  readonly reason: string;
  readonly note?: string;
}[] = [
  {
    what: 'raising is free',
    floor: 'SEV-3',
    verdict: { severity: 'SEV-1' },
    severity: 'SEV-1',
    reason: 'told worse',
    note: 'raised SEV-3 to SEV-1: customers notice',
  },
  {
    what: 'the floor confirmed',
    floor: 'SEV-2',
    verdict: { severity: 'SEV-2' },
    severity: 'SEV-2',
    reason: 'silent ongoing',
  },
  {
    what: 'lowering without a rule',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-3' },
    severity: 'SEV-1',
    reason: 'silent ongoing',
    note: 'refused: it quoted no rule',
  },
  {
    what: 'lowering by a rule that does not stand',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-3', rule: RULE },
    permission: { refusal: 'it stands in no file' },
    severity: 'SEV-1',
    reason: 'silent ongoing',
    note: 'refused: it stands in no file',
  },
  {
    what: 'lowering by a rule',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-3', rule: RULE },
    permission: { lowerTo: 'SEV-3' },
    severity: 'SEV-3',
    reason: 'silent ongoing',
    note: 'lowered from SEV-1 to SEV-3',
  },
  {
    what: 'lowering never goes below the SEV of the rule',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-4', rule: RULE },
    permission: { lowerTo: 'SEV-3' },
    severity: 'SEV-3',
    reason: 'silent ongoing',
  },
  {
    what: 'a rule whose SEV is above the floor lowers nothing',
    floor: 'SEV-2',
    verdict: { severity: 'SEV-4', rule: RULE },
    permission: { lowerTo: 'SEV-1' },
    severity: 'SEV-2',
    reason: 'silent ongoing',
  },
  {
    what: 'a permission to silence does not lower',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-4', rule: RULE },
    permission: { silence: true },
    severity: 'SEV-1',
    reason: 'silent ongoing',
    note: 'wanted SEV-4; refused',
  },
  {
    what: 'silence without a rule',
    floor: 'SEV-2',
    verdict: { notify: false },
    severity: 'SEV-2',
    reason: 'silent ongoing',
    note: 'wanted to notify nobody; refused: it quoted no rule',
  },
  {
    what: 'silence of a SEV-3 without a rule',
    floor: 'SEV-3',
    verdict: { severity: 'SEV-3', notify: false },
    severity: 'SEV-3',
    reason: 'silent ongoing',
    note: 'refused',
  },
  {
    what: 'silence by a rule',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-1', notify: false, rule: RULE },
    permission: { silence: true },
    severity: 'SEV-1',
    reason: 'silent quoted-rule',
  },
  {
    what: 'a permission to lower does not silence',
    floor: 'SEV-1',
    verdict: { severity: 'SEV-1', notify: false, rule: RULE },
    permission: { lowerTo: 'SEV-3' },
    severity: 'SEV-1',
    reason: 'silent ongoing',
    note: 'wanted to notify nobody; refused',
  },
  {
    what: 'a delay by a rule',
    floor: 'SEV-2',
    verdict: { notify: false, rule: RULE },
    permission: { delayMs: 30 * MINUTE_MS },
    severity: 'SEV-2',
    reason: 'silent quoted-rule',
  },
  {
    what: 'a delay that is over',
    floor: 'SEV-2',
    verdict: { notify: false, rule: RULE },
    permission: { delayMs: 2 * MINUTE_MS },
    severity: 'SEV-2',
    reason: 'silent ongoing',
  },
];

test.each(rows)('$what ($floor): $severity, $reason', ({ floor, verdict, permission, severity, reason, note }) => {
  const { outcome, incident } = judged(floor, verdict, permission);

  expect(incident?.severity).toBe(severity);
  expect(reasonsOf(outcome)).toEqual([reason]);
  const lines = outcome.notices.flatMap(({ content }) => (content.kind === 'card' ? content.card.stateLines : []));
  expect(lines.join('\n')).toContain(note ?? '');
});

test('a raised severity holds in later passes without agents', () => {
  const { monitor } = judged('SEV-3', { severity: 'SEV-1' });
  const patrol = monitor.pass({ nowMs: MORNING_MS + 5 * MINUTE_MS, findings: [aFinding({ floor: 'SEV-3' })] });

  expect(patrol.incidents).toMatchObject([{ severity: 'SEV-1' }]);
});

test('a silence ends when the passage no longer stands in the files in force', () => {
  const { monitor } = judged('SEV-1', { severity: 'SEV-1', notify: false, rule: RULE }, { silence: true });
  const edited = monitor.pass({
    nowMs: MORNING_MS + 5 * MINUTE_MS,
    findings: [aFinding({ floor: 'SEV-1' })],
    permits: () => ({ refusal: 'it stands in no file' }),
  });

  expect(cardOfOutcome(edited)).toMatchObject({ state: 'open' });
});

test('what a verdict took away ends when the incident grows beyond what was judged', () => {
  const { monitor } = judged('SEV-2', { severity: 'SEV-3', rule: RULE }, { lowerTo: 'SEV-3' });
  const grown = monitor.pass({
    nowMs: MORNING_MS + 5 * MINUTE_MS,
    findings: [aFinding({ floor: 'SEV-1', impact: 'critical' })],
    permits: () => ({ lowerTo: 'SEV-3' }),
  });

  expect(reasonsOf(grown)).toEqual(['told worse']);
  expect(grown.incidents).toMatchObject([{ severity: 'SEV-1' }]);
});

test('the channel of a verdict is asked for at the first message', () => {
  const monitor = aMonitor();
  const findings = [aFinding({ hold: { kind: 'possible-known-issue', text: 'x', file: 'CLAUDE.md', line: 1 } })];
  monitor.pass({ findings, analysis: { expected: true, available: true, missing: undefined } });
  const second = monitor.pass({
    pass: 2,
    findings,
    agents: agentsSaid({ verdicts: [aVerdict({ channel: '#payments' })] }),
  });

  expect(second.notices[0]?.channel).toBe('#payments');
});
