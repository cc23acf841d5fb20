import { expect, test } from 'vitest';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import type { ModelMessage } from '../../../src/domain/model.ts';
import { aRequest, modelAgainst } from './setup.ts';

const LONG = 'You watch a cluster and say only what you can prove. '.repeat(120);

test('a conversation with thinking and tools goes back and forth unchanged, and its beginning is read from the cache', async () => {
  await using claude = await startClaudeStandIn({
    script: [
      { thinking: 'First the pods.', toolCalls: [{ name: 'k8s_get', input: { kind: 'Pod' } }] },
      {
        thinking: ['Now', 'the events.'],
        text: 'Looking further.',
        toolCalls: [
          { name: 'k8s_get', input: 'not an object' },
          { name: 'k8s_get', input: { kind: 'Event' } },
        ],
      },
      { text: 'Done.' },
    ],
  });
  const { call } = modelAgainst(claude, { settings: { maxTokensPerRequest: 1_500 } });
  const messages: ModelMessage[] = [{ role: 'user', text: 'Look at payments.' }];
  const usages = [];
  for (;;) {
    const reply = await call(
      aRequest({
        model: 'claude-sonnet-5-5',
        system: [LONG, 'Role: analyzer.'],
        messages: [...messages],
        effort: 'low',
      }),
    );
    usages.push(reply.usage);
    messages.push({ role: 'assistant', blocks: reply.blocks });
    if (reply.stopReason !== 'tool_use') break;
    const results = reply.blocks.flatMap((block) =>
      block.type === 'tool-call' ? [{ id: block.id, text: '', isError: false }] : [],
    );
    messages.push({ role: 'tool-results', results, text: 'Report when you can.' });
  }
  expect(claude.violations).toEqual([]);
  expect(usages).toHaveLength(3);
  expect(usages[0]).toMatchObject({ cacheReadTokens: 0, calls: 1 });
  expect(usages[0]?.cacheWriteTokens).toBeGreaterThan(1_000);
  expect(usages[1]?.cacheReadTokens).toBeGreaterThan(1_000);
  expect(usages[2]?.cacheReadTokens).toBeGreaterThan(usages[1]?.cacheReadTokens ?? Infinity);
  expect(usages[2]?.costUsd).toBeLessThan(usages[0]?.costUsd ?? 0);

  const [first] = claude.messages;
  expect(first).toMatchObject({ max_tokens: 1_500, stream: true, output_config: { effort: 'low' } });
  expect(first).not.toHaveProperty('temperature');
  expect(first).not.toHaveProperty('tool_choice');
  expect(first?.tools?.at(-1)?.cache_control).toEqual({ type: 'ephemeral' });
});

test('strict tools are marked strict, the others are not', async () => {
  await using claude = await startClaudeStandIn({ script: [{ text: 'ok' }] });
  const { call } = modelAgainst(claude);
  const [tool] = aRequest().tools;
  if (tool === undefined) throw new Error('the request has a tool');
  await call(aRequest({ tools: [tool, { ...tool, name: 'report', strict: true }] }));
  expect(claude.messages[0]?.tools).toMatchObject([{ name: 'k8s_get' }, { name: 'report', strict: true }]);
  expect(claude.messages[0]?.tools?.[0]).not.toHaveProperty('strict');
});

test('effort stays away from models that do not have it', async () => {
  await using claude = await startClaudeStandIn({ script: () => ({ text: 'ok' }) });
  const { call } = modelAgainst(claude);
  await call(aRequest({ model: 'claude-sonnet-4-5', effort: 'high' }));
  await call(aRequest({ effort: 'extreme' }));
  expect(claude.violations).toEqual([]);
  expect(claude.messages.map((message) => message.output_config)).toEqual([undefined, undefined]);
});
