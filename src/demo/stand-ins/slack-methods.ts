import * as z from 'zod';
import { parseBlocks, type SlackBlock } from './slack-blocks.ts';
import type { SlackContent, SlackMessage, SlackMessages, SlackMetadata } from './slack-messages.ts';

/** A channel of the workspace. Its flags may be changed while the stand-in runs. */
export interface SlackChannel {
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  isArchived: boolean;
  /** Whether the bot has been invited. */
  isMember: boolean;
}

/** An answer of a method: the body, with `ok: false` for a refusal and a sentence that says why. */
export type SlackAnswer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: string; readonly detail: string };

export interface SlackWorkspace {
  readonly channels: readonly SlackChannel[];
  readonly messages: SlackMessages;
}

export type SlackArguments = Readonly<Record<string, unknown>>;

/** Slack cuts longer texts nowhere: it refuses them. */
const MAX_TEXT_CHARACTERS = 40_000;
/** Bound of the documentation for a message's metadata. */
const MAX_METADATA_BYTES = 8 * 1024;
const TIMESTAMP = /^\d{10,}\.\d{6}$/;

const identity = {
  team: 'Stand-in',
  team_id: 'T0STANDIN',
  user: 'k8s-monitor',
  user_id: 'U0MONITOR',
  bot_id: 'B0MONITOR',
};

const refuse = (error: string, detail: string): SlackAnswer => ({ ok: false, error, detail });

/** The methods the stand-in knows, with the scope each needs. */
export const slackMethods: Readonly<
  Record<
    string,
    {
      readonly scope: string | undefined;
      /** One more, for what is asked. */
      readonly scopeFor?: (args: SlackArguments) => string | undefined;
      readonly call: (args: SlackArguments, workspace: SlackWorkspace) => SlackAnswer;
    }
  >
> = {
  'auth.test': {
    scope: undefined,
    call: () => ({ ok: true, body: { ...identity, url: 'https://stand-in.slack.com/', is_enterprise_install: false } }),
  },
  'chat.postMessage': { scope: 'chat:write', call: postMessage },
  'chat.update': { scope: 'chat:write', call: updateMessage },
  'chat.delete': { scope: 'chat:write', call: deleteMessage },
  'conversations.list': { scope: 'channels:read', scopeFor: privateScope, call: listChannels },
  'conversations.history': { scope: 'channels:history', call: history },
  'conversations.replies': { scope: 'channels:history', call: replies },
};

function postMessage(args: SlackArguments, { channels, messages }: SlackWorkspace): SlackAnswer {
  const channel = findChannel(args['channel'], channels, 'id or name');
  if ('ok' in channel) return channel;
  const content = parseContent(args);
  if ('ok' in content) return content;
  const { text, blocks = [], metadata } = content;
  if ((text ?? '') === '' && blocks.length === 0) return refuse('no_text', 'neither text nor blocks');
  const threadTs = scalar(args['thread_ts']);
  if (threadTs !== undefined) {
    if (!TIMESTAMP.test(threadTs)) return refuse('invalid_thread_ts', threadTs);
    const parent = messages.find(channel.id, threadTs);
    if (parent === undefined || parent.threadTs !== undefined) {
      return refuse('thread_not_found', `no message ${threadTs} that could have replies`);
    }
  }
  const broadcast = isTrue(args['reply_broadcast']);
  const message = messages.post(
    channel.id,
    { text: text ?? '', blocks, metadata },
    { threadTs, broadcast: broadcast && threadTs !== undefined },
  );
  return { ok: true, body: { channel: channel.id, ts: message.ts, message: wireMessage(message, true) } };
}

