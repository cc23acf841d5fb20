import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ClaudePrompt } from '../../../src/demo/stand-ins/claude-request.ts';
import { estimateTokens } from '../../../src/model/prices.ts';
import { CONFIG, oneIncidentState, quietState, startSmallCluster } from '../../../tools/bench/small-cluster.ts';
import { folderOf, validated } from './run-validate.ts';

/** What validate says of tokens and prices is what the monitor sends and pays. */
const AGENTS = join(import.meta.dirname, '..', '..', '..', 'agents');
const shipped = (name: string): string => readFileSync(join(AGENTS, name), 'utf8');
const NAMES = ['CLAUDE.md', 'escalation-manager.md', 'github-reviewer.md', 'k8s-analyzer.md', 'slack-notifier.md'];

async function estimated(changes: Readonly<Record<string, string | undefined>> = {}) {
  const files = {
    ...Object.fromEntries(NAMES.map((name) => [name, shipped(name)])),
    'config.yaml': CONFIG,
    ...changes,
  };
  using folder = folderOf(
    Object.fromEntries(Object.entries(files).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))),
  );
  return await validated([folder.path]);
}

/** Who is spoken to, and the tokens of tools and system as they left. */
function stableTokensOf({ tools = [], system }: ClaudePrompt): readonly [agent: string, tokens: number] {
  const texts = typeof system === 'string' ? [system] : (system ?? []).map(({ text }) => text);
  const sent = tools.map(({ name, description, input_schema: inputSchema, strict = false }) => ({
    name,
    description,
    inputSchema,
    strict,
  }));
  const [, agent = ''] = /^You are (?:the )?([\w-]+)/.exec(texts[0] ?? '') ?? [];
  return [agent, estimateTokens(JSON.stringify([sent, texts, []]))];
}

test('a quiet cycle: the prompts are those that the model receives, the price is that of the cycle', async () => {
  await using small = await startSmallCluster({ state: quietState });
  const { report } = await small.monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
  const sent = new Map(small.claude.messages.map(stableTokensOf));
  const { prompts, quietCycle } = await estimated();

  expect([...sent.keys()]).toEqual(['orchestrator', 'k8s-analyzer']);
  for (const [agent, tokens] of sent) expect(prompts).toContainEqual(expect.objectContaining({ agent, tokens }));
  const models = new Map(report.agents.map(({ name, model }) => [name, model]));
  expect(quietCycle?.agents.map(({ agent, model }) => [agent, model])).toEqual(
    ['orchestrator', 'k8s-analyzer'].map((name) => [name, models.get(name)]),
  );
  expect(quietCycle?.notCalled.map(({ name }) => name).toSorted()).toEqual(
    report.notCalled.map(({ name }) => name).toSorted(),
  );
  expect(quietCycle?.costUsd).toBeLessThanOrEqual(0.005);
  expect((quietCycle?.costUsd ?? 0) / report.usage.costUsd).toBeGreaterThan(0.7);
  expect((quietCycle?.costUsd ?? 0) / report.usage.costUsd).toBeLessThan(2);
});

test('with an incident every agent is sent what was counted, and the sections of CLAUDE.md about the incident', async () => {
  await using small = await startSmallCluster({ state: oneIncidentState });
  await small.monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
  const sent = new Map(small.claude.messages.map(stableTokensOf));
  const { prompts } = await estimated();

  expect([...sent.keys()].toSorted()).toEqual(prompts.map(({ agent }) => agent).toSorted());
  for (const { agent, tokens } of prompts) {
    const more = (sent.get(agent) ?? 0) - tokens;
    expect(more, agent).toBeGreaterThanOrEqual(0);
    expect(more, agent).toBeLessThan(estimateTokens(shipped('CLAUDE.md')));
  }
});

const CHECK = `${shipped('k8s-analyzer.md')}\n\`kubectl get ingresses -o json | jq '.items[] | select(.status.loadBalancer == {})'\`\n`;

test.each([
  { what: 'one more check in Markdown', changes: { 'k8s-analyzer.md': CHECK }, becomes: 'dearer' },
  {
    what: 'a longer guide',
    changes: { 'CLAUDE.md': `${shipped('CLAUDE.md')}\n${'More to read. '.repeat(500)}` },
    becomes: 'dearer',
  },
  {
    what: 'a dearer quiet model',
    changes: { 'config.yaml': `${CONFIG}llm:\n  quiet_model: sonnet\n` },
    becomes: 'dearer',
  },
  {
    what: 'an analyzer that waits for findings',
    changes: {
      'k8s-analyzer.md': shipped('k8s-analyzer.md').replace('role: analyzer', 'role: analyzer\nwhen: findings'),
    },
    becomes: 'cheaper',
  },
  { what: 'no orchestrator', changes: { 'CLAUDE.md': undefined }, becomes: 'cheaper' },
  {
    what: 'a longer escalation agent, which a quiet cycle does not ask',
    changes: { 'escalation-manager.md': `${shipped('escalation-manager.md')}\n${'More. '.repeat(500)}` },
    becomes: 'the same',
  },
])('$what: $becomes', async ({ changes, becomes }) => {
  const [before, after] = [await estimated(), await estimated(changes)].map(
    ({ quietCycle }) => quietCycle?.costUsd ?? 0,
  );
  const difference = (after ?? 0) - (before ?? 0);

  expect(before).toBeGreaterThan(0);
  expect(difference > 0 ? 'dearer' : difference < 0 ? 'cheaper' : 'the same').toBe(becomes);
});

test('no model is asked: no price; a model without a list price says so', async () => {
  expect((await estimated({ 'config.yaml': 'llm:\n  provider: none\n' })).quietCycle).toBeNull();

  const { quietCycle, prompts } = await estimated({
    'config.yaml': 'llm:\n  provider: openai\n  model: gpt-9\n',
  });
  expect(new Set(prompts.map(({ model }) => model))).toContain('gpt-9');
  expect(quietCycle?.agents.map(({ listPrice }) => listPrice)).toEqual([false, false]);
});

test('each file of Markdown has its tokens, and nothing else has', async () => {
  const { files } = await estimated();

  for (const { name, tokens } of files)
    expect([name, tokens]).toEqual([name, name.endsWith('.md') ? estimateTokens(shipped(name)) : undefined]);
});
