import { LogLevel, WebClient, type Logger as SlackLogger, type WebAPICallResult } from '@slack/web-api';
import { retryAfterMs } from '../../domain/wait.ts';
import type { Logger } from '../../log.ts';
import type { ReadSecret } from '../../secret.ts';
import { isGone, rateLimited, SlackBlocked, translate } from './refusals.ts';

/** A post takes well under a second; ten mean that nobody answers. */
const TIMEOUT_MS = 10_000;

export interface WebApi {
  /** @param channel named where Slack refuses it. Throws errors of `refusals.ts`; "gone" as Slack said it. */
  readonly call: (
    method: string,
    args: Readonly<Record<string, unknown>>,
    channel?: string,
  ) => Promise<WebAPICallResult>;
  /** Differs whenever the token differs; tells nothing else about it. */
  readonly tokenVersion: () => number;
}

export interface WebApiOptions {
  readonly readToken: ReadSecret;
  /** Ends in `/api/`; `undefined` for Slack's own. */
  readonly apiUrl: string | undefined;
  readonly log: Logger;
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** One method call of Slack's Web API, with the token as it is now; no retry, no wait. */
export function createWebApi(options: WebApiOptions): WebApi {
  const { readToken } = options;
  let current: { readonly token: string; readonly client: WebClient; readonly version: number } | undefined;

  /** The token is read again for each call; a new one gets a client of its own. */
  const connected = (): { readonly token: string; readonly client: WebClient; readonly version: number } => {
    const token = readToken()?.reveal() ?? '';
    if (current?.token !== token) {
      current = { token, client: makeClient(token, options), version: (current?.version ?? 0) + 1 };
    }
    return current;
  };

  return {
    tokenVersion: () => connected().version,
    call: async (method, args, channel) => {
      const { client, token } = connected();
      if (token === '') {
        throw new SlackBlocked(
          'token',
          'There is no Slack token: set SLACK_BOT_TOKEN, or SLACK_BOT_TOKEN_FILE to a file that holds it',
        );
      }
      try {
        return await client.apiCall(method, { ...args });
      } catch (error) {
        // "There is no such message" is an answer to whoever named one, and not a failure.
        if (isGone(error) && ('ts' in args || 'thread_ts' in args)) throw error;
        throw translate(error, channel);
      }
    },
  };
}

function makeClient(token: string, { apiUrl, log, now, timeoutMs = TIMEOUT_MS }: WebApiOptions): WebClient {
  return new WebClient(token, {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logger: quietLogger(log),
    // The client understands seconds only, and takes a 429 without them for a failure of another kind.
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (response.status !== 429) return response;
      await response.body?.cancel();
      throw rateLimited(retryAfterMs(response.headers.get('retry-after'), now()));
    },
  });
}

/** The client logs whole bodies at `debug`; nothing of that is let through. */
function quietLogger(log: Logger): SlackLogger {
  const pass = (...parts: readonly unknown[]): void =>
    log.debug('slack client', { detail: parts.map((part) => String(part).slice(0, 200)).join(' ') });
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: pass,
    error: pass,
    setLevel: () => undefined,

    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
