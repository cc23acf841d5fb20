import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { MonitorError } from '../../errors.ts';

/** `ok: false` answers by what helps. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const TOKEN_REFUSALS = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'no_permission',
  'not_allowed_token_type',
  'ekm_access_denied',
  'team_access_not_granted',
  'org_login_required',
  'access_denied',
  'missing_scope',
]);
const CHANNEL_REFUSALS = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_thread_locked',
]);
const CONTENT_REFUSALS = new Set([
  'msg_too_long',
  'msg_blocks_too_long',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_arguments',
  'invalid_metadata_format',
  'invalid_metadata_schema',
  'metadata_too_large',
  'too_many_attachments',
  'no_text',
  'markdown_text_conflict',
  'slack_connect_blocked_file_upload',
]);
/** Says nothing about whether the message was posted. */
const PASSING_REFUSALS = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
/** The message that should be edited is not there any more, or not ours. */
const GONE_REFUSALS = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'channel_not_found',
  'is_archived',
  'thread_not_found',
]);

/** Failures before a byte of the request left: nothing can have been posted. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Without a usable `Retry-After`; Slack's limits are per minute, most of them one a second. */
const DEFAULT_RETRY_AFTER_MS = 30_000;

/** What stands still until a person mends it: everything that the token does, or one channel. */
export type BlockedScope = 'token' | 'channel';

/** A refusal that only a person can mend, with what it stops. */
export class SlackBlocked extends MonitorError {
  readonly scope: BlockedScope;

  constructor(scope: BlockedScope, message: string, cause?: unknown) {
    super('DELIVERY_CONFIG', message, { cause });
    this.scope = scope;
  }
}

/** Slack's own word for the refusal, such as `channel_not_found`; `undefined` for anything but a well-formed `ok: false`. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError)) return undefined;
  const word: unknown = error.data.error;
  // The client hands an unreadable body over as the error, so only a word of Slack's kind counts.
  return typeof word === 'string' && /^[a-z][a-z0-9_]{1,80}$/.test(word) ? word : undefined;
}

export function isGone(error: unknown): boolean {
  const word = refusalOf(error);
  return word !== undefined && GONE_REFUSALS.has(word);
}

/** Reading is a courtesy: what only a person can mend there stops no message. */
export function mayNotAsk(error: unknown): boolean {
  return error instanceof SlackBlocked;
}

/**
 * Translates whatever the client threw, once. Bodies and headers of the answer stay behind: the cause is not carried along.
 *
 * @param channel as configured, for the sentence to a person
 */
export function translate(error: unknown, channel: string | undefined): MonitorError {
  if (error instanceof MonitorError) return error;
  if (error instanceof WebAPIRateLimitedError) return rateLimited(error.retryAfter * 1000);
  if (error instanceof WebAPIHTTPError) return translateStatus(error.statusCode);
  if (error instanceof WebAPIRequestError) return translateConnection(error.original);
  const word = refusalOf(error);
  if (word === undefined) return ambiguous('an answer that could not be read');
  if (word === 'ratelimited' || word === 'rate_limited') return rateLimited(undefined);
  if (PASSING_REFUSALS.has(word)) return ambiguous(word);
  if (CONTENT_REFUSALS.has(word)) {
    return new MonitorError('DELIVERY_CONTENT', `Slack refused the content of the message (${word})`);
  }
  if (TOKEN_REFUSALS.has(word)) return new SlackBlocked('token', tokenSentence(word, neededScope(error)));
  if (CHANNEL_REFUSALS.has(word)) return new SlackBlocked('channel', channelSentence(word, channel));
  // A word that is not in the tables needs a person as well, but it does not prove that anything else is wrong.
  return new SlackBlocked('channel', `Slack refused the message to ${quoted(channel)} (${word})`);
}

/** @param retryAfterMs `undefined` where the answer names no time that can be understood */
export function rateLimited(retryAfterMs: number | undefined): MonitorError {
  const waitMs = retryAfterMs === undefined || !(retryAfterMs >= 0) ? DEFAULT_RETRY_AFTER_MS : retryAfterMs;
  return new MonitorError('DELIVERY_RATE_LIMITED', `Slack asks for ${Math.ceil(waitMs / 1000)} s of silence`, {
    retryable: true,
    retryAfterMs: waitMs,
  });
}

function translateStatus(status: number): MonitorError {
  if (status >= 500 || status === 408) return ambiguous(`HTTP ${status}`);
  if (status === 413) return new MonitorError('DELIVERY_CONTENT', 'Slack refused the size of the message (HTTP 413)');
  return new SlackBlocked(
    'token',
    `Slack's address answered HTTP ${status}: correct SLACK_API_URL (it ends in /api/), or the proxy in between`,
  );
}

function translateConnection(original: unknown): MonitorError {
  if (original instanceof MonitorError) return original;
  const code = connectionCode(original);
  return code !== undefined && NOT_SENT.has(code)
    ? new MonitorError('DELIVERY_UNAVAILABLE', `Slack could not be reached (${code})`, { retryable: true })
    : ambiguous(code ?? (original instanceof Error ? original.name : 'connection lost'));
}

/** fetch puts the system's code one or more causes deep. */
function connectionCode(error: unknown): string | undefined {
  for (let inner: unknown = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth += 1) {
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
    if (inner instanceof AggregateError && inner.errors.length > 0) return connectionCode(inner.errors[0]);
  }
  return undefined;
}

function ambiguous(detail: string): MonitorError {
  return new MonitorError('DELIVERY_AMBIGUOUS', `Slack may or may not have taken the message (${detail})`, {
    retryable: true,
  });
}

function neededScope(error: unknown): string | undefined {
  const data: unknown = error instanceof WebAPIPlatformError ? error.data : undefined;
  const needed: unknown = typeof data === 'object' && data !== null && 'needed' in data ? data.needed : undefined;
  return typeof needed === 'string' ? needed.slice(0, 200) : undefined;
}

function tokenSentence(word: string, needed: string | undefined): string {
  if (word === 'missing_scope') {
    return `The Slack app lacks a scope (missing_scope): add ${needed ?? 'chat:write'} under "OAuth & Permissions", reinstall the app, and renew SLACK_BOT_TOKEN if it changed`;
  }
  return `Slack refused the token (${word}): put a valid bot token (xoxb-…) into SLACK_BOT_TOKEN or the file that SLACK_BOT_TOKEN_FILE names; the file is read again without a restart`;
}

function channelSentence(word: string, channel: string | undefined): string {
  const remedy: Readonly<Record<string, string>> = {
    channel_not_found:
      'correct the name under slack.channels in config.yaml, or invite the app if the channel is private',
    not_in_channel: 'invite the app to it (/invite in the channel)',
    is_archived: 'unarchive it, or name another one under slack.channels in config.yaml',
  };
  return `Slack cannot post to ${quoted(channel)} (${word}): ${remedy[word] ?? 'let the app post there, or name another channel under slack.channels in config.yaml'}`;
}

function quoted(channel: string | undefined): string {
  return channel === undefined ? 'the channel' : `"${channel}"`;
}
