import type { Anthropic } from '@anthropic-ai/sdk';
import { STOP_REASONS, type ModelBlock, type StopReason } from '../domain/model.ts';
import { MonitorError } from '../errors.ts';
import type { TokenCounts } from './prices.ts';

export interface StreamedReply {
  readonly blocks: readonly ModelBlock[];
  readonly stopReason: StopReason;
}

/** A block while it grows. */
interface OpenBlock {
  readonly start: Anthropic.RawContentBlockStartEvent['content_block'];
  text: string;
  signature: string;
  json: string;
  closed: boolean;
}

/**
 * Puts the events of one answer together. Anything out of order, and any end before `message_stop`, is a failure: a half answer is never
 * returned, so no tool can run from one.
 *
 * @param onContent hears each event; pings never arrive here, so that silence behind pings is noticed
 * @param onUsage hears the counts as they grow, so that a broken answer is paid for too
 * @throws {MonitorError} `MODEL_OUTPUT_INVALID` (retryable) for events that make no sense, `MODEL_UNAVAILABLE` (retryable) for an answer that ended early
 */
export async function readStream(
  events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  onContent: () => void,
  onUsage: (usage: TokenCounts) => void,
): Promise<StreamedReply> {
  const blocks: OpenBlock[] = [];
  let usage: TokenCounts | undefined;
  let stopReason: StopReason | undefined;
  let ended = false;
  const count = (counts: Anthropic.Usage | Anthropic.MessageDeltaUsage): void => {
    usage = {
      inputTokens: counts.input_tokens ?? usage?.inputTokens ?? 0,
      outputTokens: Math.max(counts.output_tokens, usage?.outputTokens ?? 0),
      cacheReadTokens: counts.cache_read_input_tokens ?? usage?.cacheReadTokens ?? 0,
      cacheWriteTokens: counts.cache_creation_input_tokens ?? usage?.cacheWriteTokens ?? 0,
    };
    onUsage(usage);
  };

  for await (const event of events) {
    onContent();
    if (ended) throw invalid('events after the end of the answer');
    if (event.type === 'message_start') {
      if (usage !== undefined) throw invalid('a second beginning of the answer');
      count(event.message.usage);
      continue;
    }
    if (usage === undefined) throw invalid('an event before the beginning of the answer');
    switch (event.type) {
      case 'content_block_start':
        if (event.index !== blocks.length || blocks.at(-1)?.closed === false) throw invalid('blocks out of order');
        blocks.push({ start: event.content_block, text: '', signature: '', json: '', closed: false });
        break;
      case 'content_block_delta':
        grow(openBlock(blocks, event.index), event.delta);
        break;
      case 'content_block_stop':
        openBlock(blocks, event.index).closed = true;
        break;
      case 'message_delta':
        count(event.usage);
        stopReason = STOP_REASONS.find((reason) => reason === event.delta.stop_reason);
        break;
      case 'message_stop':
        ended = true;
        break;
    }
  }
  if (!ended) {
    throw new MonitorError('MODEL_UNAVAILABLE', 'the answer of the Claude API ended in the middle', {
      retryable: true,
    });
  }
  if (stopReason === undefined) throw invalid('an answer without a known reason for its end');
  if (blocks.some((block) => !block.closed)) throw invalid('a block without an end');
  return { blocks: finished(blocks, stopReason), stopReason };
}

function openBlock(blocks: readonly OpenBlock[], index: number): OpenBlock {
  const block = blocks[index];
  if (block === undefined || block.closed) throw invalid('a part of a block that is not open');
  return block;
}

function grow(block: OpenBlock, delta: Anthropic.RawContentBlockDelta): void {
  if (delta.type === 'text_delta' && block.start.type === 'text') block.text += delta.text;
  else if (delta.type === 'thinking_delta' && block.start.type === 'thinking') block.text += delta.thinking;
  else if (delta.type === 'signature_delta' && block.start.type === 'thinking') block.signature += delta.signature;
  else if (delta.type === 'input_json_delta' && block.start.type === 'tool_use') block.json += delta.partial_json;
  else if (delta.type !== 'citations_delta') throw invalid(`a ${delta.type} inside a ${block.start.type} block`);
}

function finished(blocks: readonly OpenBlock[], stopReason: StopReason): ModelBlock[] {
  const ids = new Set<string>();
  return blocks.flatMap((block): ModelBlock[] => {
    const { start } = block;
    if (start.type === 'text') return [{ type: 'text', text: start.text + block.text }];
    if (start.type === 'thinking') {
      const raw = { ...start, thinking: start.thinking + block.text, signature: start.signature + block.signature };
      return [{ type: 'opaque', raw }];
    }
    if (start.type !== 'tool_use') return [{ type: 'opaque', raw: start }];
    if (ids.has(start.id)) throw invalid('two tool calls with one id');
    ids.add(start.id);
    const input = parsedInput(block.json);
    if (input !== undefined) return [{ type: 'tool-call', id: start.id, name: start.name, input: input.value }];
    // An answer that hit a limit may stop inside a call; only a complete turn must be whole.
    if (stopReason !== 'tool_use') return [];
    throw invalid(`the input of ${start.name} is no JSON`);
  });
}

function parsedInput(json: string): { readonly value: unknown } | undefined {
  if (json === '') return { value: {} };
  try {
    return { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

function invalid(what: string): MonitorError {
  return new MonitorError('MODEL_OUTPUT_INVALID', `the Claude API sent what cannot be read: ${what}`, {
    retryable: true,
  });
}
