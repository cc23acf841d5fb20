import type { ModelBlock, ModelMessage, ModelRequest } from '../domain/model.ts';

/** The models that reason take no temperature and answer 400 to one. */
const REASONING = /^(?:o\d|gpt-5)/;

type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/**
 * The request as chat completions take it. Schemas are not declared strict: that dialect wants every field required, which ours are not; what
 * comes back is checked all the same. Blocks of another provider (thinking) are left out.
 */
export function toChatRequest(request: ModelRequest, maxTokens: number, temperature: number | undefined) {
  return {
    model: request.model,
    max_completion_tokens: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature !== undefined && !REASONING.test(request.model) && { temperature }),
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, inputSchema }) => ({
        type: 'function' as const,
        function: { name, description, parameters: inputSchema },
      })),
    }),
    messages: [
      { role: 'system' as const, content: request.system.filter((text) => text.trim() !== '').join('\n\n') },
      ...request.messages.flatMap(toMessages),
    ],
  };
}

function toMessages(message: ModelMessage): Message[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }];
    case 'assistant': {
      const content = message.blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
      const calls = message.blocks.flatMap(toToolCall);
      if (content === '' && calls.length === 0) return [];
      return [
        { role: 'assistant', content: content === '' ? null : content, ...(calls.length > 0 && { tool_calls: calls }) },
      ];
    }
    case 'tool-results':
      return [
        ...message.results.map(({ id, text, isError }) => ({
          role: 'tool' as const,
          tool_call_id: id,
          content: isError ? `error: ${text}` : text,
        })),
        ...(message.text === undefined ? [] : [{ role: 'user' as const, content: message.text }]),
      ];
  }
}

function toToolCall(block: ModelBlock): ToolCall[] {
  if (block.type !== 'tool-call') return [];
  return [
    { id: block.id, type: 'function', function: { name: block.name, arguments: JSON.stringify(block.input ?? {}) } },
  ];
}
