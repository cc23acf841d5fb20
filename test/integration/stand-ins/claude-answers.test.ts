import Anthropic from '@anthropic-ai/sdk';
import { expect, test } from 'vitest';
import type { Turn } from '../../../src/demo/stand-ins/claude-turn.ts';
import { startClaudeStandIn, type ClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import { promptText } from '../../../src/demo/stand-ins/claude-request.ts';

const ASK = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'what is broken?' }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;
const TOOLS: Anthropic.Tool[] = [{ name: 'k8s_get', input_schema: { type: 'object' } }];
const clientOf = (claude: ClaudeStandIn) =>
  new Anthropic({ baseURL: claude.url, apiKey: claude.apiKey, maxRetries: 0 });

const FULL: Turn = {
  thinking: ['first thought', 'second thought'],
  text: 'Looking at the pods — ünïcödé 🚀 and a line\nbreak, long enough to be cut into several fragments.',
  toolCalls: [
    { name: 'k8s_get', input: { kind: 'Pod', namespace: 'payments' } },
    { name: 'k8s_get', input: {} },
  ],
};

test('the same turn gives the same message streamed and not streamed', async () => {
  await using claude = await startClaudeStandIn({ script: [FULL, FULL] });
  const client = clientOf(claude);

  const whole = await client.messages.create({ ...ASK, tools: TOOLS });
  const streamed = await client.messages.stream({ ...ASK, tools: TOOLS }).finalMessage();

  const comparable = (message: Anthropic.Message) => ({
    ...message,
    id: '',
    parsed_output: null,
    content: message.content.map((block) => ({ ...block, id: '', signature: '' })),
  });
  expect(comparable(streamed)).toEqual(comparable(whole));
  expect(whole.content.map((block) => block.type)).toEqual(['thinking', 'thinking', 'text', 'tool_use', 'tool_use']);
  expect(whole.stop_reason).toBe('tool_use');
  expect(whole._request_id).toMatch(/^req_/);
  expect(claude.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v1/messages',
    'POST /v1/messages',
  ]);
  expect(claude.violations).toEqual([]);
});

