import type { WebAPICallResult } from '@slack/web-api';
import * as z from 'zod';
import { createChannels } from './channels.ts';
import { findDelivery } from './history.ts';
import { isGone, translate } from './refusals.ts';
import type { SlackContent } from './render.ts';
import { createWebApi, type WebApiOptions } from './web-api.ts';

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

const placedShape = z.object({
  channel: z.string(),
  ts: z.string(),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
});
const identityShape = z.object({ team: z.string().catch('?'), user: z.string().catch('?') });
const NO_UNFURLING = { unfurl_links: false, unfurl_media: false };

export function createSlackClient(options: WebApiOptions): SlackClient {
  const api = createWebApi(options);
  const { call } = api;
  const channels = createChannels(api);
  return {
    tokenVersion: api.tokenVersion,

    async post(channel, content) {
      const placed = placedBy(
        await call('chat.postMessage', { channel, ...wireContent(content), ...NO_UNFURLING }, channel),
      );
      channels.remember(channel, placed.channelId);
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
      const channelId = await channels.idOf(channel);
      if (channelId === undefined) return 'unknown';
      const found = await findDelivery(api, deliveryId, { channel, channelId, threadTs, oldestMs });
      return typeof found === 'string' ? found : { channelId, ...found };
    },

    async connect(named) {
      const { team, user } = identityShape.parse(await call('auth.test', {}));
      return { team, user, problems: await channels.problems(named) };
    },
  };
}

function placedBy(answer: WebAPICallResult): PlacedMessage {
  const parsed = placedShape.safeParse(answer);
  // `ok: true` without the place: it is posted, and only history can tell where.
  if (!parsed.success) throw translate(undefined, undefined);
  return { channelId: parsed.data.channel, ts: parsed.data.ts, threadTs: parsed.data.message?.thread_ts };
}

function wireContent({ text, blocks, metadata }: SlackContent): Readonly<Record<string, unknown>> {
  return { text, blocks, metadata, parse: 'none', link_names: false };
}
