import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliver, sendRefusal } from './claude-delivery.ts';
import { claudeModels, modelInfo, type ClaudeModel } from './claude-models.ts';
import { invalid, promptRefusal, type Refusal } from './claude-refusals.ts';
import { composeReply } from './claude-reply.ts';
import {
  countTokensRequest,
  describeIssue,
  messagesRequest,
  type ClaudePrompt,
  type ClaudeRequest,
} from './claude-request.ts';
import { createThinkingMemory } from './claude-thinking.ts';
import type { Turn } from './claude-turn.ts';
import { createPromptCache, promptTokens } from './claude-usage.ts';
import { parseJson, readBody, sendJson, startLoopbackServer } from './loopback-server.ts';

/** Decides what the model says to a request; `undefined` means that the request was not expected. */
export type ClaudeScript = (request: ClaudeRequest) => Turn | undefined | Promise<Turn | undefined>;

export interface ClaudeStandInOptions {
  /** Turns are used up one a request, in order of arrival. */
  readonly script?: ClaudeScript | readonly Turn[];
  /** The one key that is accepted. */
  readonly apiKey?: string;
  readonly models?: readonly ClaudeModel[];
  readonly now?: () => number;
}

/** One request as it came in, whether it was answered or refused. */
interface ReceivedClaudeRequest {
  readonly receivedAtMs: number;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; `undefined` for no body, or for one that is no JSON. */
  readonly body: unknown;
}

