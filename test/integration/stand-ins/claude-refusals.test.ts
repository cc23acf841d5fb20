import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { expect, test } from 'vitest';
import { claudeModels } from '../../../src/demo/stand-ins/claude-models.ts';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';

type Params = Anthropic.MessageCreateParamsNonStreaming;

const ASK: Params = { model: 'claude-haiku-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };
const TOOL: Anthropic.Tool = { name: 'k8s_get', input_schema: { type: 'object', properties: {} } };
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'k8s_get', input: {} } as const;
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' } as const;
const strict = (schema: object): Params => ({
  ...ASK,
  tools: [{ name: 'report', strict: true, input_schema: { type: 'object', additionalProperties: false, ...schema } }],
});
const user = (content: Anthropic.MessageParam['content']): Anthropic.MessageParam => ({ role: 'user', content });
const assistant = (content: Anthropic.MessageParam['content']): Anthropic.MessageParam => ({
  role: 'assistant',
  content,
});
const marked = (text: string, ttl: '5m' | '1h' = '5m') =>
  ({ type: 'text', text, cache_control: { type: 'ephemeral', ttl } }) as const;

async function refusalOf(params: object, apiKey?: string): Promise<APIError> {
  await using claude = await startClaudeStandIn({
    models: claudeModels.map((model) => ({ ...model, maxInputTokens: 2000 })),
    script: () => ({ text: 'accepted' }),
  });
  // With a timeout of its own the client leaves the judgement of max_tokens to the service.
  const client = new Anthropic({
    baseURL: claude.url,
    apiKey: apiKey ?? claude.apiKey,
    maxRetries: 0,
    timeout: 10_000,
    logLevel: 'off',
  });

  const failure = await client.messages.create({ ...ASK, ...params }).catch((error: unknown) => error);

  if (!(failure instanceof APIError)) throw new Error(`not refused: ${JSON.stringify(failure)}`);
  expect(claude.violations).toEqual([
    { path: '/v1/messages', status: failure.status, type: failure.type, message: failure.apiMessage },
  ]);
  return failure;
}

