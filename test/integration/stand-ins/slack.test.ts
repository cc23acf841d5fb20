import { setTimeout as sleep } from 'node:timers/promises';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { expect, test } from 'vitest';
import { startSlackStandIn, type SlackFault, type SlackStandIn } from '../../../src/demo/stand-ins/slack.ts';

const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
};
const clientOf = (slack: SlackStandIn, token = slack.token) =>
  new WebClient(token, {
    slackApiUrl: slack.url,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 500,
    logger: SILENT,
  });
const text = (value: string) => ({ type: 'plain_text', text: value });
const mrkdwn = (value: string) => ({ type: 'mrkdwn', text: value });
const button = (rest: object = {}) => ({ type: 'button', text: text('Ack'), action_id: 'ack', ...rest });
const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/** The error that the workspace answers to this message. */
async function refusalOf(args: Record<string, unknown>, method = 'chat.postMessage'): Promise<string> {
  await using slack = await startSlackStandIn({
    channels: ['alerts', { name: 'old', isArchived: true }, { name: 'private', isMember: false }],
  });
  const failure = await clientOf(slack)
    .apiCall(method, { channel: 'alerts', ...args })
    .catch((error: unknown) => error);
  if (!(failure instanceof WebAPIPlatformError)) throw new Error(`not refused: ${JSON.stringify(failure)}`);
  expect(slack.violations.map(({ error }) => error)).toEqual([failure.data.error]);
  expect(slack.messages('alerts')).toEqual([]);
  return failure.data.error;
}

test.each<[what: string, args: Record<string, unknown>, error: string]>([
  ['an unknown channel', { channel: '#nowhere', text: 'x' }, 'channel_not_found'],
  ['an archived channel', { channel: '#old', text: 'x' }, 'is_archived'],
  ['a channel without the bot', { channel: '#private', text: 'x' }, 'not_in_channel'],
  ['neither text nor blocks', {}, 'no_text'],
  ['an empty text', { text: '' }, 'no_text'],
  ['a text of 40,001 characters', { text: 'x'.repeat(40_001) }, 'msg_too_long'],
  ['a thread that does not exist', { text: 'x', thread_ts: '1700000000.000001' }, 'thread_not_found'],
  ['a thread id that is none', { text: 'x', thread_ts: 'yesterday' }, 'invalid_thread_ts'],
  ['metadata without a payload', { text: 'x', metadata: { event_type: 'e' } }, 'invalid_metadata_format'],
  [
    'metadata beyond 8 KiB',
    { text: 'x', metadata: { event_type: 'e', event_payload: { p: 'x'.repeat(9000) } } },
    'metadata_too_large',
  ],
])('refuses to post %s', async (_what, args, error) => {
  expect(await refusalOf(args)).toBe(error);
});

