import type { ModelRequest } from '../domain/model.ts';
import type { TokenCounts } from './prices.ts';
import type { StreamedReply } from './stream.ts';

/** Milliseconds. */
export interface Deadlines {
  /** Until the service begins to answer. */
  readonly headersMs: number;
  /** Between two events that carry content. */
  readonly idleMs: number;
  /** The whole call, with every retry. */
  readonly callMs: number;
}

/**
 * One attempt at one answer.
 *
 * @throws {MonitorError} `MODEL_UNAVAILABLE`, `MODEL_REJECTED`, `MODEL_SPEND_LIMIT`, `MODEL_OUTPUT_INVALID`
 */
export type Provider = (
  request: ModelRequest,
  attempt: {
    readonly maxTokens: number;
    /** Sent where the model takes one; `undefined`: never. */
    readonly temperature: number | undefined;
    readonly deadlines: Deadlines;
    readonly onUsage: (usage: TokenCounts) => void;
  },
) => Promise<StreamedReply>;
