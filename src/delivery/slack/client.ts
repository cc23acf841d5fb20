import { LogLevel, WebClient, type Logger as SlackLogger, type WebAPICallResult } from '@slack/web-api';
import { z } from 'zod';
import { retryAfterMs } from '../../domain/wait.ts';
import type { Logger } from '../../log.ts';
import type { ReadSecret } from '../../secret.ts';
import { isGone, rateLimited, SlackBlocked, translate } from './refusals.ts';
import { METADATA_EVENT_TYPE, type SlackContent } from './render.ts';

/** Where a message stands. `threadTs` is the thread in which Slack really put it. */
export interface PlacedMessage {
  readonly channelId: string;
  /** Slack's id: Unix seconds with six decimals. */
  readonly ts: string;
  readonly threadTs: string | undefined;
}

/**
 * Slack as delivery needs it: one request a call, no retries of its own.
 *
 * Every method throws {MonitorError} `DELIVERY_UNAVAILABLE` (nothing was sent), `DELIVERY_AMBIGUOUS` (it may have been posted),
 * `DELIVERY_RATE_LIMITED` (with `retryAfterMs`), `DELIVERY_CONTENT`, or `DELIVERY_CONFIG` as a {@link SlackBlocked}.
 */
export interface SlackClient {
  /** @param channel id, or name with or without `#` */
  post(channel: string, content: SlackContent): Promise<PlacedMessage>;
  /** `gone` when there is no such thread any more. Slack may also put the reply into the channel: see `threadTs`. */
  reply(
    channelId: string,
    threadTs: string,
    content: SlackContent,
    options: { readonly broadcast: boolean },
  ): Promise<PlacedMessage | 'gone'>;
  /** `gone` when the message or its channel is not there any more. */
  edit(channelId: string, ts: string, content: SlackContent): Promise<'edited' | 'gone'>;
  remove(channelId: string, ts: string): Promise<void>;
  /**
   * Looks for a message that carries the delivery id, to learn whether an ambiguous request posted it.
   *
   * @param oldestMs Unix milliseconds, not before; `undefined`: from the beginning
   * @returns `unknown` where history may not be read (scope, unknown channel id)
   */
  find(
    channel: string,
    threadTs: string | undefined,
    deliveryId: string,
    oldestMs: number | undefined,
  ): Promise<PlacedMessage | 'absent' | 'unknown'>;
  /** One call with the token, and a look at the channels where the app may list them; for a clear word at start. */
  connect(channels: readonly string[]): Promise<SlackConnection>;
  /** Differs whenever the token differs; tells nothing else about it. */
  tokenVersion(): number;
}

interface SlackConnection {
  readonly team: string;
  readonly user: string;
  /** One sentence a channel that cannot be posted to, naming the field and the remedy. */
  readonly problems: readonly string[];
}

/** A post takes well under a second; ten mean that nobody answers. */
const TIMEOUT_MS = 10_000;
const HISTORY_PAGE = 200;
const HISTORY_PAGES = 5;
const LIST_PAGES = 20;

const placedShape = z.object({
  channel: z.string(),
  ts: z.string(),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
});
const historyShape = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      thread_ts: z.string().optional(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.object({ delivery_id: z.string().optional() }) })
        .optional()
        .catch(undefined),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
const channelsShape = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string(), is_archived: z.boolean().optional() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
const identityShape = z.object({ team: z.string().catch('?'), user: z.string().catch('?') });