test.each<[what: string, blocks: unknown, error: string]>([
  ['that are no array', { type: 'divider' }, 'invalid_blocks_format'],
  ['of an unknown type', [{ type: 'banner' }], 'invalid_blocks'],
  ['in a number above 50', many(51, { type: 'divider' }), 'invalid_blocks'],
  ['with a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], 'invalid_blocks'],
  ['with a header of 151 characters', [{ type: 'header', text: text('x'.repeat(151)) }], 'invalid_blocks'],
  ['with an empty section text', [{ type: 'section', text: mrkdwn('') }], 'invalid_blocks'],
  ['with a section of 3,001 characters', [{ type: 'section', text: mrkdwn('x'.repeat(3001)) }], 'invalid_blocks'],
  ['with a section that has nothing', [{ type: 'section' }], 'invalid_blocks'],
  ['with eleven fields', [{ type: 'section', fields: many(11, mrkdwn('x')) }], 'invalid_blocks'],
  ['with a field of 2,001 characters', [{ type: 'section', fields: [mrkdwn('x'.repeat(2001))] }], 'invalid_blocks'],
  ['with eleven context elements', [{ type: 'context', elements: many(11, mrkdwn('x')) }], 'invalid_blocks'],
  ['with an empty context', [{ type: 'context', elements: [] }], 'invalid_blocks'],
  [
    'with 26 actions',
    [{ type: 'actions', elements: many(26, { ...button(), action_id: undefined }) }],
    'invalid_blocks',
  ],
  [
    'with a button text of 76 characters',
    [{ type: 'actions', elements: [button({ text: text('x'.repeat(76)) })] }],
    'invalid_blocks',
  ],
  [
    'with a button value of 2,001',
    [{ type: 'actions', elements: [button({ value: 'x'.repeat(2001) })] }],
    'invalid_blocks',
  ],
  ['with a button style of its own', [{ type: 'actions', elements: [button({ style: 'grey' })] }], 'invalid_blocks'],
  ['with a button that links nowhere', [{ type: 'actions', elements: [button({ url: 'nope' })] }], 'invalid_blocks'],
  ['with one action_id twice', [{ type: 'actions', elements: [button(), button()] }], 'invalid_blocks'],
  ['with one block_id twice', many(2, { type: 'divider', block_id: 'd' }), 'invalid_blocks'],
  ['with a field that does not exist', [{ type: 'divider', colour: 'red' }], 'invalid_blocks'],
  ['with markdown of 12,001 characters', many(2, { type: 'markdown', text: 'x'.repeat(6001) }), 'msg_too_long'],
  ['that are too long together', many(40, { type: 'section', text: mrkdwn('x'.repeat(2900)) }), 'msg_blocks_too_long'],
])('refuses blocks %s', async (_what, blocks, error) => {
  expect(await refusalOf({ text: 'x', blocks })).toBe(error);
});

test.each<[what: string, method: string, args: Record<string, unknown>, error: string]>([
  ['an edit by channel name', 'chat.update', { ts: '1700000000.000001', text: 'x' }, 'channel_not_found'],
  [
    'an edit of an unknown message',
    'chat.update',
    { channel: 'C0STANDIN01', ts: '1700000000.000001', text: 'x' },
    'message_not_found',
  ],
  ['an edit without a message', 'chat.update', { channel: 'C0STANDIN01', text: 'x' }, 'invalid_arguments'],
  ['history by channel name', 'conversations.history', {}, 'channel_not_found'],
  ['history with a limit of 0', 'conversations.history', { channel: 'C0STANDIN01', limit: 0 }, 'invalid_limit'],
  [
    'history from a made-up cursor',
    'conversations.history',
    { channel: 'C0STANDIN01', cursor: 'zzz' },
    'invalid_cursor',
  ],
  [
    'replies of an unknown message',
    'conversations.replies',
    { channel: 'C0STANDIN01', ts: '1700000000.000001' },
    'thread_not_found',
  ],
  ['a method that does not exist', 'chat.shout', {}, 'unknown_method'],
])('refuses %s', async (_what, method, args, error) => {
  expect(await refusalOf(args, method)).toBe(error);
});

test('refuses a wrong token, no token, and a token without the scope', async () => {
  await using slack = await startSlackStandIn({ scopes: ['chat:write'] });

  await expect(clientOf(slack, 'xoxb-wrong').auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
  const bare = await fetch(`${slack.url}auth.test`, { method: 'POST' });
  expect(await bare.json()).toEqual({ ok: false, error: 'not_authed' });
  await expect(clientOf(slack).conversations.history({ channel: 'C0STANDIN01' })).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'channels:history', provided: 'chat:write' },
  });
});

