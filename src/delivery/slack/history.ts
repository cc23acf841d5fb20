import type { WebAPICallResult } from '@slack/web-api';
import * as z from 'zod';
import { isGone, mayNotAsk } from './refusals.ts';
import { METADATA_EVENT_TYPE } from './render.ts';
import type { WebApi } from './web-api.ts';

const PAGE = 200;
const PAGES = 5;

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

/** Where a message is looked for. */
export interface SearchedPlace {
  /** As errors name it. */
  readonly channel: string;
  readonly channelId: string;
  /** `undefined`: the channel itself. */
  readonly threadTs: string | undefined;
  /** Unix milliseconds, not before; `undefined`: from the beginning. */
  readonly oldestMs: number | undefined;
}

/**
 * Looks for the message that carries a delivery id.
 *
 * @returns `unknown` where history may not be read, cannot be understood, or is too long to be read to its end
 */
export async function findDelivery(
  { call }: Pick<WebApi, 'call'>,
  deliveryId: string,
  { channel, channelId, threadTs, oldestMs }: SearchedPlace,
): Promise<{ readonly ts: string; readonly threadTs: string | undefined } | 'absent' | 'unknown'> {
  let cursor = '';
  for (let page = 0; page < PAGES; page += 1) {
    const answer = historyShape.safeParse(
      await whereAllowed(() =>
        call(
          threadTs === undefined ? 'conversations.history' : 'conversations.replies',
          {
            channel: channelId,
            ...(threadTs !== undefined && { ts: threadTs }),
            ...(oldestMs !== undefined && { oldest: String(Math.floor(oldestMs / 1000)) }),
            limit: PAGE,
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
    if (match !== undefined) return { ts: match.ts, threadTs: match.thread_ts };
    cursor = answer.data.response_metadata?.next_cursor ?? '';
    if (cursor === '') return 'absent';
  }
  return 'unknown';
}

/** `undefined` where the app may not read history or the thread is gone; passing trouble is thrown, so that it is asked again. */
async function whereAllowed(ask: () => Promise<WebAPICallResult>): Promise<WebAPICallResult | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (mayNotAsk(error) || isGone(error)) return undefined;
    throw error;
  }
}
