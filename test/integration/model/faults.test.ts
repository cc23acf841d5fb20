import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import {
  internalError,
  overloaded,
  rateLimited,
  spendLimit,
  type ClaudeFault,
  type Turn,
} from '../../../src/demo/stand-ins/claude-turn.ts';
import { startLoopbackServer } from '../../../src/demo/stand-ins/loopback-server.ts';
import { Secret } from '../../../src/secret.ts';
import { aRequest, modelAgainst } from './setup.ts';

const GOOD: Turn = { text: 'All is well.', toolCalls: [{ name: 'k8s_get', input: { kind: 'Pod' } }] };
const status = (code: number, type: string, message = type): ClaudeFault => ({
  kind: 'status',
  status: code,
  type,
  message,
});

test.each<{ what: string; fault: ClaudeFault; code: string; retryable: boolean }>([
  { what: 'a rate limit', fault: rateLimited('0'), code: 'MODEL_UNAVAILABLE', retryable: true },
  { what: 'overload', fault: overloaded(), code: 'MODEL_UNAVAILABLE', retryable: true },
  { what: 'an internal error', fault: internalError(), code: 'MODEL_UNAVAILABLE', retryable: true },
  { what: 'a timeout of the service', fault: status(504, 'timeout_error'), code: 'MODEL_UNAVAILABLE', retryable: true },
  { what: 'the monthly spend stop', fault: spendLimit('monthly'), code: 'MODEL_SPEND_LIMIT', retryable: false },
  { what: "an admin's spend limit", fault: spendLimit('admin'), code: 'MODEL_SPEND_LIMIT', retryable: false },
  { what: 'an empty account', fault: spendLimit('billing'), code: 'MODEL_SPEND_LIMIT', retryable: false },
  { what: 'a bad key', fault: status(401, 'authentication_error'), code: 'MODEL_REJECTED', retryable: false },
  { what: 'no access', fault: status(403, 'permission_error'), code: 'MODEL_REJECTED', retryable: false },
  { what: 'a retired model', fault: status(404, 'not_found_error'), code: 'MODEL_REJECTED', retryable: false },
  { what: 'a request too large', fault: status(413, 'request_too_large'), code: 'MODEL_REJECTED', retryable: false },
  {
    what: 'a prompt too long',
    fault: status(400, 'invalid_request_error', 'prompt is too long'),
    code: 'MODEL_REJECTED',
    retryable: false,
  },
  {
    what: "a gateway's page with 502",
    fault: { kind: 'html', status: 502 },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  { what: "a proxy's page with 200", fault: { kind: 'html', status: 200 }, code: 'MODEL_REJECTED', retryable: false },
  { what: "a proxy's page with 403", fault: { kind: 'html', status: 403 }, code: 'MODEL_REJECTED', retryable: false },
  { what: 'a connection without an answer', fault: { kind: 'hang' }, code: 'MODEL_UNAVAILABLE', retryable: true },
  {
    what: 'silence inside the answer',
    fault: { kind: 'stall', afterEvents: 3 },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  {
    what: 'silence right behind the headers',
    fault: { kind: 'stall', afterEvents: 0 },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  {
    what: 'nothing but pings',
    fault: { kind: 'pings', afterEvents: 3, everyMs: 20 },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  { what: 'a drip', fault: { kind: 'drip', bytes: 1, everyMs: 20 }, code: 'MODEL_UNAVAILABLE', retryable: true },
  {
    what: 'a reset connection',
    fault: { kind: 'cut', atByte: 700, end: 'reset' },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  {
    what: 'a clean end in the middle',
    fault: { kind: 'cut', atByte: 700, end: 'clean' },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  {
    what: 'overload inside the stream',
    fault: { kind: 'error-event', afterEvents: 4, type: 'overloaded_error', message: 'Overloaded' },
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  },
  {
    what: 'a refusal inside the stream',
    fault: { kind: 'error-event', afterEvents: 4, type: 'invalid_request_error', message: 'no' },
    code: 'MODEL_REJECTED',
    retryable: false,
  },
  {
    what: 'the spend stop inside the stream',
    fault: {
      kind: 'error-event',
      afterEvents: 2,
      type: 'rate_limit_error',
      message: 'monthly',
      details: { error_code: 'enforced_spend_limit_reached' },
    },
    code: 'MODEL_SPEND_LIMIT',
    retryable: false,
  },
  {
    what: 'a tool input that breaks off',
    fault: { kind: 'bad-tool-json' },
    code: 'MODEL_OUTPUT_INVALID',
    retryable: true,
  },
  { what: 'every event twice', fault: { kind: 'duplicate-events' }, code: 'MODEL_OUTPUT_INVALID', retryable: true },
  { what: 'events out of order', fault: { kind: 'reordered-events' }, code: 'MODEL_OUTPUT_INVALID', retryable: true },
])('$what is $code (retryable: $retryable), in bounded time', async ({ fault, code, retryable }) => {
  await using claude = await startClaudeStandIn({ script: [{ ...GOOD, fault }] });
  const { call, calls } = modelAgainst(claude, { headersMs: 300, idleMs: 200, settings: { timeoutMs: 900 } });
  const startedAtMs = Date.now();

  const failure: unknown = await call(aRequest()).catch((error: unknown) => error);

  expect(failure).toMatchObject({ name: 'MonitorError', code, retryable });
  expect(Date.now() - startedAtMs).toBeLessThan(2_500);
  expect(calls).toMatchObject([{ status: code, model: 'claude-haiku-5-5' }]);
  expect(inspect(failure, { depth: 6 })).not.toContain(claude.apiKey);
});

test('a passing failure is tried again and then answers', async () => {
  await using claude = await startClaudeStandIn({
    script: [{ ...GOOD, fault: overloaded() }, { ...GOOD, fault: rateLimited('2') }, GOOD],
  });
  const { call, slept } = modelAgainst(claude, { settings: { maxRetries: 3 } });
  await expect(call(aRequest())).resolves.toMatchObject({ stopReason: 'tool_use' });
  expect(slept).toEqual([500, 2_000]);
});

test('a day of Retry-After is not waited for', async () => {
  await using claude = await startClaudeStandIn({ script: [{ ...GOOD, fault: rateLimited('86400') }] });
  const { call, slept } = modelAgainst(claude, { settings: { maxRetries: 3 } });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryAfterMs: 86_400_000 });
  expect(slept).toEqual([]);
});

test('a spend stop is asked once, and the next call does not reach the service', async () => {
  await using claude = await startClaudeStandIn({ script: () => ({ ...GOOD, fault: spendLimit('monthly') }) });
  const { call } = modelAgainst(claude, { settings: { maxRetries: 3 } });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_SPEND_LIMIT' });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  expect(claude.requests).toHaveLength(1);
});

test('after five failures in a row the service is left alone', async () => {
  await using claude = await startClaudeStandIn({ script: () => ({ ...GOOD, fault: overloaded() }) });
  const { call, calls } = modelAgainst(claude, { settings: { maxRetries: 10 } });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  await expect(call(aRequest())).rejects.toThrow(/left alone/);
  expect(claude.requests).toHaveLength(5);
  expect(calls).toHaveLength(5);
});

test('refused requests do not open the breaker', async () => {
  await using claude = await startClaudeStandIn({ script: () => GOOD });
  const { call } = modelAgainst(claude);
  for (let count = 0; count < 6; count += 1) {
    await expect(call(aRequest({ model: 'claude-unknown' }))).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
  }
  await expect(call(aRequest())).resolves.toMatchObject({ stopReason: 'tool_use' });
});

test('an unreachable address is unavailable', async () => {
  const server = await startLoopbackServer(
    () => Promise.resolve(),
    () => undefined,
  );
  await server[Symbol.asyncDispose]();
  const { call } = modelAgainst({ url: server.url, apiKey: 'sk-ant-x' });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
});

test('a caller who gives up gets an answer at once, and the service a closed connection', async () => {
  await using claude = await startClaudeStandIn({ script: [{ ...GOOD, fault: { kind: 'hang' } }] });
  const { call } = modelAgainst(claude, { headersMs: 4_000, settings: { maxRetries: 3 } });
  const stop = new AbortController();
  const startedAtMs = Date.now();
  setTimeout(() => stop.abort(), 50);
  await expect(call(aRequest({ signal: stop.signal }))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  expect(Date.now() - startedAtMs).toBeLessThan(1_000);
  expect(claude.requests).toHaveLength(1);
});

test('a rotated key is in force at the next call', async () => {
  await using claude = await startClaudeStandIn({ script: () => GOOD, apiKey: 'sk-ant-second' });
  let key = new Secret('sk-ant-first');
  const { call } = modelAgainst(claude, { apiKey: () => key });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_REJECTED', message: /ANTHROPIC_API_KEY/ });
  key = new Secret('sk-ant-second');
  await expect(call(aRequest())).resolves.toMatchObject({ stopReason: 'tool_use' });
});

test('a broken answer is paid for', async () => {
  await using claude = await startClaudeStandIn({ script: [{ ...GOOD, fault: { kind: 'stall', afterEvents: 3 } }] });
  const { call, calls, model } = modelAgainst(claude, { idleMs: 100 });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  expect(calls[0]?.usage?.inputTokens).toBeGreaterThan(0);
  expect(await model.spentTodayUsd()).toBeGreaterThan(0);
});

test('a spent budget refuses before anything is sent', async () => {
  await using claude = await startClaudeStandIn({ script: () => GOOD });
  const { call } = modelAgainst(claude, { settings: { perCycleUsd: 0.000_001 } });
  await expect(call(aRequest())).rejects.toMatchObject({ code: 'BUDGET_SPENT' });
  expect(claude.requests).toEqual([]);
});

test('without a key, or with no provider, there is no model and a reason', async () => {
  await using claude = await startClaudeStandIn();
  expect(() => modelAgainst(claude, { apiKey: () => undefined })).toThrow(/ANTHROPIC_API_KEY/);
  expect(() => modelAgainst(claude, { settings: { provider: 'none' } })).toThrow(/llm.provider/);
});
