import type { JsonSchema } from './model.ts';

/** A read-only question that an agent may ask. */
export interface Tool {
  readonly name: string;
  /** For the model: what it answers, with an example. */
  readonly description: string;
  readonly inputSchema: JsonSchema;
  /**
   * @param input as the model wrote it; the tool validates it and throws `TOOL_INPUT_INVALID` with a sentence that helps the model to mend it
   * @throws {MonitorError} `TOOL_FAILED` and the cluster's codes; the loop turns every throw into an error result, never into a failed cycle
   */
  readonly run: (input: unknown, signal: AbortSignal) => Promise<ToolResult>;
}

export interface ToolResult {
  /** Redacted, cut to what fits inline; larger results are paged by `handle`. */
  readonly text: string;
  /** The one-line form of the call, for citations: `k8s_logs payments/api-1 --previous`. */
  readonly source: string;
  readonly handle?: string;
}
