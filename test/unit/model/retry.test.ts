import { expect, test } from 'vitest';
import { MonitorError } from '../../../src/errors.ts';
import { retry } from '../../../src/model/retry.ts';

const passing = new MonitorError('MODEL_UNAVAILABLE', 'overloaded', { retryable: true });
const lasting = new MonitorError('MODEL_REJECTED', 'bad key');

function setup(failures: readonly unknown[], deadlineMs = 60_000, signal = new AbortController().signal) {
  const slept: number[] = [];
  let nowMs = 0;
  let attempts = 0;
  const run = retry(
    () => {
      const failure = failures[attempts];
      attempts += 1;
      return failure === undefined ? Promise.resolve('done') : Promise.reject(failure as Error);
    },
    {
      maxRetries: 3,
      deadlineAtMs: deadlineMs,
      now: () => nowMs,
      sleep: (ms) => {
        slept.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
      random: () => 0.5,
      signal,
    },
  );
  return { run, slept, attempts: () => attempts };
}

test('a passing failure is tried again after a jittered, doubling wait', async () => {
  const { run, slept } = setup([passing, passing, passing]);
  await expect(run).resolves.toBe('done');
  expect(slept).toEqual([500, 1_000, 2_000]);
});

test('the fourth failure is the last', async () => {
  const { run, attempts } = setup([passing, passing, passing, passing]);
  await expect(run).rejects.toBe(passing);
  expect(attempts()).toBe(4);
});

test('a lasting failure is not tried again', async () => {
  const { run, attempts } = setup([lasting]);
  await expect(run).rejects.toBe(lasting);
  expect(attempts()).toBe(1);
});

test('a bug is not tried again', async () => {
  const bug = new TypeError('x is not a function');
  await expect(setup([bug]).run).rejects.toBe(bug);
});

test("the service's own wish goes before the backoff", async () => {
  const asked = new MonitorError('MODEL_UNAVAILABLE', 'slow down', { retryable: true, retryAfterMs: 7_000 });
  const { run, slept } = setup([asked]);
  await run;
  expect(slept).toEqual([7_000]);
});

test('a wish that ends behind the deadline is not waited for', async () => {
  const asked = new MonitorError('MODEL_UNAVAILABLE', 'come back tomorrow', {
    retryable: true,
    retryAfterMs: 86_400_000,
  });
  const { run, slept } = setup([asked]);
  await expect(run).rejects.toBe(asked);
  expect(slept).toEqual([]);
});

test('nothing is tried again for a caller who gave up', async () => {
  const { run, attempts } = setup([passing, passing], 60_000, AbortSignal.abort());
  await expect(run).rejects.toBe(passing);
  expect(attempts()).toBe(1);
});
