import Anthropic from '@anthropic-ai/sdk';
import { expect, test } from 'vitest';
import {
  internalError,
  overloaded,
  rateLimited,
  spendLimit,
  type ClaudeFault,
  type Turn,
} from '../../../src/demo/stand-ins/claude-turn.ts';
import { startClaudeStandIn, type ClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';

const ASK = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'what is broken?' }],
  tools: [{ name: 'k8s_get', input_schema: { type: 'object' } }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;
const TURN: Turn = { text: 'looking', toolCalls: [{ name: 'k8s_get', input: { kind: 'Pod' } }] };
const clientOf = (claude: ClaudeStandIn) =>
  new Anthropic({ baseURL: claude.url, apiKey: claude.apiKey, maxRetries: 0, logLevel: 'off' });

const standInWith = (fault: ClaudeFault) => startClaudeStandIn({ script: () => ({ ...TURN, fault }) });

/** What the client saw of a stream before it failed or was given up. */
async function readStream(claude: ClaudeStandIn, giveUpAfterMs = 300): Promise<{ events: string[]; failure: unknown }> {
  const events: string[] = [];
  const signal = AbortSignal.timeout(giveUpAfterMs);
  try {
    const stream = await clientOf(claude).messages.create({ ...ASK, stream: true }, { signal });
    for await (const event of stream) events.push(event.type);
    return { events, failure: signal.aborted ? 'given up' : undefined };
  } catch (failure) {
    return { events, failure: signal.aborted ? 'given up' : failure };
  }
}

test.each([
  ['a rate limit', rateLimited('7'), { status: 429, type: 'rate_limit_error' }],
  ['overload', overloaded(), { status: 529, type: 'overloaded_error' }],
  ['an internal error', internalError(), { status: 500, type: 'api_error' }],
  ['the monthly limit', spendLimit('monthly'), { status: 429, errorCode: 'enforced_spend_limit_reached' }],
  ['an admin’s limit', spendLimit('admin'), { status: 400, type: 'invalid_request_error' }],
  ['an empty account', spendLimit('billing'), { status: 402, type: 'billing_error' }],
])('answers with %s', async (_what, fault, expected) => {
  await using claude = await standInWith(fault);

  const failure = await clientOf(claude)
    .messages.create(ASK)
    .catch((error: unknown) => error);

  expect(failure).toMatchObject(expected);
  // A scripted fault is not the client's mistake.
  expect(claude.violations).toEqual([]);
});

test('sends Retry-After where the rate limit has one, and only there', async () => {
  const headerOf = async (fault: ClaudeFault) => {
    await using claude = await standInWith(fault);
    const failure = await clientOf(claude)
      .messages.create(ASK)
      .catch((error: unknown) => error);
    return failure instanceof Anthropic.APIError ? failure.headers?.get('retry-after') : failure;
  };

  expect(await headerOf(rateLimited('7'))).toBe('7');
  expect(await headerOf(spendLimit('monthly'))).toBeNull();
});

test('a hang sends no headers', async () => {
  await using claude = await standInWith({ kind: 'hang' });

  expect(await readStream(claude)).toEqual({ events: [], failure: 'given up' });
});

test('a stall sends headers and some events, then nothing', async () => {
  await using claude = await standInWith({ kind: 'stall', afterEvents: 4 });

  expect(await readStream(claude)).toEqual({
    events: ['message_start', 'content_block_start', 'content_block_delta'],
    failure: 'given up',
  });
});

test('pings go on for ever', async () => {
  await using claude = await standInWith({ kind: 'pings', afterEvents: 1, everyMs: 10 });
  const response = await fetch(`${claude.url}/v1/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${claude.apiKey}`,
      'anthropic-version': '2026-10-21',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ...ASK, stream: true }),
  });
  let pings = 0;

  for await (const chunk of response.body ?? []) {
    pings += Buffer.from(chunk).toString().split('event: ping').length - 1;
    if (pings >= 5) break;
  }

  expect(pings).toBeGreaterThanOrEqual(5);
});

test('a drip arrives whole, slowly', async () => {
  await using claude = await standInWith({ kind: 'drip', bytes: 200, everyMs: 5 });
  const startedAtMs = performance.now();

  const message = await clientOf(claude).messages.stream(ASK).finalMessage();

  expect(message.content).toHaveLength(2);
  expect(performance.now() - startedAtMs).toBeGreaterThan(40);
});

test('a stream cut at any byte never gives a finished message', async () => {
  await using whole = await startClaudeStandIn({ script: () => TURN });
  const raw = await clientOf(whole)
    .messages.create({ ...ASK, stream: true })
    .asResponse();
  const bytes = (await raw.text()).length;

  for (let atByte = 0; atByte < bytes - 2; atByte += 97) {
    await using claude = await standInWith({ kind: 'cut', atByte, end: 'clean' });
    const { events } = await readStream(claude, 2000);
    expect(events).not.toContain('message_stop');
  }
});

test('a reset in the middle of a stream is a failed connection', async () => {
  await using claude = await standInWith({ kind: 'cut', atByte: 900, end: 'reset' });

  const { events, failure } = await readStream(claude, 2000);

  expect(events).not.toContain('message_stop');
  expect(failure).toBeInstanceOf(Error);
});

test('an error event inside the stream has a type and no status', async () => {
  await using claude = await standInWith({
    kind: 'error-event',
    afterEvents: 3,
    type: 'overloaded_error',
    message: 'Overloaded',
  });

  const { events, failure } = await readStream(claude, 2000);

  expect(events).toEqual(['message_start', 'content_block_start']);
  expect(failure).toMatchObject({ type: 'overloaded_error', status: undefined });
});

test('broken tool JSON reaches the client as it is', async () => {
  await using claude = await standInWith({ kind: 'bad-tool-json' });
  let json = '';

  for await (const event of await clientOf(claude).messages.create({ ...ASK, stream: true })) {
    if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
      json += event.delta.partial_json;
  }

  expect(json).toBe('{"kind":"Pod');
});

test('events can come twice or in the wrong order', async () => {
  await using twice = await standInWith({ kind: 'duplicate-events' });
  await using reversed = await standInWith({ kind: 'reordered-events' });

  expect((await readStream(twice)).events.slice(0, 2)).toEqual(['message_start', 'message_start']);
  expect((await readStream(reversed)).events[1]).toBe('content_block_stop');
});

test('a gateway’s page is neither JSON nor a stream', async () => {
  await using claude = await standInWith({ kind: 'html', status: 200 });

  const answer: unknown = await clientOf(claude).messages.create(ASK);

  expect(answer).toContain('<html>');
});

test('disposal ends what hangs', async () => {
  const claude = await standInWith({ kind: 'hang' });
  const pending = clientOf(claude)
    .messages.create(ASK)
    .catch((error: unknown) => error);
  while (claude.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

  await claude[Symbol.asyncDispose]();

  expect(await pending).toBeInstanceOf(Anthropic.APIConnectionError);
});
