import type { SlackBlock } from './slack-blocks.ts';

export interface SlackMetadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** What a message says; replaced as a whole by an edit. */
export interface SlackContent {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly metadata: SlackMetadata | undefined;
}

/** A message as it stands now. */
export interface SlackMessage extends SlackContent {
  /** Slack's id: Unix seconds with six decimals, unique and growing within the workspace. */
  readonly ts: string;
  readonly channelId: string;
  readonly threadTs: string | undefined;
  /** A thread reply that was also shown in the channel (`reply_broadcast`). */
  readonly broadcast: boolean;
  /** What it said before each edit, oldest first. */
  readonly edits: readonly (SlackContent & { readonly editedAtMs: number })[];
  /** Thread replies, oldest first. */
  readonly replies: readonly SlackMessage[];
}

interface Stored {
  ts: string;
  channelId: string;
  threadTs: string | undefined;
  broadcast: boolean;
  content: SlackContent;
  edits: (SlackContent & { editedAtMs: number })[];
}

/** The messages of a workspace. */
export interface SlackMessages {
  post(
    channelId: string,
    content: SlackContent,
    thread: { threadTs: string | undefined; broadcast: boolean },
  ): SlackMessage;
  /** `undefined` when no message of the channel has this `ts`. */
  edit(channelId: string, ts: string, content: (before: SlackContent) => SlackContent): SlackMessage | undefined;
  /** `false` when there was none. Its thread stays without it. */
  remove(channelId: string, ts: string): boolean;
  find(channelId: string, ts: string): SlackMessage | undefined;
  /** Messages outside threads, oldest first, with their replies inside. */
  list(channelId: string): readonly SlackMessage[];
  /** What the channel itself shows, oldest first: messages outside threads and broadcast replies. */
  timeline(channelId: string): readonly SlackMessage[];
}

/** @param now Unix milliseconds; the source of every `ts` */
export function createSlackMessages(now: () => number): SlackMessages {
  const stored: Stored[] = [];
  let lastMicroseconds = 0;

  const nextTs = (): string => {
    lastMicroseconds = Math.max(Math.floor(now() * 1000), lastMicroseconds + 1);
    const seconds = Math.floor(lastMicroseconds / 1_000_000);
    return `${seconds}.${String(lastMicroseconds % 1_000_000).padStart(6, '0')}`;
  };
  const view = (message: Stored): SlackMessage => ({
    ts: message.ts,
    channelId: message.channelId,
    threadTs: message.threadTs,
    broadcast: message.broadcast,
    ...message.content,
    edits: [...message.edits],
    replies: stored
      .filter((other) => other.channelId === message.channelId && other.threadTs === message.ts && other !== message)
      .map(view),
  });
  const locate = (channelId: string, ts: string): Stored | undefined =>
    stored.find((message) => message.channelId === channelId && message.ts === ts);

  return {
    post(channelId, content, { threadTs, broadcast }) {
      const message: Stored = { ts: nextTs(), channelId, threadTs, broadcast, content, edits: [] };
      stored.push(message);
      return view(message);
    },
    edit(channelId, ts, content) {
      const message = locate(channelId, ts);
      if (message === undefined) return undefined;
      message.edits.push({ ...message.content, editedAtMs: now() });
      message.content = content(message.content);
      return view(message);
    },
    remove(channelId, ts) {
      const index = stored.findIndex((message) => message.channelId === channelId && message.ts === ts);
      if (index !== -1) stored.splice(index, 1);
      return index !== -1;
    },
    find(channelId, ts) {
      const message = locate(channelId, ts);
      return message && view(message);
    },
    list: (channelId) =>
      stored.filter((message) => message.channelId === channelId && message.threadTs === undefined).map(view),
    timeline: (channelId) =>
      stored
        .filter((message) => message.channelId === channelId && (message.threadTs === undefined || message.broadcast))
        .map(view),
  };
}
