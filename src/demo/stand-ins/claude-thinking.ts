import { createHash } from 'node:crypto';
import { blocksOf, type ClaudeContentBlock, type ClaudePrompt } from './claude-request.ts';
import type { ClaudeModel } from './claude-models.ts';

interface Issued {
  readonly thinking: string;
  readonly model: string;
  readonly conversation: string;
}

/** Everything issued, so that what comes back can be compared. */
export interface ThinkingMemory {
  /** Makes a signed block and remembers it. */
  sign(thinking: string, prompt: ClaudePrompt): { type: 'thinking'; thinking: string; signature: string };
  /** Remembers which thinking blocks stood before these tool calls, and a turn that was paused. */
  remember(content: readonly Record<string, unknown>[], stopReason: string): void;
  /** Why the service would refuse the thinking blocks of this prompt. */
  problem(prompt: ClaudePrompt, model: ClaudeModel): string | undefined;
  /** Whether the prompt ends with a turn that was issued with `pause_turn`, which may be continued. */
  endsPaused(prompt: ClaudePrompt): boolean;
}

/** A conversation is known by its first message, as it stays when more is appended. */
function conversationOf(prompt: ClaudePrompt): string {
  const first = prompt.messages[0];
  const blocks = first === undefined ? [] : blocksOf(first.content);
  const bare = blocks.map((block) => ({ ...block, cache_control: undefined }));
  return createHash('sha256').update(JSON.stringify(bare)).digest('hex');
}

const CANNOT_BE_MODIFIED =
  '`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.';

export function createThinkingMemory(): ThinkingMemory {
  const issued = new Map<string, Issued>();
  const signaturesByToolUse = new Map<string, readonly string[]>();
  const paused = new Set<string>();
  let count = 0;

  const signaturesIn = (blocks: readonly ClaudeContentBlock[]): readonly string[] =>
    blocks.flatMap((block) => (block.type === 'thinking' ? [block.signature] : []));

  return {
    sign(thinking, prompt) {
      count += 1;
      const conversation = conversationOf(prompt);
      const signature = createHash('sha256').update(`${count}\n${conversation}\n${thinking}`).digest('base64');
      issued.set(signature, { thinking, model: prompt.model, conversation });
      return { type: 'thinking', thinking, signature };
    },
    remember(content, stopReason) {
      const signatures = content.flatMap((block) => (block['type'] === 'thinking' ? [String(block['signature'])] : []));
      for (const block of content) {
        if (block['type'] === 'tool_use') signaturesByToolUse.set(String(block['id']), signatures);
      }
      if (stopReason === 'pause_turn') paused.add(comparable(content));
    },
    problem(prompt, model) {
      const conversation = conversationOf(prompt);
      const openLoopFrom = prompt.messages.findLastIndex(
        (message) =>
          message.role === 'user' && blocksOf(message.content).every((block) => block.type !== 'tool_result'),
      );
      for (const [index, message] of prompt.messages.entries()) {
        const blocks = blocksOf(message.content);
        for (const [position, block] of blocks.entries()) {
          if (block.type !== 'thinking') continue;
          const at = `messages.${index}.content.${position}`;
          const known = issued.get(block.signature);
          if (known === undefined) return `${at}: Invalid \`signature\` in \`thinking\` block`;
          if (known.thinking !== block.thinking) return `${at}: ${CANNOT_BE_MODIFIED}`;
          if (known.model !== model.id) return `${at}: \`thinking\` block was issued by another model (${known.model})`;
          if (model.thinkingBoundTo === 'conversation' && known.conversation !== conversation) {
            return `${at}: \`thinking\` block belongs to another conversation`;
          }
        }
        // Only the tool loop that is still open must be whole; older thinking may be left out.
        if (message.role !== 'assistant' || index < openLoopFrom) continue;
        const firstCall = blocks.find((block) => block.type === 'tool_use');
        if (firstCall?.type !== 'tool_use') continue;
        const expected = signaturesByToolUse.get(firstCall.id) ?? [];
        const present = signaturesIn(blocks);
        if (expected.length > 0 && present.length === 0) {
          return `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${blocks[0]?.type ?? ''}\`. When thinking is on, a final \`assistant\` message must start with its thinking block.`;
        }
        if (expected.join() !== present.join()) return `messages.${index}: ${CANNOT_BE_MODIFIED}`;
      }
      return undefined;
    },
    endsPaused(prompt) {
      const last = prompt.messages.at(-1);
      return last?.role === 'assistant' && paused.has(comparable(blocksOf(last.content)));
    },
  };
}

/** What identifies a turn's content whatever optional fields the client sends back. */
function comparable(content: readonly object[]): string {
  return JSON.stringify(
    content.map((block) => [
      'type' in block ? block.type : '',
      'text' in block ? block.text : '',
      'signature' in block ? block.signature : '',
      'id' in block ? block.id : '',
    ]),
  );
}
