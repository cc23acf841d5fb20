import { MonitorError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { costUsd, type Price } from './prices.ts';

/** Where the day's spend survives a restart. `day` is `YYYY-MM-DD`, UTC. */
export interface SpendStore {
  load(day: string): Promise<number>;
  add(day: string, usd: number): Promise<void>;
}

interface Limits {
  readonly perCycleUsd: number;
  readonly perDayUsd: number;
}

/** What a call may cost at most; settled with what it did cost. */
interface Reservation {
  /** Possibly fewer than asked for: what the budget still pays for. */
  readonly maxTokens: number;
  settle(spentUsd: number): Promise<void>;
}

interface CycleBudget {
  /**
   * Waits while calls in flight hold what this one needs; they end within their own deadlines.
   *
   * @throws {MonitorError} `BUDGET_SPENT`
   */
  reserve(call: {
    readonly promptTokens: number;
    readonly maxTokens: number;
    readonly price: Price;
    readonly signal: AbortSignal;
  }): Promise<Reservation>;
  readonly spentUsd: () => number;
}

export interface Budget {
  forCycle(limits: Limits): CycleBudget;
  /** @returns US dollars spent since midnight UTC */
  readonly spentTodayUsd: () => Promise<number>;
}

/** An answer shorter than this is not worth paying a prompt for. */
const SMALLEST_ANSWER_TOKENS = 1_024;

export function createBudget(options: {
  readonly store: SpendStore;
  readonly now: () => number;
  readonly log: Logger;
}): Budget {
  const { store, now, log } = options;
  let today: { readonly day: string; spentUsd: number } | undefined;
  let reservedUsd = 0;
  let waiting: (() => void)[] = [];

  async function currentDay(): Promise<{ readonly day: string; spentUsd: number }> {
    const day = new Date(now()).toISOString().slice(0, 10);
    if (today?.day === day) return today;
    let spentUsd = 0;
    try {
      spentUsd = await store.load(day);
    } catch (error) {
      log.warn('the spend of the day could not be read and counts from zero', { day, cause: messageOf(error) });
    }
    // Another call may have loaded it meanwhile and already added to it.
    if (today?.day !== day) today = { day, spentUsd };
    return today;
  }

  function forCycle(limits: Limits): CycleBudget {
    let cycleSpentUsd = 0;
    let cycleReservedUsd = 0;

    const reserve: CycleBudget['reserve'] = async ({ promptTokens, maxTokens, price, signal }) => {
      for (;;) {
        const day = await currentDay();
        const leftUsd = Math.min(limits.perCycleUsd - cycleSpentUsd, limits.perDayUsd - day.spentUsd);
        const freeUsd = Math.min(
          limits.perCycleUsd - cycleSpentUsd - cycleReservedUsd,
          limits.perDayUsd - day.spentUsd - reservedUsd,
        );
        const affordable = answerTokens(promptTokens, maxTokens, price, freeUsd);
        if (affordable === undefined) {
          const smallest = answerTokens(promptTokens, maxTokens, price, leftUsd);
          if (smallest === undefined || reservedUsd === 0) throw spent(limits, cycleSpentUsd, day.spentUsd);
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          if (signal.aborted)
            throw new MonitorError('MODEL_UNAVAILABLE', 'the call was stopped while it waited for its budget');
          continue;
        }
        const heldUsd = worstCaseUsd(promptTokens, affordable, price);
        reservedUsd += heldUsd;
        cycleReservedUsd += heldUsd;
        return {
          maxTokens: affordable,
          async settle(spentUsd) {
            reservedUsd = Math.max(0, reservedUsd - heldUsd);
            cycleReservedUsd = Math.max(0, cycleReservedUsd - heldUsd);
            cycleSpentUsd += spentUsd;
            const settledDay = await currentDay();
            settledDay.spentUsd += spentUsd;
            const woken = waiting;
            waiting = [];
            for (const wake of woken) wake();
            if (spentUsd === 0) return;
            try {
              await store.add(settledDay.day, spentUsd);
            } catch (error) {
              log.warn('the spend of the day could not be recorded', { spentUsd, cause: messageOf(error) });
            }
          },
        };
      }
    };
    return { reserve, spentUsd: () => cycleSpentUsd };
  }

  return { forCycle, spentTodayUsd: async () => (await currentDay()).spentUsd };
}

/** Everything of the prompt written to the cache, and an answer of full length. */
export function worstCaseUsd(promptTokens: number, maxTokens: number, price: Price): number {
  return costUsd(
    { inputTokens: 0, cacheWriteTokens: promptTokens, cacheReadTokens: 0, outputTokens: maxTokens },
    price,
  );
}

/** How long an answer `usd` pays for; `undefined` when it would be too short to be of use. */
function answerTokens(promptTokens: number, maxTokens: number, price: Price, usd: number): number | undefined {
  if (worstCaseUsd(promptTokens, maxTokens, price) <= usd) return maxTokens;
  const perTokenUsd = worstCaseUsd(promptTokens, 1, price) - worstCaseUsd(promptTokens, 0, price);
  const affordable = Math.floor((usd - worstCaseUsd(promptTokens, 0, price)) / perTokenUsd);
  return affordable >= Math.min(SMALLEST_ANSWER_TOKENS, maxTokens) ? Math.min(affordable, maxTokens) : undefined;
}

function spent(limits: Limits, cycleSpentUsd: number, daySpentUsd: number): MonitorError {
  const byDay = limits.perDayUsd - daySpentUsd <= limits.perCycleUsd - cycleSpentUsd;
  const [name, limit, used] = byDay
    ? (['day', limits.perDayUsd, daySpentUsd] as const)
    : (['cycle', limits.perCycleUsd, cycleSpentUsd] as const);
  return new MonitorError(
    'BUDGET_SPENT',
    `the model budget of the ${name} is spent: $${used.toFixed(4)} of $${limit.toFixed(2)}; raise budget.per_${name}_usd or wait`,
  );
}
