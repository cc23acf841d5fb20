import { blocksOf, type ClaudeContentBlock, type ClaudeMessage, type ClaudePrompt } from './claude-request.ts';
import type { ClaudeModel } from './claude-models.ts';
import { toolsRefusal } from './claude-tool-rules.ts';

/** An answer that is not 2xx, as the service words it. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export function invalid(message: string): Refusal {
  return { status: 400, type: 'invalid_request_error', message };
}

/** The first reason for which the service would refuse this prompt, apart from its size and thinking blocks. */
export function promptRefusal(prompt: ClaudePrompt, model: ClaudeModel, pausedTurn: boolean): Refusal | undefined {
  const problem =
    orderProblem(prompt, model, pausedTurn) ??
    emptyContentProblem(prompt) ??
    pairingProblem(prompt.messages) ??
    toolsRefusal(prompt) ??
    toolChoiceProblem(prompt, model) ??
    thinkingConfigProblem(prompt, model) ??
    cacheProblem(prompt);
  return problem === undefined ? undefined : invalid(problem);
}

function orderProblem(prompt: ClaudePrompt, model: ClaudeModel, pausedTurn: boolean): string | undefined {
  if (prompt.messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  for (const [index, message] of prompt.messages.entries()) {
    for (const block of blocksOf(message.content)) {
      const assistantOnly =
        block.type === 'tool_use' || block.type === 'thinking' || block.type === 'redacted_thinking';
      if (assistantOnly && message.role !== 'assistant') {
        return `messages.${index}: \`${block.type}\` blocks can only be in \`assistant\` messages`;
      }
      if (block.type === 'tool_result' && message.role !== 'user') {
        return `messages.${index}: \`tool_result\` blocks can only be in \`user\` messages`;
      }
    }
  }
  if (prompt.messages.at(-1)?.role === 'assistant' && !model.prefill && !pausedTurn) {
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  }
  return undefined;
}

function emptyContentProblem(prompt: ClaudePrompt): string | undefined {
  const emptyText = (text: string, where: string): string | undefined => {
    if (text === '') return `${where}: text content blocks must be non-empty`;
    if (text.trim() === '') return `${where}: text content blocks must contain non-whitespace text`;
    return undefined;
  };
  if (typeof prompt.system === 'object') {
    for (const block of prompt.system) {
      const problem = emptyText(block.text, 'system');
      if (problem !== undefined) return problem;
    }
  }
  for (const [index, message] of prompt.messages.entries()) {
    if (message.content.length === 0) return `messages.${index}: ${message.role} messages must have non-empty content`;
    for (const block of blocksOf(message.content)) {
      const texts =
        block.type === 'text'
          ? [block.text]
          : block.type === 'tool_result' && typeof block.content === 'object'
            ? block.content.map((part) => part.text)
            : [];
      for (const text of texts) {
        const problem = emptyText(text, 'messages');
        if (problem !== undefined) return problem;
      }
    }
  }
  return undefined;
}

/** Consecutive messages of one role count as one, as the service counts them. */
function mergedTurns(messages: readonly ClaudeMessage[]): { role: string; blocks: ClaudeContentBlock[] }[] {
  const turns: { role: string; blocks: ClaudeContentBlock[] }[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role) last.blocks.push(...blocksOf(message.content));
    else turns.push({ role: message.role, blocks: [...blocksOf(message.content)] });
  }
  return turns;
}

function pairingProblem(messages: readonly ClaudeMessage[]): string | undefined {
  const turns = mergedTurns(messages);
  const seen = new Set<string>();
  for (const [index, turn] of turns.entries()) {
    const calls = turn.blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    for (const id of calls) {
      if (seen.has(id)) return `messages.${index}: \`tool_use\` ids must be unique`;
      seen.add(id);
    }
    const previous = turns[index - 1]?.blocks ?? [];
    const asked = new Set(previous.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])));
    const firstOther = turn.blocks.findIndex((block) => block.type !== 'tool_result');
    const leading = firstOther === -1 ? turn.blocks : turn.blocks.slice(0, firstOther);
    const answered = new Set<string>();
    for (const block of turn.blocks) {
      if (block.type !== 'tool_result') continue;
      if (!asked.has(block.tool_use_id)) {
        return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
      }
      if (answered.has(block.tool_use_id)) {
        return `messages.${index}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${block.tool_use_id}`;
      }
      if (leading.includes(block)) answered.add(block.tool_use_id);
    }
    const unanswered = [...asked].filter((id) => !answered.has(id));
    if (unanswered.length > 0) {
      return `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unanswered.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
    }
  }
  const open = turns.at(-1)?.blocks.find((block) => block.type === 'tool_use');
  if (open?.type !== 'tool_use') return undefined;
  return `messages.${turns.length - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.id}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

function toolChoiceProblem(prompt: ClaudePrompt, model: ClaudeModel): string | undefined {
  const choice = prompt.tool_choice;
  if (choice === undefined) return undefined;
  if (prompt.tools === undefined || prompt.tools.length === 0) {
    return 'tool_choice: may only be specified while providing `tools`';
  }
  if (choice.type !== 'any' && choice.type !== 'tool') return undefined;
  if (!model.forcedToolChoice) return `tool_choice: "${choice.type}" is not supported on ${model.id}; use "auto"`;
  if (choice.type === 'tool' && !prompt.tools.some((tool) => tool.name === choice.name)) {
    return `tool_choice: Tool '${choice.name}' not found in provided tools`;
  }
  if (prompt.thinking?.type === 'adaptive' || prompt.thinking?.type === 'enabled') {
    return 'Thinking may not be enabled when tool_choice forces tool use.';
  }
  return undefined;
}

function thinkingConfigProblem(prompt: ClaudePrompt, model: ClaudeModel): string | undefined {
  const type = prompt.thinking?.type;
  if (type !== undefined && !model.thinkingTypes.includes(type)) {
    return `thinking.type: "${type}" is not supported on ${model.id}`;
  }
  const effort = prompt.output_config?.effort ?? undefined;
  if (effort !== undefined && !model.efforts.includes(effort)) {
    return `output_config.effort: "${effort}" is not supported on ${model.id}`;
  }
  return undefined;
}

function cacheProblem(prompt: ClaudePrompt): string | undefined {
  const marks = cacheMarks(prompt);
  if (marks.length > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`;
  const firstShort = marks.indexOf('5m');
  if (firstShort !== -1 && marks.lastIndexOf('1h') > firstShort) {
    return 'cache_control: a ttl="1h" block must not come after a ttl="5m" block';
  }
  return undefined;
}

function cacheMarks(prompt: ClaudePrompt): ('5m' | '1h')[] {
  const system = typeof prompt.system === 'object' ? prompt.system : [];
  const blocks = prompt.messages.flatMap((message) => blocksOf(message.content));
  const marked = [...(prompt.tools ?? []), ...system, ...blocks].flatMap((each) =>
    'cache_control' in each && each.cache_control ? [each.cache_control.ttl ?? '5m'] : [],
  );
  return prompt.cache_control ? [...marked, prompt.cache_control.ttl ?? '5m'] : marked;
}