function updateMessage(args: SlackArguments, { channels, messages }: SlackWorkspace): SlackAnswer {
  const channel = findChannel(args['channel'], channels, 'id');
  if ('ok' in channel) return channel;
  const ts = scalar(args['ts']) ?? '';
  if (!TIMESTAMP.test(ts)) return refuse('invalid_arguments', `ts: ${ts}`);
  const content = parseContent(args);
  if ('ok' in content) return content;
  if ((content.text ?? '') === '' && (content.blocks ?? []).length === 0) {
    return refuse('no_text', 'neither text nor blocks');
  }
  // What an edit leaves out stays as it was.
  const message = messages.edit(channel.id, ts, (before) => ({
    text: content.text ?? before.text,
    blocks: content.blocks ?? before.blocks,
    metadata: content.metadata ?? before.metadata,
  }));
  if (message === undefined) return refuse('message_not_found', `no message ${ts} in ${channel.name}`);
  return { ok: true, body: { channel: channel.id, ts, text: message.text, message: wireMessage(message, true) } };
}

function deleteMessage(args: SlackArguments, { channels, messages }: SlackWorkspace): SlackAnswer {
  const channel = findChannel(args['channel'], channels, 'id');
  if ('ok' in channel) return channel;
  const ts = scalar(args['ts']) ?? '';
  if (!messages.remove(channel.id, ts)) return refuse('message_not_found', `no message ${ts} in ${channel.name}`);
  return { ok: true, body: { channel: channel.id, ts } };
}

/** Public channels are listed whether the bot is a member or not. */
/** https://docs.slack.dev/reference/methods/conversations.list: each type of channel has a scope of its own. */
function privateScope(args: SlackArguments): string | undefined {
  return (scalar(args['types']) ?? '').includes('private_channel') ? 'groups:read' : undefined;
}

function listChannels(args: SlackArguments, { channels }: SlackWorkspace): SlackAnswer {
  const limit = Number(args['limit'] ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) return refuse('invalid_limit', `limit: ${limit}`);
  const given = scalar(args['cursor']) ?? '';
  const cursor = given === '' ? 0 : offsetOf(given);
  if (cursor === undefined) return refuse('invalid_cursor', given);
  const hasMore = cursor + limit < channels.length;
  return {
    ok: true,
    body: {
      channels: channels.slice(cursor, cursor + limit).map(({ id, name, isArchived, isMember }) => ({
        id,
        name,
        is_channel: true,
        is_archived: isArchived,
        is_member: isMember,
      })),
      response_metadata: {
        next_cursor: hasMore ? Buffer.from(`next:${cursor + limit}`).toString('base64') : '',
      },
    },
  };
}

function history(args: SlackArguments, { channels, messages }: SlackWorkspace): SlackAnswer {
  const channel = findChannel(args['channel'], channels, 'id');
  if ('ok' in channel) return channel;
  return page(args, messages.timeline(channel.id).toReversed());
}

function replies(args: SlackArguments, { channels, messages }: SlackWorkspace): SlackAnswer {
  const channel = findChannel(args['channel'], channels, 'id');
  if ('ok' in channel) return channel;
  const ts = scalar(args['ts']) ?? '';
  const parent = messages.find(channel.id, ts);
  if (parent === undefined) return refuse('thread_not_found', `no message ${ts}`);
  return page(args, [parent, ...parent.replies]);
}

