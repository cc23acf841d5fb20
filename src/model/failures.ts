import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { retryAfterMs } from '../domain/wait.ts';
import { MonitorError, messageOf } from '../errors.ts';

/** Error types of the service that pass by themselves, also where they come inside a stream whose status was 200. */
const PASSING_TYPES = new Set(['overloaded_error', 'api_error', 'timeout_error', 'rate_limit_error']);
const PASSING_STATUSES = new Set([408, 409, 425, 429]);
/** The admin's limit has no code of its own; the service words it so. */
const SPEND_WORDS = /usage limits?\b|spend(?:ing)? limit|credit balance/i;
const LONGEST_DETAIL = 300;

/**
 * Foreign errors stop here.
 *
 * @param error whatever the SDK threw
 * @param nowMs for a `Retry-After` that is a date
 */
export function toMonitorError(error: unknown, model: string, nowMs: number): MonitorError {
  if (error instanceof MonitorError) return error;
  if (error instanceof APIConnectionError) {
    // What stands before the service, such as a token of its own, has failed and said so.
    if (error.cause instanceof MonitorError) return error.cause;
    return new MonitorError('MODEL_UNAVAILABLE', `the Claude API could not be reached: ${deepestCause(error)}`, {
      retryable: true,
      cause: error,
    });
  }
  if (!(error instanceof APIError)) {
    return new MonitorError('MODEL_UNAVAILABLE', `the answer of the Claude API broke off: ${messageOf(error)}`, {
      retryable: true,
      cause: error,
    });
  }
  const status: unknown = error.status;
  const type: string | null = error.type;
  const detail = (error.apiMessage ?? error.message).slice(0, LONGEST_DETAIL);
  if (isSpendLimit(error, status, type, detail)) {
    return new MonitorError('MODEL_SPEND_LIMIT', `the Claude account has reached its spend limit: ${detail}`, {
      cause: error,
    });
  }
  if (isPassing(status, type)) {
    return new MonitorError('MODEL_UNAVAILABLE', `the Claude API failed (${describe(status, type)}): ${detail}`, {
      retryable: true,
      retryAfterMs: waitAskedForMs(error.headers, nowMs),
      cause: error,
    });
  }
  return new MonitorError('MODEL_REJECTED', rejection(status, type, model, detail), { cause: error });
}

/** Several shapes of the same event; none passes by waiting a little, whatever its status says. */
function isSpendLimit(error: APIError, status: unknown, type: string | null, detail: string): boolean {
  if (error.errorCode !== null && /spend_limit|ramp_limit/.test(error.errorCode)) return true;
  if (status === 402 || type === 'billing_error') return true;
  return (status === 400 || type === 'invalid_request_error') && SPEND_WORDS.test(detail);
}

function isPassing(status: unknown, type: string | null): boolean {
  if (typeof status === 'number') return PASSING_STATUSES.has(status) || status >= 500;
  return type === null || PASSING_TYPES.has(type);
}

function rejection(status: unknown, type: string | null, model: string, detail: string): string {
  if (status === 401) return `the Claude API does not accept the key (401): check ANTHROPIC_API_KEY. ${detail}`;
  if (status === 403) return `the key may not use ${model} (403): check the workspace of ANTHROPIC_API_KEY. ${detail}`;
  if (status === 404) {
    return `the Claude API does not know ${model} at this address (404): check the model's id and llm.endpoint. ${detail}`;
  }
  if (status === 413) return `the request is larger than the Claude API takes (413). ${detail}`;
  return `the Claude API refused the request (${describe(status, type)}): ${detail}`;
}

function describe(status: unknown, type: string | null): string {
  return [typeof status === 'number' ? String(status) : 'in the stream', type].filter(Boolean).join(' ');
}

/** @returns `undefined` for a header that is missing, meaningless or past */
function waitAskedForMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const exact = headers?.get('retry-after-ms') ?? '';
  if (/^\d+(\.\d+)?$/.test(exact)) return Number(exact);
  const coarse = headers?.get('retry-after') ?? null;
  const waitMs = retryAfterMs(coarse, nowMs);
  return waitMs === 0 && coarse !== '0' ? undefined : waitMs;
}

function deepestCause(error: Error): string {
  let deepest: Error = error;
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return messageOf(deepest);
}
