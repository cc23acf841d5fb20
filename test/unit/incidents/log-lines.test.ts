import { expect, test } from 'vitest';
import type { ContainerRun } from '../../../src/domain/container-run.ts';
import { logSource } from '../../../src/domain/container-run.ts';
import type { AssessedFinding } from '../../../src/domain/finding.ts';
import { runsToRead, withKnownLines, withLines } from '../../../src/incidents/log-lines.ts';
import { aFinding, aMonitor, MINUTE_MS, MORNING_MS } from './builders.ts';

const aRun = (over: Partial<ContainerRun> = {}): ContainerRun => ({
  namespace: 'payments',
  pod: 'api-1',
  container: 'api',
  previous: true,
  ...over,
});

const ENDED = 'Pod payments/api-1 status.containerStatuses[api].lastState.terminated';

/** A crash loop with how it ended, as the check states it. */
function aCrash(over: Partial<AssessedFinding> = {}, end = 'exitCode: 1, reason: Error'): AssessedFinding {
  const evidence = [
    { id: 'e1', source: ENDED, quote: end },
    { id: 'e2', source: 'Pod payments/api-1 status.containerStatuses[api].state.waiting', quote: 'CrashLoopBackOff' },
  ];
  return aFinding({ evidence, logOf: aRun(), ...over });
}

const LINES = new Map([[logSource(aRun()), { run: aRun(), line: 'panic: no ledger' }]]);

test('a line stands behind how the container ended, under a number of its own', () => {
  const other = aFinding({ id: 'f2', evidence: [{ id: 'e9', source: 'Node worker-1 status', quote: 'x' }] });

  const [crash, untouched] = withLines([aCrash(), other], LINES);

  expect(crash?.evidence.map(({ id, source, quote }) => [id, source, quote])).toEqual([
    ['e1', ENDED, 'exitCode: 1, reason: Error'],
    ['e10', 'k8s_logs payments/api-1 -c api --previous', 'panic: no ledger'],
    ['e2', expect.any(String), 'CrashLoopBackOff'],
  ]);
  expect(untouched).toBe(other);
});

test('what the kubelet has quoted already is not quoted twice', () => {
  const [crash] = withLines([aCrash({}, 'exitCode: 2, message: starting\npanic:  no ledger')], LINES);

  expect(crash?.evidence).toHaveLength(2);
});

test('a Job tells its condition and its end first', () => {
  const evidence = ['Job x status.conditions[Failed]', ENDED, 'Job x status', 'Job x spec'].map((source, at) => ({
    id: `e${at + 1}`,
    source,
    quote: `quote ${at}`,
  }));

  const [job] = withLines([aCrash({ evidence })], LINES);

  expect(job?.evidence.map(({ id }) => id)).toEqual(['e1', 'e2', 'e5', 'e3', 'e4']);
});

test('the first message reads; the next cycle keeps the line and does not', () => {
  const monitor = aMonitor();
  const first = monitor.pass({ findings: withLines([aCrash()], LINES) });
  const known = first.incidents;
  expect(runsToRead(first, [])).toEqual([aRun()]);

  const nowMs = MORNING_MS + 5 * MINUTE_MS;
  const findings = withKnownLines([aCrash({ title: 'container api restarts again and again (9 restarts)' })], known);
  const next = monitor.pass({ findings, nowMs });

  expect(findings[0]?.evidence.map(({ quote }) => quote)).toContain('panic: no ledger');
  // Its card is edited for the count alone.
  expect(next.notices.map(({ content }) => content.kind)).toContain('card');
  expect(runsToRead(next, known)).toEqual([]);
});

test.each([
  ['it ends in another way', aCrash({}, 'exitCode: 137, reason: Error')],
  ['another pod has the trouble', aCrash({ logOf: aRun({ pod: 'api-2' }) })],
  ['another container has it', aCrash({ logOf: aRun({ container: 'proxy' }) })],
])('%s: the old line goes and the log is read anew', (_, changed) => {
  const monitor = aMonitor();
  const { incidents: known } = monitor.pass({ findings: withLines([aCrash()], LINES) });

  const findings = withKnownLines([changed], known);
  const next = monitor.pass({ findings, nowMs: MORNING_MS + 5 * MINUTE_MS });

  expect(findings[0]?.evidence.map(({ quote }) => quote)).not.toContain('panic: no ledger');
  expect(runsToRead(next, known)).toEqual([changed.logOf]);
});

test('a cause that is told anew is read anew, and the fresh line takes the place of the old', () => {
  const monitor = aMonitor();
  const { incidents: known } = monitor.pass({ findings: withLines([aCrash()], LINES) });

  const worse = withKnownLines([aCrash({ floor: 'SEV-1', impact: 'critical' })], known);
  const next = monitor.pass({ findings: worse, nowMs: MORNING_MS + 5 * MINUTE_MS });
  const fresh = new Map([[logSource(aRun()), { run: aRun({ previous: false }), line: 'panic: out of luck' }]]);

  expect(runsToRead(next, known)).toEqual([aRun()]);
  expect(withLines(worse, fresh)[0]?.evidence.map(({ source, quote }) => [source, quote])).toEqual([
    [ENDED, 'exitCode: 1, reason: Error'],
    ['k8s_logs payments/api-1 -c api', 'panic: out of luck'],
    [expect.any(String), 'CrashLoopBackOff'],
  ]);
});

test('what nobody is told is not read', () => {
  const held = aCrash({ hold: { kind: 'known-issue', text: 'api restarts on Mondays', file: 'CLAUDE.md', line: 3 } });
  const minor = aCrash({ floor: 'SEV-4' });

  for (const finding of [held, minor]) expect(runsToRead(aMonitor().pass({ findings: [finding] }), [])).toEqual([]);
});

test('the most severe first, then what leads each card; one log is read once', () => {
  const pod = (name: string, over: Partial<AssessedFinding>) =>
    aCrash({ owner: { kind: 'Deployment', namespace: 'payments', name }, logOf: aRun({ pod: `${name}-1` }), ...over });
  const findings = [
    pod('minor', { id: 'f1', floor: 'SEV-3' }),
    pod('major', { id: 'f2', floor: 'SEV-2' }),
    pod('major', { id: 'f3', floor: 'SEV-2', reason: 'OOMKilled', check: 'oom-kill' }),
    pod('major', { id: 'f4', floor: 'SEV-2', reason: 'ProbeFailing', logOf: aRun({ pod: 'major-2' }) }),
    pod('worst', { id: 'f5', floor: 'SEV-1' }),
    pod('other', { id: 'f6', floor: 'SEV-2', onsetAtMs: MORNING_MS - 9 * MINUTE_MS }),
  ];

  const runs = runsToRead(aMonitor().pass({ findings }), []);

  expect(runs.map((run) => run.pod)).toEqual(['worst-1', 'other-1', 'major-1', 'major-2', 'minor-1']);
});