test.each<[what: string, params: object, message: RegExp]>([
  ['an empty text', { messages: [user([{ type: 'text', text: '' }])] }, /must be non-empty/],
  ['a blank text', { messages: [user([{ type: 'text', text: ' \n' }])] }, /non-whitespace/],
  ['an empty system block', { system: [{ type: 'text', text: '' }] }, /system: .*non-empty/],
  ['an empty user message', { messages: [user([])] }, /messages.0: user messages must have non-empty content/],
  ['an empty string as content', { messages: [user('')] }, /non-empty content/],
  ['no message at all', { messages: [] }, /^messages: /],
  ['an assistant message first', { messages: [assistant('hi'), user('hello')] }, /first message/],
  ['a prefilled answer', { messages: [user('hello'), assistant('The answer is')] }, /prefill/],
  ['a tool call without its result', { messages: [user('a'), assistant([CALL]), user('b')] }, /without `tool_result`/],
  ['a tool call at the very end', { messages: [user('a'), assistant([CALL])], model: 'claude-sonnet-4-5' }, /without/],
  ['a result without its call', { messages: [user([RESULT])] }, /unexpected `tool_use_id`/],
  [
    'a result that comes a turn too late',
    { messages: [user('a'), assistant([CALL]), user([RESULT]), assistant('ok'), user([RESULT])] },
    /unexpected `tool_use_id`/,
  ],
  [
    'a result after other content',
    { messages: [user('a'), assistant([CALL]), user([{ type: 'text', text: 'note' }, RESULT])] },
    /without `tool_result` blocks immediately after: toolu_1/,
  ],
  ['two results of one call', { messages: [user('a'), assistant([CALL]), user([RESULT, RESULT])] }, /single result/],
  [
    'a call id used twice',
    { messages: [user('a'), assistant([CALL]), user([RESULT]), assistant([CALL]), user([RESULT])] },
    /ids must be unique/,
  ],
  ['a tool call in a user message', { messages: [user([CALL])] }, /only be in `assistant`/],
  ['a tool with a dot in its name', { tools: [{ ...TOOL, name: 'k8s.get' }] }, /tools.0.custom.name/],
  ['a tool with a name of 129 characters', { tools: [{ ...TOOL, name: 'a'.repeat(129) }] }, /tools.0.custom.name/],
  ['two tools of one name', { tools: [TOOL, TOOL] }, /Tool names must be unique/],
  ['a tool schema that is no object', { tools: [{ ...TOOL, input_schema: { type: 'string' } }] }, /input_schema.type/],
  ['a tool schema without a type', { tools: [{ ...TOOL, input_schema: {} }] }, /input_schema.type: Field required/],
  ['a tool without a schema', { tools: [{ name: 'k8s_get' }] }, /tools.0.input_schema: Field required/],
  ['a union as tool schema', { tools: [{ ...TOOL, input_schema: { type: 'object', anyOf: [] } }] }, /top level/],
  ['an open strict schema', { tools: [{ ...TOOL, strict: true }] }, /'additionalProperties'/],
  [
    'an open object inside a strict schema',
    strict({ properties: { object: { type: 'object', properties: {} } }, required: ['object'] }),
    /properties.object: .*'additionalProperties'/,
  ],
  ['a bound in a strict schema', strict({ properties: { n: { type: 'number', minimum: 0 } } }), /'minimum'/],
  ['a length in a strict schema', strict({ properties: { s: { type: 'string', maxLength: 9 } } }), /'maxLength'/],
  [
    'a bound inside the items of a strict schema',
    strict({ properties: { list: { type: 'array', items: { type: 'string', minLength: 1 } } } }),
    /'minLength'/,
  ],
  ['maxItems in a strict schema', strict({ properties: { s: { type: 'array', maxItems: 9 } } }), /'maxItems'/],
  ['minItems 2 in a strict schema', strict({ properties: { s: { type: 'array', minItems: 2 } } }), /'minItems'/],
  ['oneOf in a strict schema', strict({ properties: { s: { oneOf: [{ type: 'string' }] } } }), /'oneOf'/],
  ['objects in a strict enum', strict({ properties: { s: { enum: [{ a: 1 }] } } }), /enum values/],
  ['an unknown format in a strict schema', strict({ properties: { s: { type: 'string', format: 'cron' } } }), /format/],
  ['a required name that is not there', strict({ properties: {}, required: ['ghost'] }), /'ghost'/],
  [
    '25 optional parameters in strict schemas',
    strict({ properties: Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`p${i}`, { type: 'string' }])) }),
    /too many optional parameters/,
  ],
  [
    'an open output format',
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    /output/,
  ],
  ['tool_choice without tools', { tool_choice: { type: 'auto' } }, /while providing `tools`/],
  [
    'any tool forced on sonnet',
    { model: 'claude-sonnet-5-5', tools: [TOOL], tool_choice: { type: 'any' } },
    /not supported on claude-sonnet-5-5/,
  ],
  [
    'one tool forced on opus',
    { model: 'claude-opus-5-5', tools: [TOOL], tool_choice: { type: 'tool', name: 'k8s_get' } },
    /not supported on claude-opus-5-5/,
  ],
  ['a forced tool that is not there', { tools: [TOOL], tool_choice: { type: 'tool', name: 'x' } }, /not found/],
  ['thinking switched off on opus', { model: 'claude-opus-5-5', thinking: { type: 'disabled' } }, /not supported/],
  ['a thinking budget on haiku', { thinking: { type: 'enabled', budget_tokens: 1024 } }, /thinking.type/],
  ['a temperature', { temperature: 0 }, /temperature/],
  ['top_p', { top_p: 0.5 }, /top_p/],
  ['top_k', { top_k: 5 }, /top_k/],
  ['a field that does not exist', { budget: 5 }, /budget: Extra inputs are not permitted/],
  ['no max_tokens', { max_tokens: undefined }, /max_tokens: Field required/],
  ['max_tokens above the model’s bound', { max_tokens: 128_001 }, /max_tokens: 128001 > 128000/],
  ['five cache marks', { messages: [user([1, 2, 3, 4, 5].map((n) => marked(`part ${n}`)))] }, /Found 5/],
  ['a long-lived mark after a short one', { messages: [user([marked('a'), marked('b', '1h')])] }, /ttl="1h"/],
  ['a prompt beyond the context window', { messages: [user('x'.repeat(8000))] }, /prompt is too long: .* > 2000/],
  [
    'a thinking block that was never issued',
    { messages: [user('a'), assistant([{ type: 'thinking', thinking: 'hm', signature: 'forged' }]), user('b')] },
    /Invalid `signature`/,
  ],
])('refuses %s', async (_what, params, message) => {
  const failure = await refusalOf(params);

  expect(failure).toMatchObject({ status: 400, type: 'invalid_request_error' });
  expect(failure.apiMessage).toMatch(message);
  expect(failure.requestID).toMatch(/^req_/);
});

