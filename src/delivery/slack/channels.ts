import * as z from 'zod';
import { mayNotAsk } from './refusals.ts';
import type { WebApi } from './web-api.ts';

const LIST_PAGE = 200;
const LIST_PAGES = 20;

const channelsShape = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string(), is_archived: z.boolean().optional() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

interface KnownChannel {
  readonly id: string;
  readonly archived: boolean;
}

/** Slack takes names where it posts, and ids everywhere else. */
export interface Channels {
  /** @returns `undefined` where the app may not list channels, or sees none of this name */
  readonly idOf: (channel: string) => Promise<string | undefined>;
  /** What an answer of Slack told of a name. */
  readonly remember: (channel: string, id: string) => void;
  /** One sentence a channel that cannot be posted to, naming the field and the remedy; none where channels may not be listed. */
  readonly problems: (channels: readonly string[]) => Promise<readonly string[]>;
}

interface KnownChannels {
  readonly found: ReadonlyMap<string, KnownChannel>;
  /** Private channels too: what is not found is not there for the app. */
  readonly isWhole: boolean;
}

export function createChannels({ call }: Pick<WebApi, 'call'>): Channels {
  const ids = new Map<string, string>();

  async function lookUp(types: string): Promise<ReadonlyMap<string, KnownChannel>> {
    const found = new Map<string, KnownChannel>();
    let cursor = '';
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const answer = channelsShape.parse(
        await call('conversations.list', {
          types,
          limit: LIST_PAGE,
          ...(cursor !== '' && { cursor }),
        }),
      );
      for (const { id, name, is_archived: archived = false } of answer.channels) {
        found.set(id, { id, archived });
        found.set(name, { id, archived });
        ids.set(name, id);
      }
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return found;
  }

  /** Reading is a courtesy: a scope that is missing for it stops no message. Private channels need one of their own. */
  async function lookUpWhatIsAllowed(): Promise<KnownChannels | undefined> {
    for (const types of ['public_channel,private_channel', 'public_channel']) {
      try {
        return { found: await lookUp(types), isWhole: types.includes('private') };
      } catch (error) {
        if (!mayNotAsk(error)) throw error;
      }
    }
    return undefined;
  }

  return {
    idOf: async (channel) => {
      const name = nameOf(channel);
      if (/^[CGD][A-Z0-9]{7,}$/.test(name)) return name;
      return ids.get(name) ?? (await lookUpWhatIsAllowed())?.found.get(name)?.id;
    },
    remember: (channel, id) => void ids.set(nameOf(channel), id),
    problems: async (channels) => {
      const known = channels.length === 0 ? undefined : await lookUpWhatIsAllowed();
      return known === undefined ? [] : channels.flatMap((channel) => problemOf(channel, known));
    },
  };
}

function nameOf(channel: string): string {
  return channel.replace(/^#/, '');
}

function problemOf(channel: string, { found: known, isWhole }: KnownChannels): readonly string[] {
  const found = known.get(nameOf(channel));
  if (found === undefined) {
    if (!isWhole) return [];
    return [
      `Slack shows the app no channel "${channel}": correct the name under slack.channels in config.yaml, or invite the app if the channel is private`,
    ];
  }
  return found.archived
    ? [`The Slack channel "${channel}" is archived: name another one under slack.channels in config.yaml`]
    : [];
}
