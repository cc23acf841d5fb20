import type { Usage } from './usage.ts';

/** JSON Schema (draft 2020-12 subset that the providers take). */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  /** The provider guarantees the schema; used for report tools. */
  readonly strict: boolean;
}

export type ModelBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly input: unknown }
  /** Whatever else the provider sent (thinking): carried back unchanged, never looked into, never across a swap of model. */
  | { readonly type: 'opaque'; readonly raw: unknown };

export type ModelMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly blocks: readonly ModelBlock[] }
  | {
      readonly role: 'tool-results';
      readonly results: readonly { readonly id: string; readonly text: string; readonly isError: boolean }[];
      /** A word of ours behind the results, such as the nudge to report. */
      readonly text?: string;
    };

export interface ModelRequest {
  /** A full model id. */
  readonly model: string;
  /** The stable part, most stable first; the adapter puts the cache breakpoints. */
  readonly system: readonly string[];
  readonly tools: readonly ToolDefinition[];
  readonly messages: readonly ModelMessage[];
  readonly maxTokens: number;
  readonly effort: string | undefined;
  readonly signal: AbortSignal;
}

export const STOP_REASONS = [
  'end_turn',
  'tool_use',
  'max_tokens',
  'stop_sequence',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export interface ModelReply {
  readonly model: string;
  readonly blocks: readonly ModelBlock[];
  readonly stopReason: StopReason;
  readonly usage: Usage;
}

/**
 * One call with its deadlines, retries, breaker and budget behind it.
 *
 * @throws {MonitorError} `MODEL_UNAVAILABLE`, `MODEL_REJECTED`, `MODEL_OUTPUT_INVALID`, `MODEL_SPEND_LIMIT`, `BUDGET_SPENT`
 */
export type CallModel = (request: ModelRequest) => Promise<ModelReply>;
