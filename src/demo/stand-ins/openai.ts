import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { parseJson, readBody, sendJson, startLoopbackServer } from './loopback-server.ts';

/*
 * The part of chat completions that the product uses, closed: a field that the real service does not know is refused there with 400, and so it is here.
 */
const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().min(1),
    arguments: z.string().refine((text) => parseJson(text) !== undefined),
  }),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string(), content: z.string() }),
]);
const chatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          description: z.string().optional(),
          parameters: z.looseObject({ type: z.literal('object') }),
        }),
      }),
    )
    .min(1)
    .optional(),
  max_completion_tokens: z.int().min(1),
  temperature: z.number().min(0).max(2).optional(),
  stream: z.literal(true),
  stream_options: z.strictObject({ include_usage: z.boolean() }),
});

/** A body of `POST /v1/chat/completions` that has the right shape. */
export type ChatRequest = z.infer<typeof chatRequest>;

export interface ChatTurn {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly input: unknown }[];
  readonly finishReason?: string;
  /** Instead of an answer. */
  readonly refusal?: { readonly status: number; readonly code?: string; readonly message: string };
  /** The stream ends without its last event. */
  readonly cutOff?: boolean;
}

export interface OpenAiStandIn extends AsyncDisposable {
  /** For `llm.endpoint`: ends in `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  /** The well-formed bodies, in order of arrival. */
  readonly requests: readonly ChatRequest[];
  /** What the real service would have refused. */
  readonly violations: readonly string[];
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** They reason, and refuse to be told how freely. */
const WITHOUT_TEMPERATURE = /^(?:o\d|gpt-5)/;

/** Starts a server that speaks streamed chat completions and refuses what the service refuses. A script says what each answer is. */
export async function startOpenAiStandIn(options: {
  readonly script: (request: ChatRequest) => ChatTurn;
  readonly apiKey?: string;
}): Promise<OpenAiStandIn> {
  const { script, apiKey = 'sk-openai-stand-in-key' } = options;
  const requests: ChatRequest[] = [];
  const violations: string[] = [];
  let lastCall = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, text: string, code: string | null = null): void => {
      violations.push(text);
      sendJson(response, status, { error: { message: text, type: 'invalid_request_error', code } });
    };
    const text = await readBody(request, MAX_BODY_BYTES);
    if (request.url !== '/v1/chat/completions' || request.method !== 'POST') {
      return refuse(404, `Invalid URL (${request.method} ${request.url})`);
    }
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      return refuse(401, 'Incorrect API key provided', 'invalid_api_key');
    }
    const parsed = chatRequest.safeParse(parseJson(text ?? ''));
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
    const asked = parsed.data;
    const unanswered = callsWithoutAnswer(asked);
    if (unanswered !== undefined) return refuse(400, unanswered);
    if (asked.temperature !== undefined && WITHOUT_TEMPERATURE.test(asked.model)) {
      return refuse(400, "Unsupported value: 'temperature' does not support this model", 'unsupported_value');
    }
    requests.push(asked);
    const turn = script(asked);
    if (turn.refusal !== undefined) {
      const { status, code = null, message: said } = turn.refusal;
      return sendJson(response, status, { error: { message: said, type: 'error', code } });
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const chunk of chunksOf(turn, asked, () => `call_${(lastCall += 1)}`)) {
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end(turn.cutOff === true ? '' : 'data: [DONE]\n\n');
  }

  const server = await startLoopbackServer(answer, (said) => violations.push(said));
  return {
    url: `${server.url}/v1`,
    apiKey,
    requests,
    violations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function* chunksOf(turn: ChatTurn, asked: ChatRequest, nextId: () => string): Generator<unknown> {
  const chunk = (delta: unknown, finishReason: string | null = null): unknown => ({
    id: 'chatcmpl-stand-in',
    object: 'chat.completion.chunk',
    model: asked.model,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    usage: null,
  });
  yield chunk({ role: 'assistant', content: turn.text === undefined ? null : '' });
  for (const piece of turn.text?.match(/[\s\S]{1,20}/g) ?? []) yield chunk({ content: piece });
  for (const [index, { name, input }] of (turn.toolCalls ?? []).entries()) {
    yield chunk({ tool_calls: [{ index, id: nextId(), type: 'function', function: { name, arguments: '' } }] });
    for (const piece of JSON.stringify(input).match(/[\s\S]{1,12}/g) ?? []) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  yield chunk({}, turn.finishReason ?? (turn.toolCalls === undefined ? 'stop' : 'tool_calls'));
  if (!asked.stream_options.include_usage) return;
  const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value ?? '').length / 4);
  const [prompt, completion] = [tokens(asked.messages), tokens([turn.text, turn.toolCalls])];
  yield {
    id: 'chatcmpl-stand-in',
    object: 'chat.completion.chunk',
    model: asked.model,
    choices: [],
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  };
}

/** Every call of a tool is answered right behind it, each once. */
function callsWithoutAnswer({ messages }: ChatRequest): string | undefined {
  let open: string[] = [];
  for (const each of messages) {
    if (each.role === 'tool') {
      if (!open.includes(each.tool_call_id))
        return `tool_call_id ${each.tool_call_id} not found in tool_calls before it`;
      open = open.filter((id) => id !== each.tool_call_id);
      continue;
    }
    if (open.length > 0) return `tool_call_ids did not have response messages: ${open.join(', ')}`;
    if (each.role === 'assistant') open = (each.tool_calls ?? []).map(({ id }) => id);
  }
  return open.length > 0 ? `tool_call_ids did not have response messages: ${open.join(', ')}` : undefined;
}