test('refuses a wrong key with 401', async () => {
  expect(await refusalOf({}, 'sk-ant-wrong')).toMatchObject({ status: 401, type: 'authentication_error' });
});

test('refuses an unknown model with 404', async () => {
  const failure = await refusalOf({ model: 'claude-sonnet-9' });

  expect(failure).toMatchObject({ status: 404, type: 'not_found_error', apiMessage: 'model: claude-sonnet-9' });
});

test('refuses a body beyond 32 MiB with 413', async () => {
  const failure = await refusalOf({ messages: [user('x'.repeat(33 * 1024 * 1024))] });

  expect(failure).toMatchObject({ status: 413, type: 'request_too_large' });
});

test('refuses a call without a key, without a version, and on a path that it does not know', async () => {
  await using claude = await startClaudeStandIn();
  const key = { authorization: `Bearer ${claude.apiKey}` };
  const version = { 'anthropic-version': '2026-10-21' };
  const statusOf = async (path: string, headers: Record<string, string>) =>
    (await fetch(`${claude.url}${path}`, { method: 'POST', headers, body: '{}' })).status;

  expect(await statusOf('/v1/messages', version)).toBe(401);
  expect(await statusOf('/v1/messages', { ...version, 'x-api-key': claude.apiKey })).toBe(401);
  expect(await statusOf('/v1/messages', key)).toBe(400);
  expect(await statusOf('/v1/messages', { ...key, 'anthropic-version': '1999-01-01' })).toBe(400);
  expect(await statusOf('/v1/complete', { ...key, ...version })).toBe(404);
  expect(claude.violations).toHaveLength(5);
});

test('refuses a request for which the script has no turn', async () => {
  await using claude = await startClaudeStandIn({ script: [{ text: 'only once' }] });
  const client = new Anthropic({ baseURL: claude.url, apiKey: claude.apiKey, maxRetries: 0 });
  await client.messages.create(ASK);

  await expect(client.messages.create(ASK)).rejects.toThrow(/no turn for this request/);
  expect(claude.violations).toHaveLength(1);
});

test.each([
  ['altered', (block: Anthropic.ThinkingBlockParam) => [{ ...block, thinking: 'other' }], /cannot be modified/],
  ['dropped', () => [], /Expected `thinking`/],
  ['repeated', (block: Anthropic.ThinkingBlockParam) => [block, block], /cannot be modified/],
] as const)('refuses a thinking block that comes back %s in an open tool loop', async (_how, change, message) => {
  await using claude = await startClaudeStandIn({
    script: [{ thinking: 'let me look', toolCalls: [{ name: 'k8s_get', input: {} }] }, { text: 'done' }],
  });
  const client = new Anthropic({ baseURL: claude.url, apiKey: claude.apiKey, maxRetries: 0 });
  const params = { ...ASK, model: 'claude-sonnet-5-5', tools: [TOOL] };
  const first = await client.messages.create(params);
  const [thinking, call] = first.content;
  if (thinking?.type !== 'thinking' || call?.type !== 'tool_use') throw new Error('the script thinks, then calls');
  const next = (content: Anthropic.ContentBlockParam[]) => ({
    ...params,
    messages: [
      ...params.messages,
      assistant(content),
      user([{ type: 'tool_result' as const, tool_use_id: call.id, content: 'rows' }]),
    ],
  });

  await expect(client.messages.create(next([...change(thinking), call]))).rejects.toThrow(message);
  await expect(client.messages.create({ ...next([thinking, call]), model: 'claude-opus-5-5' })).rejects.toThrow(
    /another model/,
  );
  const moved = next([thinking, call]);
  moved.messages[0] = user('another beginning');
  await expect(client.messages.create(moved)).rejects.toThrow(/another conversation/);
  expect((await client.messages.create(next([thinking, call]))).stop_reason).toBe('end_turn');
});

test('accepts older thinking that was left out once its tool loop is over', async () => {
  await using claude = await startClaudeStandIn({
    script: [{ thinking: 'hm', toolCalls: [{ name: 'k8s_get', input: {}, id: 'toolu_1' }] }, { text: 'ok' }],
  });
  const client = new Anthropic({ baseURL: claude.url, apiKey: claude.apiKey, maxRetries: 0 });
  await client.messages.create({ ...ASK, tools: [TOOL] });

  await client.messages.create({
    ...ASK,
    tools: [TOOL],
    messages: [user('hello'), assistant([CALL]), user([RESULT]), assistant('found it'), user('and now?')],
  });

  expect(claude.violations).toEqual([]);
});
