import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { whenOver } from '../../../src/definitions/thread-budget.ts';

/** A thread that gets this share of a processor. */
function threadAt(share: number, options: { readonly beganAtMs?: number } = {}) {
  const startedAt = performance.now();
  return {
    cpuUsage: async () => {
      await setTimeout(1);
      const usedMs = (options.beganAtMs ?? 0) + (performance.now() - startedAt) * share;
      return { user: usedMs * 900, system: usedMs * 100 };
    },
  };
}

/** How long it had, by the clock. */
async function endOf(thread: Parameters<typeof whenOver>[0], limits: Parameters<typeof whenOver>[1]): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    whenOver(thread, limits, resolve);
  });
  return performance.now() - startedAt;
}

const FAR_MS = 60_000;

test.each([
  { name: 'that has a processor to itself ends with its budget', share: 1, longestMs: FAR_MS, atLeastMs: 45 },
  { name: 'that gets a tenth of one has ten times as long', share: 0.1, longestMs: FAR_MS, atLeastMs: 450 },
  { name: 'that gets nothing ends by the clock', share: 0, longestMs: 300, atLeastMs: 290 },
])('a thread $name', async ({ share, longestMs, atLeastMs }) => {
  const endedAfterMs = await endOf(threadAt(share), { budgetMs: 50, longestMs, since: { cpuMs: 0 } });

  expect(endedAfterMs).toBeGreaterThanOrEqual(atLeastMs);
});

test('what the thread had used before does not count', async () => {
  const thread = threadAt(1, { beganAtMs: 10_000 });

  const endedAfterMs = await endOf(thread, { budgetMs: 100, longestMs: FAR_MS, since: { cpuMs: 10_000 } });

  expect(endedAfterMs).toBeGreaterThanOrEqual(95);
});

test.each([
  ['never answers', { cpuUsage: () => new Promise<never>(() => undefined) }],
  ['is not there any more', { cpuUsage: () => Promise.reject(new Error('ERR_WORKER_NOT_RUNNING')) }],
])('a thread that %s ends by the clock at the latest', async (_name, thread) => {
  await expect(endOf(thread, { budgetMs: 20, longestMs: 100, since: { cpuMs: 0 } })).resolves.toBeGreaterThan(15);
});

test('nothing is called after it was disposed, also when it was asking', async () => {
  let called = false;
  const limit = whenOver(threadAt(1), { budgetMs: 20, longestMs: 1_000, since: { cpuMs: 0 } }, () => {
    called = true;
  });
  await setTimeout(21);
  limit[Symbol.dispose]();
  await setTimeout(60);

  expect(called).toBe(false);
});
