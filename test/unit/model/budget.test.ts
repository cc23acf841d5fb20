import { expect, test } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { createBudget, worstCaseUsd, type SpendStore } from '../../../src/model/budget.ts';

/** One dollar for a million of anything. */
const PRICE = { input: 1, output: 1, cacheWrite: 1, cacheRead: 1 };
const signal = new AbortController().signal;
const call = (tokens: number) => ({ promptTokens: 0, maxTokens: tokens, price: PRICE, signal });

function memoryStore(initial: Record<string, number> = {}): SpendStore & { readonly days: Map<string, number> } {
  const days = new Map(Object.entries(initial));
  return {
    days,
    load: (day) => Promise.resolve(days.get(day) ?? 0),
    add: (day, usd) => {
      days.set(day, (days.get(day) ?? 0) + usd);
      return Promise.resolve();
    },
  };
}

function setup(store = memoryStore(), nowMs = Date.UTC(2026, 10, 21, 12)) {
  const clock = { ms: nowMs };
  return { budget: createBudget({ store, now: () => clock.ms, log: silentLog }), store, clock };
}

test('what was spent is counted and recorded for the day', async () => {
  const { budget, store } = setup();
  const cycle = budget.forCycle({ perCycleUsd: 1, perDayUsd: 5 });
  await (await cycle.reserve(call(100_000))).settle(0.05);
  expect(cycle.spentUsd()).toBeCloseTo(0.05);
  expect(store.days.get('2026-11-21')).toBeCloseTo(0.05);
});

test('a call that could break the budget of the cycle is refused before it is made', async () => {
  const { budget } = setup();
  const cycle = budget.forCycle({ perCycleUsd: 0.1, perDayUsd: 5 });
  await (await cycle.reserve(call(90_000))).settle(0.0995);
  await expect(cycle.reserve(call(90_000))).rejects.toMatchObject({ code: 'BUDGET_SPENT', message: /per_cycle_usd/ });
});

test('the answer is shortened to what is left, while that is worth having', async () => {
  const { budget } = setup();
  const cycle = budget.forCycle({ perCycleUsd: 0.1, perDayUsd: 5 });
  await (await cycle.reserve(call(90_000))).settle(0.09);
  expect((await cycle.reserve(call(90_000))).maxTokens).toBeGreaterThan(9_900);
  expect(cycle.spentUsd()).toBeCloseTo(0.09);
});

test('the day outlives the process, and a new day begins at midnight UTC', async () => {
  const { budget, clock } = setup(memoryStore({ '2026-11-21': 5 }));
  const limits = { perCycleUsd: 1, perDayUsd: 5 };
  await expect(budget.forCycle(limits).reserve(call(2_000))).rejects.toMatchObject({ message: /per_day_usd/ });
  clock.ms += 12 * 3_600_000;
  await expect(budget.forCycle(limits).reserve(call(2_000))).resolves.toMatchObject({ maxTokens: 2_000 });
});

test('calls at once never hold more than the budget: the next waits for what the others leave', async () => {
  const { budget } = setup();
  const cycle = budget.forCycle({ perCycleUsd: 0.01, perDayUsd: 5 });
  const first = await cycle.reserve(call(9_900));
  const order: string[] = [];
  const second = cycle.reserve(call(9_000)).then((reservation) => {
    order.push('second reserved');
    return reservation;
  });
  await Promise.resolve();
  order.push('first settles');
  await first.settle(0.001);
  await second;
  expect(order).toEqual(['first settles', 'second reserved']);
});

test('one who waits for the budget can be stopped', async () => {
  const { budget } = setup();
  const cycle = budget.forCycle({ perCycleUsd: 0.01, perDayUsd: 5 });
  await cycle.reserve(call(9_900));
  const stop = new AbortController();
  const waiting = cycle.reserve({ ...call(9_000), signal: stop.signal });
  setImmediate(() => stop.abort());
  await expect(waiting).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});

test('a store that cannot be read or written does not stop the calls', async () => {
  const broken: SpendStore = {
    load: () => Promise.reject(new Error('disk full')),
    add: () => Promise.reject(new Error('disk full')),
  };
  const budget = createBudget({ store: broken, now: () => 0, log: silentLog });
  const reservation = await budget.forCycle({ perCycleUsd: 1, perDayUsd: 1 }).reserve(call(1_000));
  await reservation.settle(0.4);
  await expect(budget.spentTodayUsd()).resolves.toBeCloseTo(0.4);
});

test('the worst case is a prompt written to the cache and an answer of full length', () => {
  const price = { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.1 };
  expect(worstCaseUsd(1_000, 100, price)).toBeCloseTo(0.0035);
});
