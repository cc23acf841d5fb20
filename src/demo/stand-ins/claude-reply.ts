import type { ClaudePrompt } from './claude-request.ts';
import type { ClaudeStopReason, Turn } from './claude-turn.ts';
import type { ThinkingMemory } from './claude-thinking.ts';
import { estimateTokens, type ClaudeUsage } from './claude-usage.ts';

/** A finished message with its wire form in both modes. */
export interface Reply {
  readonly message: Readonly<Record<string, unknown>>;
  readonly events: readonly StreamEvent[];
}

export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

interface ReplyOptions {
  readonly id: string;
  readonly prompt: ClaudePrompt;
  readonly inputUsage: Omit<ClaudeUsage, 'output_tokens' | 'thinking_tokens'>;
  readonly memory: ThinkingMemory;
  readonly nextToolUseId: () => string;
}

/** Makes the message which a turn of the script stands for, and remembers what it issues. */
export function composeReply(turn: Turn, { id, prompt, inputUsage, memory, nextToolUseId }: ReplyOptions): Reply {
  const thoughts = typeof turn.thinking === 'string' ? [turn.thinking] : (turn.thinking ?? []);
  const content: Record<string, unknown>[] = thoughts.map((thinking) => memory.sign(thinking, prompt));
  if (turn.text !== undefined) content.push({ type: 'text', text: turn.text, citations: null });
  for (const call of turn.toolCalls ?? []) {
    content.push({
      type: 'tool_use',
      id: call.id ?? nextToolUseId(),
      name: call.name,
      input: call.input,
      caller: { type: 'direct' },
    });
  }
  const stopReason: ClaudeStopReason = turn.stopReason ?? (turn.toolCalls?.length ? 'tool_use' : 'end_turn');
  memory.remember(content, stopReason);

  const thinkingTokens = thoughts.reduce((sum, thought) => sum + estimateTokens(thought), 0);
  const counts = {
    ...inputUsage,
    output_tokens: Math.max(1, estimateTokens(JSON.stringify(content))),
    thinking_tokens: thinkingTokens,
    ...turn.usage,
  };
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model: prompt.model,
    container: null,
    diagnostics: null,
    content,
    stop_reason: stopReason,
    stop_sequence: turn.stopSequence ?? null,
    stop_details:
      stopReason === 'refusal'
        ? { type: 'refusal', category: turn.refusalCategory ?? null, explanation: 'This request was declined.' }
        : null,
    usage: wireUsage(counts),
  };
  return { message, events: eventsOf(message, counts, turn.fault?.kind === 'bad-tool-json') };
}

function wireUsage(counts: ClaudeUsage): Record<string, unknown> {
  return {
    input_tokens: counts.input_tokens,
    output_tokens: counts.output_tokens,
    cache_creation_input_tokens: counts.cache_creation_input_tokens,
    cache_read_input_tokens: counts.cache_read_input_tokens,
    cache_creation: {
      ephemeral_5m_input_tokens: counts.cache_creation_input_tokens - counts.cache_creation_1h_input_tokens,
      ephemeral_1h_input_tokens: counts.cache_creation_1h_input_tokens,
    },
    output_tokens_details: { thinking_tokens: counts.thinking_tokens },
    server_tool_use: null,
    service_tier: 'standard',
    speed: null,
    inference_geo: null,
  };
}

function eventsOf(
  message: Readonly<Record<string, unknown>> & { content: readonly Record<string, unknown>[]; usage: unknown },
  counts: ClaudeUsage,
  breakToolJson: boolean,
): StreamEvent[] {
  const event = (data: { type: string } & Record<string, unknown>): StreamEvent => ({ event: data.type, data });
  const opening = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: wireUsage({ ...counts, output_tokens: 1, thinking_tokens: 0 }),
  };
  const events = [event({ type: 'message_start', message: opening }), event({ type: 'ping' })];
  for (const [index, block] of message.content.entries()) {
    events.push(event({ type: 'content_block_start', index, content_block: emptied(block) }));
    for (const delta of deltasOf(block, breakToolJson)) {
      events.push(event({ type: 'content_block_delta', index, delta }));
    }
    events.push(event({ type: 'content_block_stop', index }));
  }
  const { stop_reason, stop_sequence, stop_details } = message;
  events.push(
    event({
      type: 'message_delta',
      delta: { container: null, stop_reason, stop_sequence, stop_details },
      usage: wireUsage(counts),
    }),
    event({ type: 'message_stop' }),
  );
  return events;
}

function emptied(block: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (block['type'] === 'text') return { ...block, text: '' };
  if (block['type'] === 'thinking') return { ...block, thinking: '', signature: '' };
  return { ...block, input: {} };
}

function deltasOf(block: Readonly<Record<string, unknown>>, breakToolJson: boolean): Record<string, unknown>[] {
  if (block['type'] === 'text') return pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text }));
  if (block['type'] === 'thinking') {
    return [
      ...pieces(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: block['signature'] },
    ];
  }
  const json = JSON.stringify(block['input']) ?? 'null';
  const sent = breakToolJson ? json.slice(0, Math.max(1, json.length - 2)) : json;
  // The service opens with an empty fragment.
  return ['', ...pieces(sent)].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

/** Cuts a text into fragments of about the service's size, never inside a surrogate pair. */
function pieces(text: string, size = 40): string[] {
  const characters = Array.from(text);
  const cut: string[] = [];
  for (let from = 0; from < characters.length; from += size) cut.push(characters.slice(from, from + size).join(''));
  return cut;
}
