import { expect, test } from 'vitest';
import { LIMITS } from '../../../src/agents/input.ts';
import { overloaded, spendLimit } from '../../../src/demo/stand-ins/claude-turn.ts';
import {
  agents,
  analyzed,
  ASK_GITHUB,
  byRole,
  DECIDED,
  definitions,
  dispatch,
  ENTRY,
  EVERY_ROLE,
  FINISH,
  LOOK,
  logs,
  roleOf,
  runAgainst,
  userText,
} from './setup.ts';

test('an agent without a report is told so once and then reports', async () => {
  const { outcome, messages, violations } = await runAgainst(
    byRole({
      ...EVERY_ROLE,
      finish: [FINISH],
      report_findings: [LOOK, { thinking: 'Done.', text: 'The database is down.' }, analyzed()],
    }),
  );
  expect(violations).toEqual([]);
  expect(outcome.analyses).toHaveLength(1);
  expect(userText(messages.findLast((message) => roleOf(message) === 'report_findings'))).toContain(
    'Call report_findings now.',
  );
});

test('a run without a report is a failed run, never "nothing found"', async () => {
  const { outcome } = await runAgainst(
    byRole({ ...EVERY_ROLE, finish: [FINISH], report_findings: [{ text: 'All healthy.' }, { text: 'As I said.' }] }),
  );
  expect(outcome.missing).toBe('k8s-analyzer: ended without calling report_findings');
  expect(outcome.runs).toContainEqual(expect.objectContaining({ name: 'k8s-analyzer', status: 'failed' }));
  expect(outcome.analyses).toEqual([]);
  expect(outcome.verdicts).toHaveLength(1);
});

test('a citation that does not hold is taken away, and the confidence with it', async () => {
  const invented = {
    ...ENTRY,
    evidence: [
      { id: 'e2', quote: 'OutOfMemory: killed process 1' },
      { id: 'e77', quote: 'connection refused' },
    ],
  };
  const { outcome } = await runAgainst(
    byRole({ ...EVERY_ROLE, finish: [FINISH], report_findings: [LOOK, analyzed([invented])] }),
  );
  expect(outcome.analyses).toMatchObject([{ confidence: 'Inconclusive', evidence: [] }]);
});

test('a report about a finding that does not exist is sent back', async () => {
  const { outcome, messages } = await runAgainst(
    byRole({
      ...EVERY_ROLE,
      finish: [FINISH],
      report_findings: [LOOK, analyzed([{ ...ENTRY, finding: 'f7' }]), analyzed()],
    }),
  );
  expect(userText(messages.findLast((message) => roleOf(message) === 'report_findings'))).toContain(
    'there is no finding f7. There are: f1.',
  );
  expect(outcome.analyses).toHaveLength(1);
});

test('a dispatch that makes no sense is answered, not obeyed', async () => {
  const { outcome, messages } = await runAgainst(
    byRole({
      ...EVERY_ROLE,
      finish: [{ toolCalls: [dispatch('k8s-analyser'), dispatch('k8s-analyzer', ['f9'])] }, FINISH],
    }),
  );
  const answers = userText(messages.findLast((message) => roleOf(message) === 'finish'));
  expect(answers).toContain('there is no agent k8s-analyser; there are: k8s-analyzer,');
  expect(answers).toContain('there is no finding f9');
  expect(outcome.missing).toBeUndefined();
});

test('a tool that fails is known to the agent and to the report, and the cycle goes on', async () => {
  const { outcome, messages } = await runAgainst(byRole({ ...EVERY_ROLE, finish: [FINISH] }), {
    tools: [{ ...logs, run: () => Promise.reject(new TypeError('fetch failed: 10.0.0.9')) }],
  });
  expect(userText(messages.findLast((message) => roleOf(message) === 'report_findings'))).toContain('The tool failed.');
  expect(outcome.runs.find(({ name }) => name === 'k8s-analyzer')?.toolCalls).toMatchObject([{ isError: true }]);
});

