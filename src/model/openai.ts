import * as z from 'zod';
import { retryAfterMs } from '../domain/wait.ts';
import type { StopReason } from '../domain/model.ts';
import { messageOf, MonitorError } from '../errors.ts';
import type { ReadSecret } from '../secret.ts';
import { toChatRequest } from './openai-request.ts';
import type { TokenCounts } from './prices.ts';
import type { Provider } from './provider.ts';
import { eventData } from './server-sent-events.ts';
import type { StreamedReply } from './stream.ts';
import { watchdog } from './watchdog.ts';

/** Where the service lives when nobody says otherwise. */
export const OPENAI_URL = 'https://api.openai.com/v1';

const PASSING_STATUSES = new Set([408, 409, 425, 429]);
const LONGEST_DETAIL = 300;

const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                index: z.int(),
                id: z.string().nullish(),
                function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
              }),
            )
            .nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: z
    .object({
      prompt_tokens: z.int(),
      completion_tokens: z.int(),
      prompt_tokens_details: z.object({ cached_tokens: z.int().nullish() }).nullish(),
    })
    .nullish(),
  error: z.object({ message: z.string() }).nullish(),
});
const Failure = z.object({ error: z.object({ message: z.string(), code: z.string().nullish() }) });

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  stop: 'end_turn',
  tool_calls: 'tool_use',
  length: 'max_tokens',
  content_filter: 'refusal',
};