/** A request that the real service would have refused, or that the script did not expect. */
interface ClaudeViolation {
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

export interface ClaudeStandIn extends AsyncDisposable {
  /** For `baseURL`. */
  readonly url: string;
  readonly apiKey: string;
  readonly requests: readonly ReceivedClaudeRequest[];
  /** The well-formed bodies of `POST /v1/messages`, in order of arrival. */
  readonly messages: readonly ClaudeRequest[];
  readonly violations: readonly ClaudeViolation[];
}

/** The service's own bound for a request body. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const VERSIONS = new Set(['2026-10-21', '2023-06-01']);
const REMOVED_SAMPLING = ['temperature', 'top_p', 'top_k'] as const;

/**
 * Starts a server that speaks the Messages API as far as the product uses it, and refuses what the service refuses.
 * It has no model: a script says what each answer is. Usage is estimated from the bytes, with a real prompt cache.
 */
export async function startClaudeStandIn(options: ClaudeStandInOptions = {}): Promise<ClaudeStandIn> {
  const { script = [], apiKey = 'sk-ant-stand-in', models = claudeModels, now = Date.now } = options;
  const requests: ReceivedClaudeRequest[] = [];
  const messages: ClaudeRequest[] = [];
  const violations: ClaudeViolation[] = [];
  const memory = createThinkingMemory();
  const cache = createPromptCache(now);
  const turns = typeof script === 'function' ? script : queueOf(script);
  let lastId = 0;
  const nextId = (prefix: string): string => `${prefix}_01StandIn${String((lastId += 1)).padStart(14, '0')}`;

  const modelNamed = (id: string): ClaudeModel | Refusal =>
    models.find((model) => model.id === id && model.lifecycle !== 'retired') ?? {
      status: 404,
      type: 'not_found_error',
      message: `model: ${id}`,
    };

  /** The model of a well-formed prompt, or why the service would refuse it. */
  const judge = (prompt: ClaudePrompt): ClaudeModel | Refusal => {
    const model = modelNamed(prompt.model);
    if ('status' in model) return model;
    const refusal = promptRefusal(prompt, model, memory.endsPaused(prompt));
    if (refusal !== undefined) return refusal;
    const problem = memory.problem(prompt, model);
    return problem === undefined ? model : invalid(problem);
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = nextId('req');
    const text = await readBody(request, MAX_BODY_BYTES);
    const { pathname: path } = new URL(request.url ?? '/', 'http://stand-in');
    const method = request.method ?? '';
    const body = text === undefined || text === '' ? undefined : parseJson(text);
    requests.push({ receivedAtMs: now(), method, path, headers: request.headers, body });
    const refuse = (refusal: Refusal): void => {
      violations.push({ path, status: refusal.status, type: refusal.type, message: refusal.message });
      sendRefusal(response, requestId, refusal, refusal.status === 401 ? { 'x-should-retry': 'false' } : {});
    };

    const door = doorRefusal(request.headers, apiKey, text);
    if (door !== undefined) return refuse(door);
    if (method === 'GET' && path.startsWith('/v1/models/')) {
      const id = decodeURIComponent(path.slice('/v1/models/'.length));
      const model = models.find((each) => each.id === id);
      if (model === undefined) return refuse({ status: 404, type: 'not_found_error', message: `model: ${id}` });
      return sendJson(response, 200, modelInfo(model), { 'request-id': requestId });
    }
    if (method !== 'POST' || (path !== '/v1/messages' && path !== '/v1/messages/count_tokens')) {
      return refuse({ status: 404, type: 'not_found_error', message: `Not found: ${method} ${path}` });
    }
    if (request.headers['content-type']?.startsWith('application/json') !== true || body === undefined) {
      return refuse(invalid('The request body is not valid JSON'));
    }
    for (const field of REMOVED_SAMPLING) {
      if (typeof body === 'object' && body !== null && field in body) {
        return refuse(invalid(`${field}: this parameter is not supported on this model`));
      }
    }

    if (path === '/v1/messages/count_tokens') {
      const prompt = countTokensRequest.safeParse(body);
      if (!prompt.success) return refuse(invalid(issueOf(prompt.error.issues)));
      const model = judge(prompt.data);
      if ('status' in model) return refuse(model);
      return sendJson(response, 200, { input_tokens: promptTokens(prompt.data) }, { 'request-id': requestId });
    }

    const parsed = messagesRequest.safeParse(body);
    if (!parsed.success) return refuse(invalid(issueOf(parsed.error.issues)));
    const asked = parsed.data;
    messages.push(asked);
    const model = judge(asked);
    if ('status' in model) return refuse(model);
    const size = sizeRefusal(asked, model);
    if (size !== undefined) return refuse(size);

    const turn = asked.max_tokens === 0 ? ({ stopReason: 'max_tokens' } satisfies Turn) : await turns(asked);
    if (turn === undefined) return refuse(invalid('the script of the stand-in has no turn for this request'));
    if (turn.delayMs !== undefined) await sleep(turn.delayMs);
    // An answer that never starts leaves nothing in the cache and no thinking behind.
    const inputUsage = isWithoutAnswer(turn) ? NO_INPUT : cache(asked, model);
    const reply = composeReply(turn, {
      id: nextId('msg'),
      prompt: asked,
      inputUsage,
      memory,
      nextToolUseId: () => nextId('toolu'),
    });
    await deliver(response, reply, { streamed: asked.stream === true, fault: turn.fault, requestId });
  }

  const server = await startLoopbackServer(answer, (message) => {
    violations.push({ path: '', status: 500, type: 'api_error', message });
  });
  return {
    url: server.url,
    apiKey,
    requests,
    messages,
    violations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const NO_INPUT = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_1h_input_tokens: 0,
} as const;

function isWithoutAnswer({ fault }: Turn): boolean {
  return fault?.kind === 'status' || fault?.kind === 'html' || fault?.kind === 'hang';
}

function queueOf(turns: readonly Turn[]): ClaudeScript {
  let next = 0;
  return () => turns[next++];
}

function issueOf(issues: readonly Parameters<typeof describeIssue>[0][]): string {
  const first = issues[0];
  return first === undefined ? 'invalid request' : describeIssue(first);
}

function doorRefusal(headers: IncomingHttpHeaders, apiKey: string, text: string | undefined): Refusal | undefined {
  if (headers.authorization === undefined) {
    return { status: 401, type: 'authentication_error', message: 'authorization: a Bearer key is required' };
  }
  if (headers.authorization !== `Bearer ${apiKey}`) {
    return { status: 401, type: 'authentication_error', message: 'invalid API key' };
  }
  const version = headers['anthropic-version'];
  if (version === undefined) return invalid('anthropic-version: header is required');
  if (typeof version !== 'string' || !VERSIONS.has(version)) {
    return invalid(`anthropic-version: ${JSON.stringify(version)} is not a valid version`);
  }
  if (text === undefined) {
    return { status: 413, type: 'request_too_large', message: 'Request exceeds the maximum size' };
  }
  return undefined;
}

function sizeRefusal(request: ClaudeRequest, model: ClaudeModel): Refusal | undefined {
  if (request.max_tokens > model.maxOutputTokens) {
    return invalid(
      `max_tokens: ${request.max_tokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
    );
  }
  const budget = request.thinking?.type === 'enabled' ? request.thinking.budget_tokens : 0;
  if (budget >= request.max_tokens && budget > 0) {
    return invalid('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  const tokens = promptTokens(request);
  if (tokens > model.maxInputTokens) {
    return invalid(`prompt is too long: ${tokens} tokens > ${model.maxInputTokens} maximum`);
  }
  return undefined;
}
