import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelRequest } from '../../../src/domain/model.ts';
import { silentLog } from '../../../src/log.ts';
import { createModel, type ModelCall } from '../../../src/model/model.ts';
import type { ModelSettings } from '../../../src/model/model-settings.ts';
import type { PriceTable } from '../../../src/model/prices.ts';
import { Secret } from '../../../src/secret.ts';
import type { ClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';

const SETTINGS: ModelSettings = {
  provider: 'anthropic',
  endpoint: undefined,
  maxRetries: 0,
  timeoutMs: 5_000,
  maxTokensPerRequest: 4_000,
  temperature: undefined,
  perCycleUsd: 100,
  perDayUsd: 100,
};

/** The real model room against a stand-in: no waiting between retries, deadlines as the test wants them. */
export function modelAgainst(
  claude: Pick<ClaudeStandIn, 'url' | 'apiKey'>,
  options: {
    readonly settings?: Partial<ModelSettings>;
    readonly headersMs?: number;
    readonly idleMs?: number;
    readonly prices?: PriceTable;
    readonly apiKey?: () => Secret | undefined;
    readonly now?: () => number;
  } = {},
) {
  const calls: ModelCall[] = [];
  const slept: number[] = [];
  const model = createModel({
    apiKey: options.apiKey ?? (() => new Secret(claude.apiKey)),
    baseUrl: claude.url,
    settings: () => ({ ...SETTINGS, ...options.settings }),
    spend: { load: () => Promise.resolve(0), add: () => Promise.resolve() },
    onCall: (call) => calls.push(call),
    now: options.now ?? Date.now,
    sleep: async (ms) => {
      slept.push(ms);
      await sleep(1);
    },
    random: () => 0.5,
    log: silentLog,
    headersMs: options.headersMs ?? 1_000,
    idleMs: options.idleMs ?? 1_000,
    ...(options.prices !== undefined && { prices: options.prices }),
  });
  const cycle = model.forCycle('2026-11-21T18:00:05Z-scheduled');
  if (cycle.call === undefined) throw new Error(cycle.reason);
  return { model, call: cycle.call, calls, slept };
}

export function aRequest(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'claude-haiku-5-5',
    system: ['You read clusters.'],
    tools: [
      {
        name: 'k8s_get',
        description: 'Reads objects.',
        inputSchema: {
          type: 'object',
          properties: { kind: { type: 'string' } },
          required: ['kind'],
          additionalProperties: false,
        },
        strict: false,
      },
    ],
    messages: [{ role: 'user', text: 'What is wrong?' }],
    maxTokens: 2_000,
    effort: undefined,
    signal: new AbortController().signal,
    ...overrides,
  };
}
