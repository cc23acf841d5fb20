import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAuditSink, type SinkOptions, type SinkRow } from '../../../src/audit/sink.ts';
import { createLogger } from '../../../src/log.ts';
import { startReceiver, type Fault } from './receiver.ts';

const soon = { timeout: 10_000 };

function aRow(file: string): SinkRow {
  return {
    id: randomUUID(),
    at: '2026-11-21T18:00:00.000Z',
    component: 'definitions',
    file,
    outcome: 'accepted',
    changes: [],
  };
}

const rows = (count: number, from = 0): readonly SinkRow[] =>
  Array.from({ length: count }, (_, index) => aRow(`${index + from}.md`));

async function aSink(over: Partial<SinkOptions> = {}, settings: Partial<ReturnType<SinkOptions['settings']>> = {}) {
  const receiver = await startReceiver();
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  const inForce = { url: receiver.url, bufferSize: 1_000, flushIntervalMs: 10, ...settings };
  const lines: { readonly level: string; readonly msg: string }[] = [];
  const outcomes = { sent: 0, refused: 0, dropped: 0 };
  let buffered = 0;
  const sink = createAuditSink({
    settings: () => inForce,
    cluster: () => ({ id: 'c', name: 'prod' }),
    onRows: (result, count) => void (outcomes[result] += count),
    onBuffered: (count) => void (buffered = count),
    random: () => 1,
    now: Date.now,
    backoff: { firstMs: 5, longestMs: 20 },
    log: createLogger({
      level: 'info',
      sink: { write: (line) => void lines.push(JSON.parse(line)) },
      redact: (text) => text,
      now: () => 0,
    }),
    ...over,
  });
  onTestFinished(() => sink[Symbol.asyncDispose]());
  return {
    sink,
    receiver,
    inForce,
    outcomes,
    buffered: () => buffered,
    said: () => lines.map(({ level, msg }) => `${level} ${msg}`),
    arrived: () => receiver.rows.map(({ file }) => file),
  };
}

test('rows of one interval go together, in their order', async () => {
  const { sink, receiver, outcomes, arrived, buffered } = await aSink();
  sink.add(rows(2));
  sink.add(rows(1, 2));
  expect(buffered()).toBe(3);

  await expect.poll(() => outcomes, soon).toEqual({ sent: 3, refused: 0, dropped: 0 });
  expect(receiver.requests).toEqual([3]);
  expect(arrived()).toEqual(['0.md', '1.md', '2.md']);
  expect(receiver.violations).toEqual([]);
  expect(buffered()).toBe(0);
});

test.each<[string, readonly Fault[], number]>([
  ['HTTP 500, twice', [{ status: 500 }, { status: 500 }], 3],
  ['a connection that is torn', ['reset'], 2],
  ['no answer', ['hang'], 2],
  ['429 with Retry-After', [{ status: 429, headers: { 'retry-after': '0.02' } }], 2],
])('%s: tried again with the same ids until it is taken; said once', async (_what, faults, requests) => {
  const { sink, receiver, outcomes, said } = await aSink({ deadlineMs: 200 });
  receiver.fail(...faults);
  const sent = rows(3);
  sink.add(sent);

  await expect.poll(() => outcomes.sent, soon).toBe(3);
  expect(receiver.requests).toHaveLength(requests);
  expect(receiver.rows.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
  expect(said()).toEqual(['warn audit rows could not be sent', 'info audit rows are sent again']);
});

test.each<[Fault, string]>([
  [{ status: 400 }, 'what the receiver will never take'],
  [{ status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } }, 'a redirect, which may lead anywhere'],
])('%j (%s) is counted, said and not repeated; what comes after it goes on', async (fault) => {
  const { sink, receiver, outcomes, said, arrived } = await aSink();
  receiver.fail(fault);
  sink.add(rows(2));
  await expect.poll(() => outcomes.refused, soon).toBe(2);
  sink.add(rows(1, 2));

  await expect.poll(() => outcomes.sent, soon).toBe(1);
  expect(arrived()).toEqual(['2.md']);
  expect(said()).toEqual(['error audit rows were refused']);
});

