import type { ClientOptions } from '@anthropic-ai/sdk';
import type { CallModel, ModelReply, ModelRequest, StopReason } from '../domain/model.ts';
import type { Usage } from '../domain/usage.ts';
import { MonitorError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ReadSecret } from '../secret.ts';
import { createBreaker } from './breaker.ts';
import { createBudget, type SpendStore } from './budget.ts';
import { costUsd, estimateTokens, LIST_PRICES, priceOf, type PriceTable, type TokenCounts } from './prices.ts';
import { createProvider, lackOf } from './create-provider.ts';
import type { ModelSettings } from './model-settings.ts';
import type { Deadlines } from './provider.ts';
import { retry } from './retry.ts';
import type { VertexAccess } from './vertex.ts';

/** One attempt, for metrics and the audit. */
export interface ModelCall {
  readonly cycleId: string;
  readonly model: string;
  readonly status: 'ok' | ErrorCode;
  readonly stopReason: StopReason | undefined;
  /** `undefined` when the service said nothing about it. */
  readonly usage: Usage | undefined;
  readonly ms: number;
  readonly message: string | undefined;
}

type CycleModel =
  | { readonly call: CallModel; readonly spentUsd: () => number }
  /** Why checks alone must do, for the start's log and the card's footer. */
  | { readonly call: undefined; readonly reason: string };

export interface Model {
  /** A conversation never crosses a swap: endpoint, limits and prices are those of the cycle's beginning. */
  forCycle(cycleId: string, settings?: ModelSettings): CycleModel;
  /** Why no agent can run now; `undefined` when they can. Looks at settings and key only. */
  missing(): string | undefined;
  /** US dollars since midnight UTC. */
  spentTodayUsd(): Promise<number>;
}

export interface ModelOptions {
  readonly apiKey: ReadSecret;
  /** `ANTHROPIC_BASE_URL`. */
  readonly baseUrl: string | undefined;
  /** Left out: OpenAI is not configured. */
  readonly openAiKey?: ReadSecret;
  /** Left out: Vertex AI is not configured. */
  readonly vertex?: VertexAccess;
  /** The kill switch `model_calls`: asked before every attempt. */
  readonly switchedOn?: () => boolean;
  readonly settings: () => ModelSettings;
  readonly spend: SpendStore;
  readonly onCall: (call: ModelCall) => void;
  readonly now: () => number;
  /** Resolves after `ms`, or early when `signal` aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** [0, 1) */
  readonly random: () => number;
  readonly log: Logger;
  readonly prices?: PriceTable;
  readonly fetch?: ClientOptions['fetch'];
  readonly headersMs?: number;
  readonly idleMs?: number;
}

const HEADERS_MS = 30_000;
const IDLE_MS = 60_000;
const SWITCHED_OFF = 'calls of the model are switched off (model_calls in flags.json)';
/** A spend limit is lifted by a person, not by time. */
const SPEND_LIMIT_PAUSE_MS = 900_000;

/** Everything between the agents and a provider: deadlines, retries, breaker, budget, prices. */
export function createModel(options: ModelOptions): Model {
  const { apiKey, settings, now, log, prices = LIST_PRICES } = options;
  const breaker = createBreaker(now);
  const budget = createBudget({ store: options.spend, now, log });

  const access = { apiKey, openAiKey: options.openAiKey, vertex: options.vertex };
  const switchedOff = (): boolean => options.switchedOn?.() === false;

  function missing({ provider }: ModelSettings = settings()): string | undefined {
    if (switchedOff()) return SWITCHED_OFF;
    if (provider === 'none') return 'no model provider is configured (llm.provider: none)';
    return lackOf(provider, access);
  }

  function forCycle(cycleId: string, pinned: ModelSettings = settings()): CycleModel {
    const reason = missing(pinned);
    if (reason !== undefined) return { call: undefined, reason };
    const cycleBudget = budget.forCycle(pinned);
    const deadlines: Deadlines = {
      headersMs: Math.min(options.headersMs ?? HEADERS_MS, pinned.timeoutMs),
      idleMs: Math.min(options.idleMs ?? IDLE_MS, pinned.timeoutMs),
      callMs: pinned.timeoutMs,
    };
    const provider = createProvider(pinned, {
      ...access,
      anthropicBaseUrl: options.baseUrl,
      now,
      log,
      ...(options.fetch !== undefined && { fetch: options.fetch }),
    });

    async function attempt(request: ModelRequest): Promise<ModelReply> {
      const price = priceOf(request.model, prices);
      const reservation = await cycleBudget.reserve({
        promptTokens: estimateTokens(JSON.stringify([request.tools, request.system, request.messages])),
        maxTokens: Math.min(request.maxTokens, pinned.maxTokensPerRequest),
        price,
        signal: request.signal,
      });
      let admitted = false;
      let counts: TokenCounts | undefined;
      let status: ModelCall['status'] = 'ok';
      let stopReason: StopReason | undefined;
      let message: string | undefined;
      const startedAtMs = now();
      const usage = (): Usage | undefined =>
        counts === undefined ? undefined : { calls: 1, ...counts, costUsd: costUsd(counts, price) };
      try {
        if (switchedOff()) throw new MonitorError('MODEL_UNAVAILABLE', SWITCHED_OFF);
        breaker.admit();
        admitted = true;
        const reply = await provider(request, {
          maxTokens: reservation.maxTokens,
          temperature: pinned.temperature,
          deadlines,
          onUsage: (grown) => (counts = grown),
        });
        breaker.succeeded();
        stopReason = reply.stopReason;
        const used = usage();
        if (used === undefined) throw new MonitorError('MODEL_OUTPUT_INVALID', 'an answer without usage');
        return { model: request.model, ...reply, usage: used };
      } catch (error) {
        if (!(error instanceof MonitorError)) throw error;
        status = error.code;
        message = error.message;
        if (error.code === 'MODEL_SPEND_LIMIT') breaker.trip(SPEND_LIMIT_PAUSE_MS);
        else if (admitted && error.retryable) breaker.failed();
        else if (admitted) breaker.neutral();
        throw error;
      } finally {
        await reservation.settle(usage()?.costUsd ?? 0);
        // What the breaker held back was no call.
        if (admitted) {
          options.onCall({
            cycleId,
            model: request.model,
            status,
            stopReason,
            usage: usage(),
            ms: now() - startedAtMs,
            message,
          });
        }
      }
    }

    const call: CallModel = async (request) => {
      const deadline = new AbortController();
      const late = new MonitorError(
        'MODEL_UNAVAILABLE',
        `no complete answer of the model within ${pinned.timeoutMs} ms`,
        {
          retryable: true,
        },
      );
      const timer = setTimeout(() => deadline.abort(late), pinned.timeoutMs);
      const signal = AbortSignal.any([request.signal, deadline.signal]);
      try {
        return await retry(() => attempt({ ...request, signal }), {
          maxRetries: pinned.maxRetries,
          deadlineAtMs: now() + pinned.timeoutMs,
          now,
          sleep: (ms) => options.sleep(ms, signal),
          random: options.random,
          signal,
        });
      } finally {
        clearTimeout(timer);
      }
    };
    return { call, spentUsd: cycleBudget.spentUsd };
  }

  return { forCycle, missing: () => missing(), spentTodayUsd: budget.spentTodayUsd };
}
