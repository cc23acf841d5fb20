import { createVerify, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { startOpenAiStandIn, type ChatRequest, type ChatTurn } from '../../../src/demo/stand-ins/openai.ts';
import { startVertexStandIn } from '../../../src/demo/stand-ins/vertex.ts';
import type { ModelBlock, ModelRequest } from '../../../src/domain/model.ts';
import { silentLog } from '../../../src/log.ts';
import { createGoogleToken } from '../../../src/model/google-token.ts';
import { createModel, type ModelOptions } from '../../../src/model/model.ts';
import type { ModelSettings } from '../../../src/model/model-settings.ts';
import { Secret } from '../../../src/secret.ts';
import { aRequest } from './setup.ts';

function callOf(options: Partial<ModelOptions>, settings: Partial<ModelSettings>) {
  const model = createModel({
    apiKey: () => undefined,
    baseUrl: undefined,
    settings: () => ({
      provider: 'openai',
      endpoint: undefined,
      maxRetries: 0,
      timeoutMs: 5_000,
      maxTokensPerRequest: 4_000,
      temperature: undefined,
      perCycleUsd: 100,
      perDayUsd: 100,
      ...settings,
    }),
    spend: { load: () => Promise.resolve(0), add: () => Promise.resolve() },
    onCall: () => undefined,
    now: Date.now,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    log: silentLog,
    ...options,
  });
  const cycle = model.forCycle('2026-11-21T18:00:05Z-scheduled');
  if (cycle.call === undefined) throw new Error(cycle.reason);
  return cycle.call;
}

async function openAi(script: (request: ChatRequest) => ChatTurn, settings: Partial<ModelSettings> = {}) {
  const service = await startOpenAiStandIn({ script });
  const openAiKey = () => new Secret(service.apiKey);
  const call = callOf({ openAiKey }, { endpoint: service.url, ...settings });
  return { service, call, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

const gpt = (overrides: Partial<ModelRequest> = {}): ModelRequest => aRequest({ model: 'gpt-6-mini', ...overrides });

test('OpenAI: a conversation with two tools goes back and forth, and its usage is counted', async () => {
  await using world = await openAi(({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? { text: 'Both pods are gone.' }
      : {
          text: 'Looking.',
          toolCalls: [
            { name: 'k8s_get', input: { kind: 'Pod', namespace: 'päyments' } },
            { name: 'k8s_get', input: {} },
          ],
        },
  );
  const { service, call } = world;
  const first = await call(gpt());
  expect(first).toMatchObject({ stopReason: 'tool_use', model: 'gpt-6-mini' });
  expect(first.blocks).toMatchObject([
    { type: 'text', text: 'Looking.' },
    { type: 'tool-call', name: 'k8s_get', input: { kind: 'Pod', namespace: 'päyments' } },
    { type: 'tool-call', name: 'k8s_get', input: {} },
  ]);
  expect(first.usage.inputTokens).toBeGreaterThan(0);
  expect(first.usage.costUsd).toBeGreaterThan(0);

  const ids = first.blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : []));
  const second = await call(
    gpt({
      messages: [
        { role: 'user', text: 'What is wrong?' },
        { role: 'assistant', blocks: [...first.blocks, { type: 'opaque', raw: { type: 'thinking' } }] },
        {
          role: 'tool-results',
          results: ids.map((id, index) => ({ id, text: 'NAME READY', isError: index === 1 })),
          text: 'Report now.',
        },
      ],
    }),
  );
  expect(second).toMatchObject({ stopReason: 'end_turn', blocks: [{ type: 'text', text: 'Both pods are gone.' }] });
  expect(service.violations).toEqual([]);
  expect(service.requests[1]?.messages.slice(3)).toEqual([
    { role: 'tool', tool_call_id: ids[0], content: 'NAME READY' },
    { role: 'tool', tool_call_id: ids[1], content: 'error: NAME READY' },
    { role: 'user', content: 'Report now.' },
  ]);
});

test.each([
  { model: 'gpt-6-mini', temperature: 0.2, sent: 0.2 },
  { model: 'gpt-6-mini', temperature: undefined, sent: undefined },
  { model: 'o4-mini', temperature: 0.2, sent: undefined },
])('OpenAI: $model with temperature $temperature is sent $sent', async ({ model, temperature, sent }) => {
  await using world = await openAi(() => ({ text: 'ok' }), { temperature, maxTokensPerRequest: 300 });
  await world.call(gpt({ model }));

  expect(world.service.requests).toMatchObject([{ model, max_completion_tokens: 300 }]);
  expect(world.service.requests[0]?.temperature).toBe(sent);
});

test.each<{ what: string; turn: ChatTurn; code: string; retryable: boolean }>([
  { what: 'overload', turn: refusal(503), code: 'MODEL_UNAVAILABLE', retryable: true },
  { what: 'a rate limit', turn: refusal(429), code: 'MODEL_UNAVAILABLE', retryable: true },
  { what: 'no money', turn: refusal(429, 'insufficient_quota'), code: 'MODEL_SPEND_LIMIT', retryable: false },
  { what: 'an unknown model', turn: refusal(404), code: 'MODEL_REJECTED', retryable: false },
  { what: 'a wrong key', turn: refusal(401), code: 'MODEL_REJECTED', retryable: false },
  {
    what: 'an answer that breaks off',
    turn: { text: 'half', cutOff: true },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  { what: 'an unknown end', turn: { text: 'x', finishReason: 'tired' }, code: 'MODEL_OUTPUT_INVALID', retryable: true },
])('OpenAI: $what is $code', async ({ turn, code, retryable }) => {
  await using world = await openAi(() => turn);

  await expect(world.call(gpt())).rejects.toMatchObject({ code, retryable });
});

test('OpenAI: an answer that hit its limit inside a tool call runs no tool', async () => {
  await using world = await openAi(() => ({
    text: 'so',
    toolCalls: [{ name: 'k8s_get', input: { kind: 'Pod' } }],
    finishReason: 'length',
  }));
  const reply = await world.call(gpt());

  expect(reply.stopReason).toBe('max_tokens');
  expect(reply.blocks.map(({ type }: ModelBlock) => type)).toEqual(['text']);
});

test('without its key a provider is missing, not asked', () => {
  expect(() => callOf({}, { provider: 'openai' })).toThrow('no model key is configured (OPENAI_API_KEY)');
  expect(() => callOf({}, { provider: 'vertex_ai' })).toThrow('ANTHROPIC_VERTEX_PROJECT_ID');
});

const PLACE = { project: 'acme-prod', region: 'europe-west1' };
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

test('Vertex AI: Claude behind a Google token of a service account, which is renewed only when it must be', async () => {
  await using service = await startVertexStandIn({
    ...PLACE,
    script: ({ messages }) =>
      messages.length === 1 ? { toolCalls: [{ name: 'k8s_get', input: { kind: 'Pod' } }] } : { text: 'done' },
  });
  const clock = { nowMs: Date.now() };
  const seen: string[] = [];
  const token = createGoogleToken({
    readCredentials: () =>
      JSON.stringify({
        type: 'service_account',
        client_email: 'monitor@acme-prod.iam.gserviceaccount.com',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        token_uri: service.tokenUrl,
      }),
    metadataHost: undefined,
    now: () => clock.nowMs,
    onCredential: (value) => seen.push(value),
  });
  const call = callOf({ vertex: { ...PLACE, token } }, { provider: 'vertex_ai', endpoint: service.url });
  const reply = await call(aRequest());

  expect(reply).toMatchObject({ stopReason: 'tool_use', blocks: [{ type: 'tool-call', name: 'k8s_get' }] });
  expect(service.paths).toEqual([
    '/v1/projects/acme-prod/locations/europe-west1/publishers/anthropic/models/claude-haiku-5-5:streamRawPredict',
  ]);
  expect(service.claude.messages).toMatchObject([{ model: 'claude-haiku-5-5', max_tokens: 2_000 }]);
  expect([service.violations, service.claude.violations]).toEqual([[], []]);

  const [header = '', claims = '', signature = ''] = (service.tokenRequests[0]?.form['assertion'] ?? '').split('.');
  expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: 'monitor@acme-prod.iam.gserviceaccount.com',
    aud: service.tokenUrl,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
  });

  await call(aRequest());
  expect(service.tokenRequests).toHaveLength(1);
  clock.nowMs += 3_400_000;
  await call(aRequest());
  expect(service.tokenRequests).toHaveLength(2);
  expect(seen).toEqual(['ya29.stand-in-1', 'ya29.stand-in-2']);
});

test("Vertex AI: the node's metadata server, and a person's login", async () => {
  await using service = await startVertexStandIn({ ...PLACE, script: () => ({ text: 'ok' }) });
  const tokenWith = (credentials: string | undefined) =>
    createGoogleToken({
      readCredentials: () => credentials,
      metadataHost: service.metadataHost,
      now: Date.now,
      onCredential: () => undefined,
    });
  const person = JSON.stringify({
    type: 'authorized_user',
    client_id: 'id',
    client_secret: 'secret',
    refresh_token: 'refresh',
    token_uri: service.tokenUrl,
  });
  for (const credentials of [undefined, person]) {
    const vertex = { ...PLACE, token: tokenWith(credentials) };
    const call = callOf({ vertex }, { provider: 'vertex_ai', endpoint: service.url });
    await expect(call(aRequest())).resolves.toMatchObject({ stopReason: 'end_turn' });
  }
  expect(service.tokenRequests).toEqual([
    { kind: 'metadata', form: {} },
    {
      kind: 'oauth',
      form: { grant_type: 'refresh_token', client_id: 'id', client_secret: 'secret', refresh_token: 'refresh' },
    },
  ]);
});

test.each([
  { what: 'no credentials file where one is named', credentials: '', says: 'GOOGLE_APPLICATION_CREDENTIALS' },
  { what: 'credentials of another kind', credentials: '{"type":"external_account"}', says: 'other kinds' },
  {
    what: 'a token_uri without TLS',
    credentials: JSON.stringify({
      type: 'service_account',
      client_email: 'a',
      private_key: 'b',
      token_uri: 'http://evil.example/',
    }),
    says: 'not https',
  },
])('Vertex AI: $what is refused without a prompt leaving', async ({ credentials, says }) => {
  await using service = await startVertexStandIn({ ...PLACE, script: () => ({ text: 'ok' }) });
  const token = createGoogleToken({
    readCredentials: () => credentials,
    metadataHost: service.metadataHost,
    now: Date.now,
    onCredential: () => undefined,
  });
  const call = callOf({ vertex: { ...PLACE, token } }, { provider: 'vertex_ai', endpoint: service.url });

  await expect(call(aRequest())).rejects.toMatchObject({
    code: 'MODEL_REJECTED',
    message: expect.stringContaining(says),
  });
  expect(service.paths).toEqual([]);
});

function refusal(status: number, code?: string): ChatTurn {
  return { refusal: { status, message: 'no', ...(code !== undefined && { code }) } };
}