test('a changed token is in force at once', async () => {
  await using slack = await startSlackStandIn();
  const before = clientOf(slack);

  slack.token = 'xoxb-rotated';

  await expect(before.auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
  expect(await clientOf(slack).auth.test()).toMatchObject({ ok: true, team: 'Stand-in' });
});

test('a full card is posted, edited in place, and answered in its thread', async () => {
  let nowMs = Date.UTC(2026, 10, 22, 2, 30);
  await using slack = await startSlackStandIn({ now: () => nowMs });
  const { chat } = clientOf(slack);
  const blocks = [
    { type: 'header', text: text('SEV-1 checkout-api') },
    { type: 'section', text: mrkdwn('*3 of 3* pods crash'), fields: [mrkdwn('a'), mrkdwn('b')], block_id: 's' },
    { type: 'divider' },
    { type: 'context', elements: [mrkdwn('INC-1')] },
    { type: 'actions', elements: [button(), button({ action_id: 'open', url: 'https://example.com/' })] },
  ];
  const metadata = { event_type: 'k8s_monitor_notice', event_payload: { deliveryId: 'd1' } };

  const posted = await chat.postMessage({ channel: '#critical-alerts', text: 'down', blocks, metadata });
  const channel = posted.channel ?? '';
  const ts = posted.ts ?? '';
  nowMs += 60_000;
  await chat.update({ channel, ts, text: 'down, and why' });
  await chat.postMessage({ channel, thread_ts: ts, text: 'evidence' });
  await chat.postMessage({ channel, thread_ts: ts, reply_broadcast: true, text: 'worse' });

  expect(channel).toBe('C0STANDIN01');
  expect(ts).toBe('1795314600.000000');
  const [message] = slack.messages('critical-alerts');
  // What the edit left out is still there.
  expect(message).toMatchObject({ ts, text: 'down, and why', blocks, metadata });
  expect(message?.edits).toEqual([{ text: 'down', blocks, metadata, editedAtMs: nowMs }]);
  expect(message?.replies.map((reply) => [reply.text, reply.broadcast])).toEqual([
    ['evidence', false],
    ['worse', true],
  ]);
  expect(slack.requests.map((call) => [call.method, call.outcome])).toEqual([
    ['chat.postMessage', 'ok'],
    ['chat.update', 'ok'],
    ['chat.postMessage', 'ok'],
    ['chat.postMessage', 'ok'],
  ]);
  expect(slack.requests[0]?.args).toMatchObject({ channel: '#critical-alerts', blocks, metadata });
  expect(slack.violations).toEqual([]);
});

test('a JSON body means the same as a form', async () => {
  await using slack = await startSlackStandIn();

  const response = await fetch(`${slack.url}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: 'alerts', text: 'x', blocks: [{ type: 'divider' }] }),
  });

  expect(await response.json()).toMatchObject({ ok: true, channel: 'C0STANDIN02' });
  expect(slack.messages('alerts')[0]?.blocks).toEqual([{ type: 'divider' }]);
});

test('every ts is greater than the last, also when the clock stands still or goes back', async () => {
  let nowMs = 1_800_000_000_000;
  await using slack = await startSlackStandIn({ now: () => nowMs });
  const { chat } = clientOf(slack);
  const stamps: string[] = [];

  for (const step of [0, 0, -5000, 1]) {
    nowMs += step;
    stamps.push((await chat.postMessage({ channel: 'alerts', text: 'x' })).ts ?? '');
  }

  expect(stamps).toEqual(['1800000000.000000', '1800000000.000001', '1800000000.000002', '1800000000.000003']);
});

test('history is newest first, in pages, with metadata only when asked for', async () => {
  let nowMs = 1_800_000_000_000;
  await using slack = await startSlackStandIn({ now: () => (nowMs += 1000) });
  const { chat, conversations } = clientOf(slack);
  const metadata = { event_type: 'notice', event_payload: { id: '1' } };
  const stamps: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    stamps.push((await chat.postMessage({ channel: 'alerts', text: name, metadata })).ts ?? '');
  }
  const channel = 'C0STANDIN02';

  const first = await conversations.history({ channel, limit: 2 });
  const rest = await conversations.history({
    channel,
    limit: 2,
    include_all_metadata: true,
    cursor: first.response_metadata?.next_cursor ?? '',
  });
  const since = await conversations.history({ channel, oldest: stamps[1] ?? '', inclusive: true });

  expect(first.messages?.map((message) => message.text)).toEqual(['c', 'b']);
  expect(first.has_more).toBe(true);
  expect(first.messages?.[0]?.metadata).toBeUndefined();
  expect(rest.messages?.map((message) => message.text)).toEqual(['a']);
  expect(rest.messages?.[0]?.metadata).toEqual(metadata);
  expect(since.messages?.map((message) => message.text)).toEqual(['c', 'b']);
});

test('replies give the thread, oldest first, after its parent', async () => {
  await using slack = await startSlackStandIn();
  const { chat, conversations } = clientOf(slack);
  const { channel = '', ts = '' } = await chat.postMessage({ channel: 'alerts', text: 'parent' });
  await chat.postMessage({ channel, thread_ts: ts, text: 'one' });
  await chat.postMessage({ channel, thread_ts: ts, text: 'two' });

  const thread = await conversations.replies({ channel, ts });
  const history = await conversations.history({ channel });

  expect(thread.messages?.map((message) => message.text)).toEqual(['parent', 'one', 'two']);
  expect(history.messages?.map((message) => [message.text, message.reply_count])).toEqual([['parent', 2]]);
});

test.each<[fault: SlackFault, error: unknown, stored: number]>([
  [{ kind: 'refuse', error: 'internal_error' }, WebAPIPlatformError, 0],
  [{ kind: 'rate-limit', retryAfter: '30' }, WebAPIRateLimitedError, 0],
  [{ kind: 'status', status: 503, stored: false }, WebAPIHTTPError, 0],
  [{ kind: 'status', status: 500, stored: true }, WebAPIHTTPError, 1],
  [{ kind: 'html', status: 502, stored: false }, WebAPIHTTPError, 0],
  [{ kind: 'html', status: 200, stored: true }, WebAPIPlatformError, 1],
  [{ kind: 'hang', stored: false }, WebAPIRequestError, 0],
  [{ kind: 'hang', stored: true }, WebAPIRequestError, 1],
  [{ kind: 'reset', stored: false }, WebAPIRequestError, 0],
  [{ kind: 'reset', stored: true }, WebAPIRequestError, 1],
  [{ kind: 'half-response' }, Error, 1],
])('the fault %o reaches the client once, and the next call is fine', async (fault, error, stored) => {
  await using slack = await startSlackStandIn({ faults: [{ method: 'chat.postMessage', occurrence: 1, fault }] });
  const { chat } = clientOf(slack);

  await expect(chat.postMessage({ channel: 'alerts', text: 'first' })).rejects.toThrow(error as ErrorConstructor);
  expect(slack.messages('alerts')).toHaveLength(stored);
  expect(slack.violations).toEqual([]);

  await chat.postMessage({ channel: 'digest', text: 'second' });
  expect(slack.messages('digest')).toHaveLength(1);
});

test('a fault can be for one channel, and can be taken away', async () => {
  await using slack = await startSlackStandIn();
  const { chat } = clientOf(slack);
  slack.faults.push({ channel: '#alerts', fault: { kind: 'refuse', error: 'restricted_action' } });

  await chat.postMessage({ channel: 'digest', text: 'fine' });
  await expect(chat.postMessage({ channel: 'C0STANDIN02', text: 'x' })).rejects.toThrow(/restricted_action/);
  slack.faults.length = 0;
  await chat.postMessage({ channel: 'alerts', text: 'fine again' });

  expect(slack.messages('alerts').map((message) => message.text)).toEqual(['fine again']);
});

test('a call before Retry-After has passed is a violation, in that channel only', async () => {
  let nowMs = 1_800_000_000_000;
  await using slack = await startSlackStandIn({
    now: () => nowMs,
    faults: [{ method: 'chat.postMessage', occurrence: 1, fault: { kind: 'rate-limit', retryAfter: '30' } }],
  });
  const { chat } = clientOf(slack);
  await chat.postMessage({ channel: 'alerts', text: 'x' }).catch(() => undefined);

  nowMs += 29_999;
  await chat.postMessage({ channel: 'digest', text: 'another channel' });
  expect(slack.violations).toEqual([]);
  await chat.postMessage({ channel: 'alerts', text: 'too early' });
  expect(slack.violations).toMatchObject([{ error: 'ratelimited' }]);
  nowMs += 1;
  await chat.postMessage({ channel: 'alerts', text: 'in time' });
  expect(slack.violations).toHaveLength(1);
});

test('with an interval the second message of a channel within it is turned away', async () => {
  let nowMs = 1_800_000_000_000;
  await using slack = await startSlackStandIn({ minIntervalMs: 1000, now: () => nowMs });
  const { chat } = clientOf(slack);
  await chat.postMessage({ channel: 'alerts', text: 'one' });

  await expect(chat.postMessage({ channel: 'alerts', text: 'two' })).rejects.toMatchObject({ retryAfter: 1 });
  await chat.postMessage({ channel: 'digest', text: 'elsewhere' });
  nowMs += 1000;
  await chat.postMessage({ channel: 'alerts', text: 'two' });

  expect(slack.messages('alerts').map((message) => message.text)).toEqual(['one', 'two']);
  expect(slack.violations).toEqual([]);
});

test('a channel can be archived and the bot removed while it runs', async () => {
  await using slack = await startSlackStandIn();
  const { chat } = clientOf(slack);
  const channel = slack.channels.find(({ name }) => name === 'alerts');
  if (channel === undefined) throw new Error('the default workspace has #alerts');

  channel.isArchived = true;
  await expect(chat.postMessage({ channel: 'alerts', text: 'x' })).rejects.toThrow(/is_archived/);
  channel.isArchived = false;
  await chat.postMessage({ channel: 'alerts', text: 'x' });
  expect(slack.messages('alerts')).toHaveLength(1);
});

test('disposal ends what hangs', async () => {
  const slack = await startSlackStandIn({ faults: [{ fault: { kind: 'hang', stored: false } }] });
  const pending = clientOf(slack)
    .auth.test()
    .catch((error: unknown) => error);
  while (slack.requests.length === 0) await sleep(5);

  await slack[Symbol.asyncDispose]();

  expect(await pending).toBeInstanceOf(WebAPIRequestError);
});