test.each([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const)('a turn can stop with %s', async (stopReason) => {
  const turn: Turn = { text: 'so far', stopReason, refusalCategory: 'cyber', stopSequence: 'END' };
  await using claude = await startClaudeStandIn({ script: [turn, turn] });
  const client = clientOf(claude);

  const whole = await client.messages.create(ASK);
  const streamed = await client.messages.stream(ASK).finalMessage();

  expect(whole.stop_reason).toBe(stopReason);
  expect(streamed.stop_reason).toBe(stopReason);
  expect(streamed.stop_details?.category).toBe(stopReason === 'refusal' ? 'cyber' : undefined);
});

test('a paused turn may be continued by sending it back as it is', async () => {
  await using claude = await startClaudeStandIn({
    script: [{ text: 'still working', stopReason: 'pause_turn' }, { text: 'done' }],
  });
  const client = clientOf(claude);
  const paused = await client.messages.create(ASK);

  const continued = await client.messages.create({
    ...ASK,
    messages: [...ASK.messages, { role: 'assistant', content: paused.content }],
  });

  expect(continued.stop_reason).toBe('end_turn');
});

test('a script decides by what it received, at the last hop', async () => {
  await using claude = await startClaudeStandIn({
    script: (request) => (promptText(request).includes('broken') ? { text: 'the checkout' } : undefined),
  });

  const answer = await clientOf(claude).messages.create(ASK);

  expect(answer.content).toEqual([{ type: 'text', text: 'the checkout', citations: null }]);
  expect(claude.messages[0]?.messages[0]?.content).toBe('what is broken?');
});

test('a repeated prefix with a mark is written once, then read, until five idle minutes have passed', async () => {
  let nowMs = 0;
  await using claude = await startClaudeStandIn({ script: () => ({ text: 'ok' }), now: () => nowMs });
  const client = clientOf(claude);
  const system = [
    { type: 'text' as const, text: 'stable words '.repeat(600), cache_control: { type: 'ephemeral' as const } },
  ];
  const usageOf = async (content: string, model: string = ASK.model) =>
    (await client.messages.create({ ...ASK, model, system, messages: [{ role: 'user', content }] })).usage;

  const first = await usageOf('one');
  const second = await usageOf('two');
  const otherModel = await usageOf('one', 'claude-haiku-5-5');
  nowMs += 4 * 60_000;
  const refreshed = await usageOf('three');
  nowMs += 5 * 60_000 + 1;
  const expired = await usageOf('four');

  const written = first.cache_creation_input_tokens;
  expect(written).toBeGreaterThan(2000);
  expect(first).toMatchObject({ cache_read_input_tokens: 0 });
  expect(second).toMatchObject({ cache_read_input_tokens: written, cache_creation_input_tokens: 0 });
  expect(second.input_tokens).toBeLessThan(50);
  expect(otherModel).toMatchObject({ cache_read_input_tokens: 0 });
  expect(refreshed).toMatchObject({ cache_read_input_tokens: written });
  expect(expired).toMatchObject({ cache_read_input_tokens: 0, cache_creation_input_tokens: written });
});

test('a conversation that grows reads what its last turn wrote', async () => {
  await using claude = await startClaudeStandIn({ script: () => ({ text: 'ok' }) });
  const client = clientOf(claude);
  const long = 'log line\n'.repeat(1000);
  const turns = (count: number): Anthropic.MessageParam[] =>
    Array.from({ length: count }, (_, index) => ({
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `${index} ${long}`,
    }));
  const cached = { ...ASK, cache_control: { type: 'ephemeral' as const } };

  const first = await client.messages.create({ ...cached, messages: turns(1) });
  const third = await client.messages.create({ ...cached, messages: turns(3) });

  expect(third.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
  expect(third.usage.input_tokens).toBe(0);
});

test('an unmarked or too short prompt is not cached', async () => {
  await using claude = await startClaudeStandIn({ script: () => ({ text: 'ok' }) });
  const client = clientOf(claude);
  const short = { ...ASK, cache_control: { type: 'ephemeral' as const } };

  await client.messages.create(short);
  const again = await client.messages.create(short);

  expect(again.usage).toMatchObject({ cache_read_input_tokens: 0, cache_creation_input_tokens: 0 });
});

test('the script can set single counts of the usage', async () => {
  await using claude = await startClaudeStandIn({ script: [{ text: 'ok', usage: { input_tokens: 90_000 } }] });

  const { usage } = await clientOf(claude).messages.create(ASK);

  expect(usage.input_tokens).toBe(90_000);
  expect(usage.output_tokens).toBeGreaterThan(0);
});

test('counts tokens as the answer would be billed, and refuses alike', async () => {
  await using claude = await startClaudeStandIn({ script: [{ text: 'ok' }] });
  const client = clientOf(claude);
  const { max_tokens: _, ...prompt } = ASK;

  const counted = await client.messages.countTokens(prompt);
  const answered = await client.messages.create(ASK);

  expect(counted.input_tokens).toBe(answered.usage.input_tokens);
  await expect(client.messages.countTokens({ ...prompt, model: 'claude-9' })).rejects.toThrow(/model: claude-9/);
});

test('describes a model and does not know another', async () => {
  await using claude = await startClaudeStandIn();
  const client = clientOf(claude);

  const opus = await client.models.retrieve('claude-opus-5-5');

  expect(opus).toMatchObject({ id: 'claude-opus-5-5', line: 'opus', lifecycle: 'active', max_tokens: 128_000 });
  expect(opus.capabilities?.thinking.types.disabled.supported).toBe(false);
  await expect(client.models.retrieve('claude-opus-9')).rejects.toMatchObject({ status: 404 });
});