/** @param options.apiUrl ends in `/api/`; `undefined` for Slack's own */
export function createSlackClient(options: {
  readonly readToken: ReadSecret;
  readonly apiUrl: string | undefined;
  readonly log: Logger;
  readonly now: () => number;
  readonly timeoutMs?: number;
}): SlackClient {
  const { readToken, now } = options;
  const channelIds = new Map<string, string>();
  let current: { readonly token: string; readonly client: WebClient; readonly version: number } | undefined;

  /** The token is read again for each call; a new one gets a client of its own. */
  const connected = (): { readonly client: WebClient; readonly version: number } => {
    const token = readToken()?.reveal() ?? '';
    if (current?.token !== token) {
      current = { token, client: makeClient(token, options), version: (current?.version ?? 0) + 1 };
    }
    return current;
  };

  async function call(
    method: string,
    args: Readonly<Record<string, unknown>>,
    channel?: string,
  ): Promise<WebAPICallResult> {
    const { client } = connected();
    if (current?.token === '') {
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
  }

  async function lookUpChannels(): Promise<ReadonlyMap<string, { readonly id: string; readonly archived: boolean }>> {
    const found = new Map<string, { readonly id: string; readonly archived: boolean }>();
    let cursor = '';
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const answer = channelsShape.parse(
        await call('conversations.list', {
          types: 'public_channel,private_channel',
          limit: HISTORY_PAGE,
          ...(cursor !== '' && { cursor }),
        }),
      );
      for (const { id, name, is_archived: archived = false } of answer.channels) {
        found.set(id, { id, archived });
        found.set(name, { id, archived });
        channelIds.set(name, id);
      }
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return found;
  }

  async function channelIdOf(channel: string): Promise<string | undefined> {
    const name = channel.replace(/^#/, '');
    if (/^[CGD][A-Z0-9]{7,}$/.test(name)) return name;
    if (channelIds.has(name)) return channelIds.get(name);
    try {
      return (await lookUpChannels()).get(name)?.id;
    } catch (error) {
      if (mayNotAsk(error)) return undefined;
      throw error;
    }
  }

  return {
    tokenVersion: () => connected().version,

    async post(channel, content) {
      const placed = placedBy(
        await call('chat.postMessage', { channel, ...wireContent(content), ...NO_UNFURLING }, channel),
      );
      channelIds.set(channel.replace(/^#/, ''), placed.channelId);
      return placed;
    },

    async reply(channelId, threadTs, content, { broadcast }) {
      try {
        return placedBy(
          await call(
            'chat.postMessage',
            {
              channel: channelId,
              thread_ts: threadTs,
              reply_broadcast: broadcast,
              ...wireContent(content),
              ...NO_UNFURLING,
            },
            channelId,
          ),
        );
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw error;
      }
    },

    async edit(channelId, ts, content) {
      try {
        await call('chat.update', { channel: channelId, ts, ...wireContent(content) }, channelId);
        return 'edited';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw error;
      }
    },

    async remove(channelId, ts) {
      try {
        await call('chat.delete', { channel: channelId, ts }, channelId);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },

    async find(channel, threadTs, deliveryId, oldestMs) {
      const channelId = await channelIdOf(channel);
      if (channelId === undefined) return 'unknown';
      let cursor = '';
      for (let page = 0; page < HISTORY_PAGES; page += 1) {
        const answer = historyShape.safeParse(
          await readHistory(() =>
            call(
              threadTs === undefined ? 'conversations.history' : 'conversations.replies',
              {
                channel: channelId,
                ...(threadTs !== undefined && { ts: threadTs }),
                ...(oldestMs !== undefined && { oldest: String(Math.floor(oldestMs / 1000)) }),
                limit: HISTORY_PAGE,
                include_all_metadata: true,
                ...(cursor !== '' && { cursor }),
              },
              channel,
            ),
          ),
        );
        if (!answer.success) return 'unknown';
        const match = answer.data.messages.find(
          ({ metadata }) =>
            metadata?.event_type === METADATA_EVENT_TYPE && metadata.event_payload.delivery_id === deliveryId,
        );
        if (match !== undefined) return { channelId, ts: match.ts, threadTs: match.thread_ts };
        cursor = answer.data.response_metadata?.next_cursor ?? '';
        if (cursor === '') return 'absent';
      }
      return 'unknown';
    },

    async connect(channels) {
      const { team, user } = identityShape.parse(await call('auth.test', {}));
      if (channels.length === 0) return { team, user, problems: [] };
      try {
        const known = await lookUpChannels();
        return { team, user, problems: channels.flatMap((channel) => channelProblem(channel, known)) };
      } catch (error) {
        if (mayNotAsk(error)) return { team, user, problems: [] };
        throw error;
      }
    },
  };

  /** `undefined` where the app may not read history or the thread is gone; passing trouble is thrown, so that it is asked again. */
  async function readHistory(ask: () => Promise<WebAPICallResult>): Promise<WebAPICallResult | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (mayNotAsk(error) || isGone(error)) return undefined;
      throw error;
    }
  }

  function makeClient(token: string, { apiUrl, log, timeoutMs = TIMEOUT_MS }: typeof options): WebClient {
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
}

const NO_UNFURLING = { unfurl_links: false, unfurl_media: false };

function placedBy(answer: WebAPICallResult): PlacedMessage {
  const parsed = placedShape.safeParse(answer);
  // `ok: true` without the place: it is posted, and only history can tell where.
  if (!parsed.success) throw translate(undefined, undefined);
  return { channelId: parsed.data.channel, ts: parsed.data.ts, threadTs: parsed.data.message?.thread_ts };
}

function wireContent({ text, blocks, metadata }: SlackContent): Readonly<Record<string, unknown>> {
  return { text, blocks, metadata, parse: 'none', link_names: false };
}

/** Reading is a courtesy: a scope that is missing for it stops no message. */
function mayNotAsk(error: unknown): boolean {
  return error instanceof SlackBlocked;
}

function channelProblem(
  channel: string,
  known: ReadonlyMap<string, { readonly archived: boolean }>,
): readonly string[] {
  const found = known.get(channel.replace(/^#/, ''));
  if (found === undefined) {
    return [
      `Slack shows the app no channel "${channel}": correct the name under slack.channels in config.yaml, or invite the app if the channel is private`,
    ];
  }
  return found.archived
    ? [`The Slack channel "${channel}" is archived: name another one under slack.channels in config.yaml`]
    : [];
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