/** Chat completions with tools, streamed, of OpenAI or whoever speaks like it. */
export function createOpenAi(options: {
  readonly apiKey: ReadSecret;
  /** With its `/v1`. */
  readonly baseUrl: string;
  readonly now: () => number;
  readonly fetch?: typeof fetch;
}): Provider {
  const { apiKey, now } = options;
  const url = `${options.baseUrl.replace(/\/$/, '')}/chat/completions`;

  return async (request, { maxTokens, temperature, deadlines, onUsage }) => {
    const key = apiKey();
    if (key === undefined) throw new MonitorError('MODEL_REJECTED', 'OPENAI_API_KEY is not set');
    const watch = watchdog(request.signal);
    try {
      watch.expect(`no answer of the OpenAI API within ${deadlines.headersMs} ms`, deadlines.headersMs);
      const response = await watch.within(
        (options.fetch ?? fetch)(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${key.reveal()}` },
          body: JSON.stringify(toChatRequest(request, maxTokens, temperature)),
          signal: watch.signal,
          // A prompt goes where the settings say and nowhere else.
          redirect: 'error',
        }),
      );
      if (!response.ok) throw failureOf(response, await watch.within(response.text()), request.model, now());
      const contentType = response.headers.get('content-type') ?? 'nothing';
      if (!contentType.startsWith('text/event-stream') || response.body === null) {
        throw new MonitorError(
          'MODEL_REJECTED',
          `${options.baseUrl} answered ${contentType} instead of a stream of events: is this the OpenAI API, or a proxy before it?`,
        );
      }
      const silence = `the OpenAI API fell silent for ${deadlines.idleMs} ms inside its answer`;
      watch.expect(silence, deadlines.idleMs);
      return await watch.within(
        readChat(eventData(response.body), () => watch.expect(silence, deadlines.idleMs), onUsage),
      );
    } catch (error) {
      const expired = watch.expired();
      if (expired !== undefined) throw expired;
      if (error instanceof MonitorError) throw error;
      throw new MonitorError('MODEL_UNAVAILABLE', `the OpenAI API could not be reached: ${deepestCause(error)}`, {
        retryable: true,
        cause: error,
      });
    } finally {
      watch.stop();
    }
  };
}

async function readChat(
  events: AsyncIterable<string>,
  onContent: () => void,
  onUsage: (usage: TokenCounts) => void,
): Promise<StreamedReply> {
  let text = '';
  let refused = false;
  let stopReason: StopReason | undefined;
  let ended = false;
  const calls: { id: string; name: string; json: string }[] = [];
  for await (const data of events) {
    onContent();
    if (data === '[DONE]') {
      ended = true;
      break;
    }
    const chunk = chunkOf(data);
    if (chunk.error) throw new MonitorError('MODEL_UNAVAILABLE', chunk.error.message, { retryable: true });
    if (chunk.usage) {
      const cached = chunk.usage.prompt_tokens_details?.cached_tokens ?? 0;
      onUsage({
        inputTokens: chunk.usage.prompt_tokens - cached,
        outputTokens: chunk.usage.completion_tokens,
        cacheReadTokens: cached,
        cacheWriteTokens: 0,
      });
    }
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    text += choice.delta.content ?? '';
    refused ||= (choice.delta.refusal ?? '') !== '';
    for (const part of choice.delta.tool_calls ?? []) {
      if (part.index > calls.length) throw invalid('tool calls out of order');
      const call = (calls[part.index] ??= { id: '', name: '', json: '' });
      call.id ||= part.id ?? '';
      call.name ||= part.function?.name ?? '';
      call.json += part.function?.arguments ?? '';
    }
    if (choice.finish_reason) stopReason = STOP_REASONS[choice.finish_reason];
  }
  if (!ended) {
    throw new MonitorError('MODEL_UNAVAILABLE', 'the answer of the OpenAI API ended in the middle', {
      retryable: true,
    });
  }
  if (refused) stopReason = 'refusal';
  if (stopReason === undefined) throw invalid('an answer without a known reason for its end');
  const complete = stopReason === 'tool_use';
  return {
    stopReason,
    blocks: [
      ...(text === '' ? [] : [{ type: 'text' as const, text }]),
      // An answer that hit a limit may stop inside a call; only a complete turn may run one.
      ...(complete ? calls : []).map(({ id, name, json }) => {
        if (id === '' || name === '') throw invalid('a tool call without id or name');
        return { type: 'tool-call' as const, id, name, input: inputOf(name, json) };
      }),
    ],
  };
}

function chunkOf(data: string): z.infer<typeof Chunk> {
  try {
    return Chunk.parse(JSON.parse(data));
  } catch {
    throw invalid('an event that is none of chat completions');
  }
}

function inputOf(name: string, json: string): unknown {
  try {
    return json === '' ? {} : JSON.parse(json);
  } catch {
    throw invalid(`the input of ${name} is no JSON`);
  }
}

function failureOf(response: Response, body: string, model: string, nowMs: number): MonitorError {
  const { status } = response;
  const parsed = Failure.safeParse(jsonOf(body));
  const code = parsed.data?.error.code ?? '';
  const detail = (parsed.data?.error.message ?? body).slice(0, LONGEST_DETAIL);
  if (code === 'insufficient_quota' || code === 'billing_hard_limit_reached') {
    return new MonitorError('MODEL_SPEND_LIMIT', `the OpenAI account has reached its spend limit: ${detail}`);
  }
  if (PASSING_STATUSES.has(status) || status >= 500) {
    return new MonitorError('MODEL_UNAVAILABLE', `the OpenAI API failed (${status}): ${detail}`, {
      retryable: true,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), nowMs),
    });
  }
  const remedy =
    status === 401 || status === 403
      ? 'check OPENAI_API_KEY'
      : status === 404
        ? `check llm.model (${model}) and llm.endpoint, which ends in /v1`
        : 'check llm.model and llm.max_tokens_per_request';
  return new MonitorError('MODEL_REJECTED', `the OpenAI API refused the request (${status}): ${detail}; ${remedy}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function deepestCause(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? deepestCause(error.cause) : messageOf(error);
}

function invalid(what: string): MonitorError {
  return new MonitorError('MODEL_OUTPUT_INVALID', `the OpenAI API sent what cannot be read: ${what}`, {
    retryable: true,
  });
}