test('a model that hangs is given up within bounds, and the outcome says so', async () => {
  const startedAtMs = Date.now();
  const { outcome, messages } = await runAgainst(
    () => ({ fault: { kind: 'hang' } }),
    {},
    { headersMs: 100, settings: { maxRetries: 1 } },
  );
  expect(Date.now() - startedAtMs).toBeLessThan(3_000);
  expect(outcome.missing).toContain('no answer of the Claude API within 100 ms');
  expect(outcome).toMatchObject({ analyses: [], verdicts: [], words: [] });
  // Each of the two models is tried by one agent, then nobody else waits for it.
  expect(messages.length).toBeLessThanOrEqual(4);
  expect(outcome.notCalled.map(({ name, reason }) => `${name}: ${reason.split(' did')[0] ?? ''}`)).toEqual([
    'github-reviewer: claude-sonnet-5-5',
    'escalation-manager: claude-haiku-5-5',
    'slack-notifier: claude-haiku-5-5',
  ]);
});

test('all agents together have a deadline', async () => {
  const { outcome } = await runAgainst(
    (request) => (roleOf(request) === 'finish' ? FINISH : { ...LOOK, fault: { kind: 'hang' } }),
    { limits: { ...LIMITS, totalMs: 300 } },
  );
  expect(outcome.missing).toBe('k8s-analyzer: the agents had 0.3 s');
  expect(outcome.notCalled).toContainEqual({ name: 'escalation-manager', reason: 'the time for agents is over' });
});

test('a cycle that is stopped ends its agents', async () => {
  const stop = new AbortController();
  const { outcome } = await runAgainst(
    (request) => {
      if (roleOf(request) !== 'finish') stop.abort();
      return roleOf(request) === 'finish' ? FINISH : { fault: { kind: 'hang' } };
    },
    { signal: stop.signal },
  );
  expect(outcome.missing).toMatch(/^k8s-analyzer: stopped/);
});

test('a spend stop in the middle keeps what was achieved and calls nobody else', async () => {
  const { outcome, messages } = await runAgainst(
    byRole({ ...EVERY_ROLE, finish: [FINISH], report_correlation: [ASK_GITHUB, { fault: spendLimit('monthly') }] }),
  );
  expect(outcome.analyses).toHaveLength(1);
  expect(outcome.missing).toMatch(/^github-reviewer: the Claude account has reached its spend limit/);
  expect(outcome.notCalled.map(({ name }) => name)).toEqual(['escalation-manager', 'slack-notifier']);
  expect(messages.filter((message) => roleOf(message) === 'decide')).toEqual([]);
});

test('a budget of the cycle that is spent ends in checks alone', async () => {
  const { outcome, messages } = await runAgainst(
    byRole({ ...EVERY_ROLE, finish: [FINISH] }),
    {},
    { settings: { perCycleUsd: 0.000_1 } },
  );
  expect(outcome.missing).toMatch(/the model budget of the cycle is spent/);
  expect(messages).toEqual([]);
});

test('an overloaded model is asked again, and the run goes on', async () => {
  let refused = 0;
  const { outcome } = await runAgainst(
    (request) => {
      if (roleOf(request) === 'decide' && refused < 2) {
        refused += 1;
        return { ...DECIDED, fault: overloaded() };
      }
      return byRole({ ...EVERY_ROLE, finish: [FINISH] })(request);
    },
    {},
    { settings: { maxRetries: 3 } },
  );
  expect(outcome.missing).toBeUndefined();
  expect(outcome.verdicts).toHaveLength(1);
});

test('each agent keeps to the limits of its file', async () => {
  const [analyzer, ...rest] = agents;
  if (analyzer === undefined) throw new Error('there is an analyzer');
  const limited = { ...analyzer, maxTurns: 2, maxTokens: 777, model: 'claude-opus-5-5', effort: 'low' };
  const { outcome, messages } = await runAgainst(
    byRole({ ...EVERY_ROLE, finish: [FINISH], report_findings: [LOOK, LOOK, LOOK] }),
    { definitions: definitions({ agents: [limited, ...rest] }) },
  );
  const sent = messages.filter((message) => roleOf(message) === 'report_findings');
  expect(sent).toHaveLength(2);
  expect(sent[0]).toMatchObject({ model: 'claude-opus-5-5', max_tokens: 777, output_config: { effort: 'low' } });
  expect(outcome.missing).toBe('k8s-analyzer: no report within 2 turns');
});
