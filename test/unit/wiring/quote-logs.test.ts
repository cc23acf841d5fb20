import { expect, test } from 'vitest';
import type { ReadLog } from '../../../src/container-logs/read-lines.ts';
import { MonitorError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';
import { createReadLog, decideWithLogs, LOG_LIMITS } from '../../../src/wiring/quote-logs.ts';
import { aDecisionInput, aFinding, agentsSaid, reasonsOf } from '../incidents/builders.ts';

const parts = (readLog: ReadLog) => ({ readLog, redact: (text: string) => text, limits: LOG_LIMITS, log: silentLog });

const crash = (name: string, id: string) =>
  aFinding({
    id,
    owner: { kind: 'Deployment', namespace: 'payments', name },
    logOf: { namespace: 'payments', pod: `${name}-1`, container: 'app', previous: true },
  });
const FINDINGS = [crash('api', 'f1'), crash('search', 'f2')];

test('the decision is the same with and without logs, and so are the incidents that it opens', async () => {
  let numbers = 0;
  const input = () => aDecisionInput({ findings: FINDINGS, nextIncidentId: () => `INC-${(numbers += 1)}` });

  const spoken = await decideWithLogs(
    input(),
    parts(({ pod }) => Promise.resolve(`panic: ${pod}`)),
  );
  const silent = await decideWithLogs(
    input(),
    parts(() => Promise.reject(new MonitorError('CLUSTER_UNREACHABLE', 'no connection'))),
  );

  expect(spoken.outcome.incidents.map(({ id }) => id)).toEqual(['INC-1', 'INC-2']);
  expect(silent.outcome.incidents.map(({ id }) => id)).toEqual(['INC-3', 'INC-4']);
  expect(reasonsOf(spoken.outcome)).toEqual(reasonsOf(silent.outcome));
  expect(JSON.stringify(spoken.outcome.notices)).toContain('panic: search-1');
  expect(spoken.logs).toEqual({ requests: 2, notes: [] });
  expect(spoken.findings.map(({ evidence }) => evidence.at(-1)?.quote)).toEqual(['panic: api-1', 'panic: search-1']);
  expect(JSON.stringify(silent.outcome.notices)).not.toContain('k8s_logs');
  expect(silent.logs?.notes).toHaveLength(2);
});

test('the incident as it is stored holds the line, so that the next cycle need not ask', async () => {
  const first = await decideWithLogs(
    aDecisionInput({ findings: FINDINGS }),
    parts(() => Promise.resolve('panic: x')),
  );
  const nobodyAsks: ReadLog = () => Promise.reject(new Error('asked'));

  const next = await decideWithLogs(
    aDecisionInput({ findings: FINDINGS, known: first.outcome.changed, nowMs: aDecisionInput().nowMs + 300_000 }),
    parts(nobodyAsks),
  );

  expect(next.logs).toBeUndefined();
  expect(next.findings.map(({ evidence }) => evidence.at(-1)?.quote)).toEqual(['panic: x', 'panic: x']);
});

test.each([
  ['a cycle that found nothing', aDecisionInput()],
  ['the pass after the agents', aDecisionInput({ pass: 2, findings: FINDINGS, agents: agentsSaid() })],
  ['a finding that no container can explain', aDecisionInput({ findings: [aFinding()] })],
])('%s reads no log', async (_, input) => {
  const { logs } = await decideWithLogs(
    input,
    parts(() => Promise.reject(new Error('asked'))),
  );

  expect(logs).toBeUndefined();
});

test('a log is asked for once, by its end, within bounds', async () => {
  const asked: unknown[] = [];
  const readLog = createReadLog({
    logs: (pod, options) => {
      asked.push([pod, options]);
      return Promise.resolve('');
    },
  });

  await readLog({ namespace: 'shop', pod: 'api-1', container: 'app', previous: true }, new AbortController().signal);

  expect(asked).toEqual([
    [
      { namespace: 'shop', name: 'api-1', container: 'app' },
      { previous: true, tailLines: 400, maxBytes: 1024 * 1024, tries: 1 },
    ],
  ]);
});
