import type { Anthropic } from '@anthropic-ai/sdk';
import type { ModelBlock, ModelMessage, ModelRequest } from '../domain/model.ts';

type Params = Anthropic.MessageCreateParamsStreaming;
type BlockParam = Anthropic.ContentBlockParam;

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
/** Families that came before `effort`; everything newer has it. */
const BEFORE_EFFORT = /^claude-(?:3|haiku-4|sonnet-4-5|sonnet-4-2|opus-4-[012])/;
const EPHEMERAL = { type: 'ephemeral' } as const;

/**
 * The request as the Messages API takes it. Tools and system come first and are marked for the cache, so that every turn of a conversation,
 * and every conversation of one agent, reads them instead of paying for them; the last two user turns are marked so that the next turn finds
 * this one. At most four marks. `tool_choice` stays `auto`: the current models refuse a forced one.
 */
export function toRequest(request: ModelRequest, maxTokens: number, temperature?: number): Params {
  const effort = EFFORTS.find((candidate) => candidate === request.effort);
  return {
    model: request.model,
    max_tokens: maxTokens,
    stream: true,
    ...(request.tools.length > 0 && {
      tools: request.tools.map((tool, index) => ({
        name: tool.name,
        description: tool.description,
        input_schema: { ...tool.inputSchema, type: 'object' as const },
        ...(tool.strict && { strict: true }),
        ...(index === request.tools.length - 1 && { cache_control: EPHEMERAL }),
      })),
    }),
    system: request.system
      .filter((text) => text.trim() !== '')
      .map((text, index, all) => ({
        type: 'text' as const,
        text,
        ...(index === all.length - 1 && { cache_control: EPHEMERAL }),
      })),
    messages: withCacheMarks(request.messages.flatMap(toMessage)),
    // The newer families refuse the field with 400; the service allows 0 to 1.
    ...(temperature !== undefined && BEFORE_EFFORT.test(request.model) && { temperature: Math.min(temperature, 1) }),
    ...(effort !== undefined && !BEFORE_EFFORT.test(request.model) && { output_config: { effort } }),
  };
}

function toMessage(message: ModelMessage): Anthropic.MessageParam[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: [textBlock(message.text)] }];
    case 'assistant': {
      const content = message.blocks.flatMap(toBlock);
      return content.length === 0 ? [] : [{ role: 'assistant', content }];
    }
    case 'tool-results': {
      const results = message.results.map((result) => ({
        type: 'tool_result' as const,
        tool_use_id: result.id,
        content: [textBlock(result.text)],
        ...(result.isError && { is_error: true }),
      }));
      return [{ role: 'user', content: message.text === undefined ? results : [...results, textBlock(message.text)] }];
    }
  }
}

/** The service refuses texts without a visible character. */
function textBlock(text: string): Anthropic.TextBlockParam {
  return { type: 'text', text: text.trim() === '' ? '(empty)' : text };
}

function toBlock(block: ModelBlock): BlockParam[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }];
    case 'tool-call':
      return [{ type: 'tool_use', id: block.id, name: block.name, input: asObject(block.input) }];
    case 'opaque':
      // Only ever what the stream put there: a block of this service, returned as it came.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return [block.raw as BlockParam];
  }
}

/** A call whose input was no object was answered with an error; the service takes only objects back. */
function asObject(input: unknown): Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input } : {};
}

function withCacheMarks(messages: readonly Anthropic.MessageParam[]): Anthropic.MessageParam[] {
  const userTurns = messages.flatMap((message, index) => (message.role === 'user' ? [index] : []));
  const marked = new Set(userTurns.slice(-2));
  return messages.map((message, index) => {
    if (!marked.has(index) || typeof message.content === 'string') return message;
    const last = message.content.length - 1;
    return {
      role: 'user' as const,
      content: message.content.map((block, position) =>
        position === last && (block.type === 'text' || block.type === 'tool_result')
          ? { ...block, cache_control: EPHEMERAL }
          : block,
      ),
    };
  });
}
