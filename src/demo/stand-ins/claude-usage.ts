import { createHash } from 'node:crypto';
import { blocksOf, type ClaudePrompt } from './claude-request.ts';
import type { ClaudeModel } from './claude-models.ts';

/** Token counts of one answer, as the service's `usage` has them. */
export interface ClaudeUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_1h_input_tokens: number;
  readonly thinking_tokens: number;
}

/** The product's own estimate where there is no exact count: ⌈UTF-8 bytes / 3.5⌉. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3.5);
}

/** How far before a marked block the service looks for an older entry. */
const LOOK_BACK_BLOCKS = 20;
const TTL_MS = { '5m': 300_000, '1h': 3_600_000 } as const;

interface Boundary {
  /** Hash of everything up to and including this block. */
  readonly prefix: string;
  readonly tokens: number;
  readonly ttl: '5m' | '1h' | undefined;
}

/** Splits a prompt where the service may cache: after each tool, system block and message block. */
function boundariesOf(prompt: ClaudePrompt): readonly Boundary[] {
  const system = typeof prompt.system === 'string' ? [{ type: 'text', text: prompt.system }] : (prompt.system ?? []);
  const messages = prompt.messages.flatMap((message) =>
    blocksOf(message.content).map((block) => ({ role: message.role, ...block })),
  );
  const blocks = [...(prompt.tools ?? []), ...system, ...messages];
  const hash = createHash('sha256').update(prompt.model);
  let bytes = 0;
  return blocks.map((block, index) => {
    const mark = 'cache_control' in block ? block.cache_control : undefined;
    const automatic = index === blocks.length - 1 ? prompt.cache_control : undefined;
    const text = JSON.stringify({ ...block, cache_control: undefined });
    hash.update(text);
    bytes += Buffer.byteLength(text);
    const marked = mark ?? automatic ?? undefined;
    return {
      prefix: hash.copy().digest('hex'),
      tokens: Math.ceil(bytes / 3.5),
      ttl: marked === undefined ? undefined : (marked.ttl ?? '5m'),
    };
  });
}

/** Size of a prompt in tokens, by the estimate. */
export function promptTokens(prompt: ClaudePrompt): number {
  return boundariesOf(prompt).at(-1)?.tokens ?? 0;
}

/**
 * Remembers cached prefixes as the service does: written at marked blocks, found again at them or up to twenty blocks
 * before, kept for their time to live, refreshed by use, never shared between models.
 */
export function createPromptCache(
  now: () => number,
): (prompt: ClaudePrompt, model: ClaudeModel) => Omit<ClaudeUsage, 'output_tokens' | 'thinking_tokens'> {
  const expiresAtMs = new Map<string, number>();
  return (prompt, model) => {
    const boundaries = boundariesOf(prompt);
    const marked = boundaries.flatMap((boundary, index) => (boundary.ttl === undefined ? [] : [{ boundary, index }]));
    const isCached = ({ prefix }: Boundary): boolean => (expiresAtMs.get(prefix) ?? 0) > now();
    const hit = marked
      .toReversed()
      .flatMap(({ index }) => boundaries.slice(Math.max(0, index - LOOK_BACK_BLOCKS + 1), index + 1).toReversed())
      .find(isCached);
    const readTokens = hit?.tokens ?? 0;
    let writtenUpTo = readTokens;
    let oneHourTokens = 0;
    for (const { boundary } of marked) {
      const { prefix, tokens, ttl = '5m' } = boundary;
      if (tokens < model.minCacheTokens) continue;
      expiresAtMs.set(prefix, now() + TTL_MS[ttl]);
      if (tokens <= writtenUpTo) continue;
      if (ttl === '1h') oneHourTokens += tokens - writtenUpTo;
      writtenUpTo = tokens;
    }
    if (hit !== undefined)
      expiresAtMs.set(hit.prefix, Math.max(expiresAtMs.get(hit.prefix) ?? 0, now() + TTL_MS['5m']));
    return {
      input_tokens: (boundaries.at(-1)?.tokens ?? 0) - writtenUpTo,
      cache_read_input_tokens: readTokens,
      cache_creation_input_tokens: writtenUpTo - readTokens,
      cache_creation_1h_input_tokens: oneHourTokens,
    };
  };
}
