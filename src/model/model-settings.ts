/** The operator's settings, read at the beginning of each cycle and kept for the whole of it. */
export interface ModelSettings {
  readonly provider: 'anthropic' | 'openai' | 'vertex_ai' | 'none';
  /** `llm.endpoint`; goes before `baseUrl`. */
  readonly endpoint: string | undefined;
  readonly maxRetries: number;
  /** For a call with all its retries. */
  readonly timeoutMs: number;
  readonly maxTokensPerRequest: number;
  /** `undefined`: not sent. */
  readonly temperature: number | undefined;
  readonly perCycleUsd: number;
  readonly perDayUsd: number;
}
