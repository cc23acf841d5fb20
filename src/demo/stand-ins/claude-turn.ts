import type { ClaudeUsage } from './claude-usage.ts';

export type ClaudeStopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded';

/** One answer of the scripted model. What is left out is as the service would have it. */
export interface Turn {
  /** Thinking blocks, before all else; a signature is made and remembered for each. */
  readonly thinking?: string | readonly string[];
  readonly text?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** Default: `tool_use` where there are tool calls, else `end_turn`. */
  readonly stopReason?: ClaudeStopReason;
  readonly stopSequence?: string;
  readonly refusalCategory?: 'cyber' | 'bio' | 'general_harms';
  /** Replaces single counts of the computed usage. */
  readonly usage?: Partial<ClaudeUsage>;
  /** Time before the headers of the answer. */
  readonly delayMs?: number;
  readonly fault?: ClaudeFault;
}

export interface ScriptedToolCall {
  readonly name: string;
  /** Usually an object; anything else shows how a caller copes with a broken call. */
  readonly input: unknown;
  /** Default: a fresh `toolu_…`. */
  readonly id?: string;
}

/** What goes wrong with one answer. */
export type ClaudeFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A gateway's page instead of JSON or events. */
  | { readonly kind: 'html'; readonly status: number }
  /** The connection is accepted, and nothing follows. */
  | { readonly kind: 'hang' }
  /** Headers and the first events, then silence. */
  | { readonly kind: 'stall'; readonly afterEvents: number }
  /** Headers and the first events, then only pings. */
  | { readonly kind: 'pings'; readonly afterEvents: number; readonly everyMs: number }
  /** The whole answer, a few bytes at a time. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** The first bytes of the body, then the end of the stream (`clean`) or of the connection (`reset`). */
  | { readonly kind: 'cut'; readonly atByte: number; readonly end: 'clean' | 'reset' }
  /** An `error` event inside a stream whose status was 200. */
  | {
      readonly kind: 'error-event';
      readonly afterEvents: number;
      readonly type: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
    }
  /** Every tool call's input arrives as JSON that breaks off. */
  | { readonly kind: 'bad-tool-json' }
  /** Each event twice, or the block events in reverse. */
  | { readonly kind: 'duplicate-events' }
  | { readonly kind: 'reordered-events' };

/** 429 with the service's header; `retryAfter` is sent as it stands, so that nonsense can be sent too. */
export function rateLimited(retryAfter: string): ClaudeFault {
  return {
    kind: 'status',
    status: 429,
    type: 'rate_limit_error',
    message: "This request would exceed your organization's rate limit. Please try again later.",
    headers: { 'retry-after': retryAfter },
  };
}

export function overloaded(): ClaudeFault {
  return { kind: 'status', status: 529, type: 'overloaded_error', message: 'Overloaded' };
}

export function internalError(): ClaudeFault {
  return { kind: 'status', status: 500, type: 'api_error', message: 'Internal server error' };
}

/** The three ways in which money runs out; none passes by waiting a little, and none carries `retry-after`. */
export function spendLimit(which: 'monthly' | 'admin' | 'billing'): ClaudeFault {
  if (which === 'monthly') {
    return {
      kind: 'status',
      status: 429,
      type: 'rate_limit_error',
      message: 'Your organization has reached its monthly usage limit.',
      details: { error_code: 'enforced_spend_limit_reached' },
    };
  }
  if (which === 'admin') {
    return {
      kind: 'status',
      status: 400,
      type: 'invalid_request_error',
      message: 'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    };
  }
  return {
    kind: 'status',
    status: 402,
    type: 'billing_error',
    message: 'Your credit balance is too low to access the Claude API.',
  };
}