test('the buffer is bounded: the oldest are lost and counted, the newest arrive when the receiver is back', async () => {
  const { sink, receiver, outcomes, arrived, said, buffered } = await aSink({}, { bufferSize: 3 });
  receiver.fail({ status: 503 }, { status: 503 });
  sink.add(rows(5));

  expect(outcomes.dropped).toBe(2);
  expect(buffered()).toBe(3);
  await expect.poll(() => outcomes.sent, soon).toBe(3);
  expect(arrived()).toEqual(['2.md', '3.md', '4.md']);
  expect(said()).toContain('warn audit rows were dropped');
});

test.each([
  ['years', { 'retry-after': '99999999' }, 10 * 60_000, 10 * 60_000],
  ['nothing', { 'retry-after': '0' }, 10_000, 10_000],
])('Retry-After of %s: the next try waits neither for ever nor not at all', async (_what, headers, fromMs, toMs) => {
  const waits = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => waits.mockRestore());
  const { sink, receiver, said } = await aSink({ lastMs: 100, backoff: { firstMs: 10_000, longestMs: 20_000 } });
  receiver.fail({ status: 429, headers }, { status: 429, headers });
  sink.add(rows(1));
  await expect.poll(said, soon).toEqual(['warn audit rows could not be sent']);
  await expect
    .poll(() => waits.mock.calls.map(([, ms]) => ms).filter((ms = 0) => ms >= fromMs && ms <= toMs), soon)
    .toHaveLength(1);

  expect(receiver.requests).toEqual([1]);
});

test('a request takes at most a hundred rows', async () => {
  const { sink, receiver, outcomes } = await aSink();
  sink.add(rows(250));

  await expect.poll(() => outcomes.sent, soon).toBe(250);
  expect(receiver.requests).toEqual([100, 100, 50]);
});

test('interval and size are those of now: a shorter interval sends what waits, a smaller buffer drops the oldest', async () => {
  const { sink, inForce, outcomes, arrived } = await aSink({}, { flushIntervalMs: 3_600_000 });
  sink.add(rows(4));
  inForce.bufferSize = 2;
  sink.follow();
  expect(outcomes).toEqual({ sent: 0, refused: 0, dropped: 2 });

  inForce.flushIntervalMs = 10;
  sink.follow();
  await expect.poll(() => outcomes.sent, soon).toBe(2);
  expect(arrived()).toEqual(['2.md', '3.md']);
});

test('a stop sends what waits, through one fault too', async () => {
  const { sink, receiver, outcomes, arrived } = await aSink({}, { flushIntervalMs: 3_600_000 });
  receiver.fail({ status: 500 });
  sink.add(rows(2));
  await sink[Symbol.asyncDispose]();

  expect(outcomes).toEqual({ sent: 2, refused: 0, dropped: 0 });
  expect(arrived()).toEqual(['0.md', '1.md']);
});

test('a stop waits no longer than its deadline, and says what is lost', async () => {
  const { sink, receiver, outcomes, said } = await aSink({ lastMs: 300 }, { flushIntervalMs: 3_600_000 });
  receiver.fail('hang');
  sink.add(rows(2));
  const beganMs = performance.now();
  await sink[Symbol.asyncDispose]();

  expect(performance.now() - beganMs).toBeLessThan(2_000);
  expect(outcomes).toEqual({ sent: 0, refused: 0, dropped: 2 });
  expect(said().at(-1)).toBe('warn audit rows were dropped');
});

test('with no URL rows go nowhere, and nothing is said', async () => {
  const { sink, receiver, said, buffered, outcomes } = await aSink({}, { url: undefined, bufferSize: 1 });
  sink.add(rows(2));

  await expect.poll(buffered, soon).toBe(0);
  expect(receiver.requests).toEqual([]);
  expect(outcomes.dropped).toBe(0);
  expect(said()).toEqual([]);
});
