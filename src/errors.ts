/** Stable names for the failures we plan for; docs/errors.md says what each means and who should act. */
export type ErrorCode =
  | ('CONFIG_INVALID' | 'POLICY_INVALID' | 'SECRET_UNREADABLE' | 'KUBECONFIG_INVALID')
  | ('CLUSTER_UNREACHABLE' | 'CLUSTER_FORBIDDEN' | 'CLUSTER_NOT_FOUND' | 'CLUSTER_UNAUTHORIZED' | 'CLUSTER_REFUSED')
  | ('MODEL_UNAVAILABLE' | 'MODEL_REJECTED' | 'MODEL_OUTPUT_INVALID' | 'MODEL_SPEND_LIMIT' | 'BUDGET_SPENT')
  | ('TOOL_INPUT_INVALID' | 'TOOL_FAILED')
  | ('DELIVERY_UNAVAILABLE' | 'DELIVERY_AMBIGUOUS' | 'DELIVERY_RATE_LIMITED' | 'DELIVERY_CONFIG' | 'DELIVERY_CONTENT')
  | ('STORE_UNUSABLE' | 'STORE_NEWER' | 'REPORT_NOT_FOUND' | 'REPORT_NOT_REPLAYABLE' | 'PORT_UNAVAILABLE');

/** An expected failure. Anything that is not a MonitorError is a bug and is allowed to be loud. */
export class MonitorError extends Error {
  override readonly name = 'MonitorError';
  readonly code: ErrorCode;
  /** `true` when the same call may succeed later although nobody changed anything. */
  readonly retryable: boolean;
  /** The other side's own wish to be left alone for this long; it is obeyed before any backoff of ours. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    {
      retryable = false,
      retryAfterMs,
      cause,
    }: { retryable?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The message of anything that was thrown, for one line of text to a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