function page(args: SlackArguments, all: readonly SlackMessage[]): SlackAnswer {
  const limit = Number(args['limit'] ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 999) return refuse('invalid_limit', `limit: ${limit}`);
  for (const bound of ['oldest', 'latest'] as const) {
    const value = scalar(args[bound]);
    if (value !== undefined && !/^\d+(\.\d+)?$/.test(value)) {
      return refuse(bound === 'oldest' ? 'invalid_ts_oldest' : 'invalid_ts_latest', value);
    }
  }
  const inclusive = isTrue(args['inclusive']);
  const oldest = Number(args['oldest'] ?? 0);
  const latest = args['latest'] === undefined ? Infinity : Number(args['latest']);
  const within = all.filter(({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
  const given = scalar(args['cursor']) ?? '';
  const cursor = given === '' ? 0 : offsetOf(given);
  if (cursor === undefined) return refuse('invalid_cursor', given);
  const shown = within.slice(cursor, cursor + limit);
  const hasMore = cursor + limit < within.length;
  const withMetadata = isTrue(args['include_all_metadata']);
  return {
    ok: true,
    body: {
      messages: shown.map((message) => wireMessage(message, withMetadata)),
      has_more: hasMore,
      response_metadata: {
        next_cursor: hasMore ? Buffer.from(`next:${cursor + limit}`).toString('base64') : '',
      },
    },
  };
}

function offsetOf(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64').toString();
  return /^next:\d+$/.test(text) ? Number(text.slice('next:'.length)) : undefined;
}

/** Posting takes a name too; every other method wants the id which posting has answered. */
function findChannel(
  value: unknown,
  channels: readonly SlackChannel[],
  by: 'id' | 'id or name',
): SlackChannel | Extract<SlackAnswer, { ok: false }> {
  const no = (error: string, detail: string) => ({ ok: false as const, error, detail });
  if (typeof value !== 'string' || value === '') return no('channel_not_found', 'no channel');
  const name = value.replace(/^#/, '');
  const channel = channels.find((each) => each.id === value || (by === 'id or name' && each.name === name));
  if (channel === undefined) return no('channel_not_found', value);
  if (!channel.isMember) return no('not_in_channel', channel.name);
  if (channel.isArchived) return no('is_archived', channel.name);
  return channel;
}

interface PartialContent {
  readonly text: string | undefined;
  readonly blocks: readonly SlackBlock[] | undefined;
  readonly metadata: SlackMetadata | undefined;
}

function parseContent(args: SlackArguments): PartialContent | Extract<SlackAnswer, { ok: false }> {
  const no = (error: string, detail: string) => ({ ok: false as const, error, detail });
  const text = args['text'];
  if (text !== undefined && typeof text !== 'string') return no('invalid_arguments', 'text must be a string');
  if (text !== undefined && Array.from(text).length > MAX_TEXT_CHARACTERS) {
    return no('msg_too_long', `text has more than ${MAX_TEXT_CHARACTERS} characters`);
  }
  const blocks = args['blocks'] === undefined ? undefined : parseBlocks(args['blocks']);
  if (blocks !== undefined && 'error' in blocks) return no(blocks.error, blocks.detail);
  if (args['metadata'] === undefined) return { text, blocks, metadata: undefined };
  const metadata = metadataShape.safeParse(args['metadata']);
  if (!metadata.success) return no('invalid_metadata_format', 'metadata needs event_type and event_payload');
  if (Buffer.byteLength(JSON.stringify(metadata.data)) > MAX_METADATA_BYTES) {
    return no('metadata_too_large', `metadata is larger than ${MAX_METADATA_BYTES} bytes`);
  }
  return { text, blocks, metadata: metadata.data };
}

const metadataShape = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
});

/** A plain argument as text: forms have only text, JSON bodies have numbers and booleans too. */
function scalar(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}

function wireMessage(message: SlackMessage, withMetadata: boolean): Record<string, unknown> {
  const { ts, text, blocks, metadata, threadTs, broadcast, edits, replies: inThread } = message;
  const last = edits.at(-1);
  const content: SlackContent = { text, blocks, metadata };
  return {
    type: 'message',
    ...(broadcast ? { subtype: 'thread_broadcast' } : {}),
    user: identity.user_id,
    bot_id: identity.bot_id,
    team: identity.team_id,
    ts,
    text: content.text,
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(withMetadata && metadata !== undefined ? { metadata } : {}),
    ...(last === undefined
      ? {}
      : { edited: { user: identity.user_id, ts: `${Math.floor(last.editedAtMs / 1000)}.000000` } }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(inThread.length === 0
      ? {}
      : { thread_ts: ts, reply_count: inThread.length, latest_reply: inThread.at(-1)?.ts }),
  };
}
