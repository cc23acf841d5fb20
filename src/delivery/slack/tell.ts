import { MonitorError } from '../../errors.ts';
import type { Notice } from '../../domain/notice.ts';
import type { Outbox, PostedMessage } from '../../domain/outbox.ts';
import type { Logger } from '../../log.ts';
import type { PlacedMessage, SlackClient } from './client.ts';
import { renderNotice, RUNGS, type SlackContent } from './render.ts';

/** What became of a notice. */
export interface Told {
  /** `found`: an earlier, interrupted request had posted it. `skipped`: its message is gone, and there is nothing to hang it on. */
  readonly action: 'posted' | 'edited' | 'replied' | 'found' | 'skipped';
  /** Where the subject's message stands now; `undefined` leaves the record as it is. */
  readonly posted: PostedMessage | undefined;
}

/** Clocks differ; a message of the channel is looked for from a little before its decision, a reply in its whole thread. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Tells one notice in Slack: posts, edits or replies, whatever the subject's message needs now.
 *
 * @param options.beforeRequest awaited before each request that writes: the channel's pace
 * @returns throws what {@link SlackClient} throws
 */
export function createTeller(options: {
  readonly slack: SlackClient;
  readonly outbox: Pick<Outbox, 'posted' | 'forgetPosted'>;
  readonly now: () => number;
  readonly log: Logger;
  readonly beforeRequest: (channel: string) => Promise<void>;
}): (notice: Notice, mayBePosted: boolean) => Promise<Told> {
  const { slack, outbox, now, log } = options;

  /** Steps down the ladder for as long as Slack refuses the content. */
  async function send<Answer>(
    notice: Notice,
    request: (content: SlackContent) => Promise<Answer>,
    detached = false,
  ): Promise<Answer> {
    let refusal: unknown;
    for (const rung of RUNGS) {
      if (rung !== 'full') await options.beforeRequest(notice.channel);
      try {
        return await request(renderNotice(notice, now(), rung, detached));
      } catch (error) {
        if (!(error instanceof MonitorError) || error.code !== 'DELIVERY_CONTENT') throw error;
        refusal = error;
        log.warn('slack refused the content of a message', { subject: notice.subject, rung, err: error });
      }
    }
    throw refusal;
  }

  const post = async (notice: Notice): Promise<PostedMessage> => {
    const { channelId, ts } = await send(notice, (content) => slack.post(notice.channel, content));
    return { channelId, ts, evidenceTs: undefined };
  };

  /** A reply in the message's thread; `undefined` when the thread is gone, which is then forgotten. */
  async function replyTo(
    before: PostedMessage,
    notice: Notice,
    broadcast: boolean,
  ): Promise<PlacedMessage | undefined> {
    const placed = await send(notice, (content) => slack.reply(before.channelId, before.ts, content, { broadcast }));
    if (placed !== 'gone' && placed.threadTs === before.ts) return placed;
    // Slack puts a reply to a deleted message into the channel, where nobody could tell what it belongs to.
    if (placed !== 'gone') await slack.remove(placed.channelId, placed.ts);
    await forget(notice);
    return undefined;
  }

  async function forget(notice: Notice): Promise<void> {
    log.warn('slack message is gone', { subject: notice.subject });
    await outbox.forgetPosted(notice.subject);
  }

  async function tellCard(notice: Notice, before: PostedMessage | undefined): Promise<Told> {
    if (before !== undefined) {
      const outcome = await send(notice, (content) => slack.edit(before.channelId, before.ts, content));
      if (outcome === 'edited') return { action: 'edited', posted: before };
      await forget(notice);
    }
    return { action: 'posted', posted: await post(notice) };
  }

  /** When the trouble is over its card is closed for good: the next trouble of this key posts a new one, which people hear. */
  async function tellMonitor(notice: Notice, before: PostedMessage | undefined, over: boolean): Promise<Told> {
    const told = await tellCard(notice, before);
    if (!over) return told;
    // Forgotten before the row is closed: a crash in between tells it twice, the other order would swallow the next trouble's sound.
    await outbox.forgetPosted(notice.subject);
    return { ...told, posted: undefined };
  }

  async function tellEvidence(notice: Notice, before: PostedMessage | undefined): Promise<Told> {
    if (before === undefined) return { action: 'skipped', posted: undefined };
    const { evidenceTs } = before;
    if (evidenceTs !== undefined) {
      const outcome = await send(notice, (content) => slack.edit(before.channelId, evidenceTs, content));
      if (outcome === 'edited') return { action: 'edited', posted: before };
    }
    const placed = await replyTo(before, notice, false);
    return placed === undefined
      ? { action: 'skipped', posted: undefined }
      : { action: 'replied', posted: { ...before, evidenceTs: placed.ts } };
  }

  async function tellReply(notice: Notice, before: PostedMessage | undefined, broadcast: boolean): Promise<Told> {
    const placed = before && (await replyTo(before, notice, broadcast));
    if (placed !== undefined) return { action: 'replied', posted: before };
    await send(notice, (content) => slack.post(notice.channel, content), true);
    return { action: 'posted', posted: undefined };
  }

  /** Looks in Slack for what an interrupted request may have posted. */
  async function find(notice: Notice, before: PostedMessage | undefined): Promise<Told | undefined> {
    const { kind } = notice.content;
    const edits = kind === 'evidence' ? before?.evidenceTs !== undefined : kind !== 'reply' && before !== undefined;
    // An edit says the same twice.
    if (edits || (kind === 'evidence' && before === undefined)) return undefined;
    const found = await slack.find(
      before?.channelId ?? notice.channel,
      before?.ts,
      notice.id,
      before === undefined ? notice.decidedAtMs - CLOCK_SKEW_MS : undefined,
    );
    if (found === 'absent' || found === 'unknown') {
      log.info('an interrupted message is sent again', {
        subject: notice.subject,
        delivery: notice.id,
        history: found,
      });
      return undefined;
    }
    return { action: 'found', posted: postedAfter(notice, before, found) };
  }

  return async (notice, mayBePosted) => {
    const before = await outbox.posted(notice.subject);
    const found = mayBePosted ? await find(notice, before) : undefined;
    if (found !== undefined) return found;
    const { content } = notice;
    switch (content.kind) {
      case 'card':
        return tellCard(notice, before);
      case 'monitor':
        return tellMonitor(notice, before, content.card.state === 'over');
      case 'evidence':
        return tellEvidence(notice, before);
      case 'reply':
        return tellReply(notice, before, content.broadcast);
    }
  };
}

function postedAfter(
  { content }: Notice,
  before: PostedMessage | undefined,
  found: PlacedMessage,
): PostedMessage | undefined {
  if (content.kind === 'reply') return before;
  if (content.kind === 'evidence') return before && { ...before, evidenceTs: found.ts };
  if (content.kind === 'monitor' && content.card.state === 'over') return undefined;
  return { channelId: found.channelId, ts: found.ts, evidenceTs: undefined };
}
