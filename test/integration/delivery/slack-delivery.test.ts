import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { sleepQuietly as sleep } from '../../../src/wiring/time.ts';
import { createSlackClient, type SlackClient } from '../../../src/delivery/slack/client.ts';
import { createDelivery, type Delivery } from '../../../src/delivery/worker.ts';
import type { DeliveryProblem } from '../../../src/delivery/standstill.ts';
import { startSlackStandIn, type SlackFaultRule, type SlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { silentLog } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { aCard, aMonitorCard, anAnalysedCard, aNotice } from '../../unit/delivery/builders.ts';
import { createMemoryOutbox, type MemoryOutbox } from '../../unit/delivery/memory-outbox.ts';

const CHANNEL = 'critical-alerts';
const forever = (): AbortSignal => new AbortController().signal;

interface Setup {
  readonly outbox: MemoryOutbox;
  readonly delivery: Delivery;
  readonly client: SlackClient;
  readonly problems: DeliveryProblem[][];
  /** The clock's lead over the real one. */
  skewMs: number;
  token: string;
}

function deliverTo(slack: SlackStandIn, given: Partial<Pick<Setup, 'outbox' | 'token'>> = {}): Setup {
  const setup = {
    outbox: createMemoryOutbox(),
    token: slack.token,
    skewMs: 0,
    problems: [] as DeliveryProblem[][],
    ...given,
  };
  const now = (): number => Date.now() + setup.skewMs;
  const client = createSlackClient({
    readToken: () => new Secret(setup.token),
    apiUrl: slack.url,
    log: silentLog,
    now,
    timeoutMs: 400,
  });
  const delivery = createDelivery({
    outbox: setup.outbox,
    slack: client,
    enabled: () => true,
    now,
    sleep,
    random: () => 0.01,
    log: silentLog,
    onProblems: (problems) => setup.problems.push([...problems]),
  });
  return Object.assign(setup, { delivery, client });
}

const card = (changes: Partial<Notice> = {}): Notice =>
  aNotice({ kind: 'card', card: aCard() }, { decidedAtMs: Date.now(), ...changes });

test('an incident is one message: posted, edited in place, its evidence in the thread, its worsening in the channel', async () => {
  await using slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  outbox.add(card());
  await delivery.drain(forever());
  outbox.add(aNotice({ kind: 'card', card: anAnalysedCard() }));
  outbox.add(aNotice({ kind: 'evidence', lines: ['e1 · k8s_logs payments/api-1', '> panic'] }));
  outbox.add(aNotice({ kind: 'reply', text: 'SEV-3 → SEV-1: all replicas down', broadcast: true }));
  outbox.add(aNotice({ kind: 'evidence', lines: ['e1 · k8s_logs payments/api-1', '> panic', 'e2 · more'] }));

  await delivery.drain(forever());

  const [message, ...others] = slack.messages(CHANNEL);
  expect(others).toEqual([]);
  expect(message?.edits).toHaveLength(1);
  expect(JSON.stringify(message?.blocks)).toContain('rollout undo');
  expect(message?.replies.map(({ broadcast, edits }) => ({ broadcast, edits: edits.length }))).toEqual([
    { broadcast: false, edits: 1 },
    { broadcast: true, edits: 0 },
  ]);
  expect(JSON.stringify(message?.replies[0]?.blocks)).toContain('e2 · more');
  expect(slack.violations).toEqual([]);
  expect(await outbox.counts()).toMatchObject({ pending: 0, sending: 0, parked: 0 });
});

test.each([
  { fault: { kind: 'reset', stored: true } },
  { fault: { kind: 'status', status: 503, stored: true } },
  { fault: { kind: 'html', status: 200, stored: true } },
  { fault: { kind: 'hang', stored: true } },
  { fault: { kind: 'half-response' } },
  { fault: { kind: 'refuse', error: 'internal_error' } },
  { fault: { kind: 'reset', stored: false } },
  { fault: { kind: 'status', status: 502, stored: false } },
  { fault: { kind: 'hang', stored: false } },
] satisfies { fault: SlackFaultRule['fault'] }[])(
  'a post that ends in $fault is told exactly once',
  async ({ fault }) => {
    await using slack = await startSlackStandIn({ faults: [{ method: 'chat.postMessage', occurrence: 1, fault }] });
    const { outbox, delivery } = deliverTo(slack);
    outbox.add(card());

    await delivery.flush(AbortSignal.timeout(10_000));

    expect(slack.messages(CHANNEL)).toHaveLength(1);
    expect(outbox.messages.get(card().subject)?.ts).toBe(slack.messages(CHANNEL)[0]?.ts);
    expect(slack.violations).toEqual([]);
  },
);

test.each([
  { lead: 'the same time', leadMs: 0 },
  { lead: 'ten minutes more', leadMs: 10 * 60_000 },
])('a reply in doubt is looked for in its whole thread: our clock shows $lead', async ({ leadMs }) => {
  await using slack = await startSlackStandIn({
    faults: [{ method: 'chat.postMessage', occurrence: 2, fault: { kind: 'reset', stored: true } }],
  });
  const setup = deliverTo(slack);
  setup.outbox.add(card());
  await setup.delivery.drain(forever());
  setup.skewMs = leadMs;
  const reply = { kind: 'reply', text: 'SEV-2 → SEV-1', broadcast: true } as const;
  setup.outbox.add(aNotice(reply, { decidedAtMs: Date.now() + leadMs }));

  await setup.delivery.flush(AbortSignal.timeout(10_000));

  expect(slack.messages(CHANNEL)[0]?.replies).toHaveLength(1);
  expect(await setup.outbox.counts()).toMatchObject({ pending: 0, sending: 0 });
});

/** A process that posted and did not hear so, and the next one, which knows no more than that it was about to. */
async function postedBeforeACrash(slack: SlackStandIn): Promise<{ readonly after: Setup; readonly notice: Notice }> {
  const before = deliverTo(slack);
  const notice = card();
  before.outbox.add(notice);
  await before.delivery.drain(forever());
  const after = deliverTo(slack);
  after.outbox.add(notice, 'sending');
  return { after, notice };
}

test('after a crash between request and answer the posted message is found again, though only the name of its channel is known', async () => {
  await using slack = await startSlackStandIn();
  const { after, notice } = await postedBeforeACrash(slack);

  await after.delivery.drain(forever());

  expect(slack.messages(CHANNEL)).toHaveLength(1);
  expect(after.outbox.messages.get(notice.subject)?.ts).toBe(slack.messages(CHANNEL)[0]?.ts);
});

test('an app that may list public channels only finds its message all the same, and calls no private channel missing', async () => {
  const scopes = ['chat:write', 'channels:history', 'channels:read'];
  await using slack = await startSlackStandIn({ scopes });
  const { after } = await postedBeforeACrash(slack);

  await after.delivery.drain(forever());

  expect(slack.messages(CHANNEL)).toHaveLength(1);
  const connection = await after.client.connect([`#${CHANNEL}`, '#may-be-private']);
  expect(connection.problems).toEqual([]);
});

test('where history may not be read a message in doubt is told again rather than lost', async () => {
  await using slack = await startSlackStandIn({ scopes: ['chat:write'] });
  const { outbox, delivery } = deliverTo(slack);
  outbox.add(card(), 'sending');

  await delivery.drain(forever());

  expect(slack.messages(CHANNEL)).toHaveLength(1);
});

test.each([{ retryAfter: '1' }, { retryAfter: new Date(Date.now() + 120_000).toUTCString() }, { retryAfter: 'soon' }])(
  'a 429 with Retry-After $retryAfter silences its channel for that long, and no other',
  async ({ retryAfter }) => {
    await using slack = await startSlackStandIn({
      faults: [{ method: 'chat.postMessage', channel: 'alerts', fault: { kind: 'rate-limit', retryAfter } }],
    });
    const setup = deliverTo(slack);
    setup.outbox.add(card({ subject: 'INC-1', channel: '#alerts' }));
    setup.outbox.add(card({ subject: 'INC-2', channel: '#alerts' }));
    setup.outbox.add(card({ subject: 'INC-3' }));
    await setup.delivery.drain(forever());
    const triedInSilence = slack.requests.filter(({ args }) => args['channel'] === '#alerts').length;
    slack.faults.length = 0;

    await setup.delivery.drain(forever());
    const toldInSilence = slack.messages('alerts').length;
    if (retryAfter === '1') await setup.delivery.flush(AbortSignal.timeout(10_000));

    expect({ triedInSilence, toldInSilence }).toEqual({ triedInSilence: 1, toldInSilence: 0 });
    expect(slack.messages(CHANNEL)).toHaveLength(1);
    expect(slack.messages('alerts')).toHaveLength(retryAfter === '1' ? 2 : 0);
    expect(slack.violations).toEqual([]);
  },
);

test('a wrong token is said once, stops all hammering, and its repair lets everything out in order without a restart', async () => {
  await using slack = await startSlackStandIn({ token: 'xoxb-right-token' });
  const setup = deliverTo(slack, { token: 'xoxb-wrong-token' });
  setup.outbox.add(card({ subject: 'INC-1' }));
  setup.outbox.add(card({ subject: 'INC-2' }));
  setup.outbox.add(card({ subject: 'INC-3', channel: '#alerts' }));
  await setup.delivery.drain(forever());
  await setup.delivery.drain(forever());
  const hammering = slack.requests.length;

  setup.token = 'xoxb-right-token';
  await setup.delivery.drain(forever());

  expect(hammering).toBeLessThanOrEqual(2);
  expect(setup.problems[0]?.[0]?.message).toMatch(/SLACK_BOT_TOKEN/);
  expect(setup.problems.at(-1)).toEqual([]);
  const subjects = slack.messages(CHANNEL).map(({ metadata }) => metadata?.event_payload['subject']);
  expect(subjects).toEqual(['INC-1', 'INC-2']);
  expect(slack.messages('alerts')).toHaveLength(1);
  expect(inspect(setup.problems, { depth: null })).not.toContain('xoxb-wrong');
});

test('an unknown channel parks its messages, names field and remedy, is probed every five minutes, and stops no other channel', async () => {
  await using slack = await startSlackStandIn();
  const setup = deliverTo(slack);
  setup.outbox.add(card({ subject: 'INC-1', channel: '#misspelt' }));
  setup.outbox.add(card({ subject: 'INC-2', channel: '#misspelt' }));
  setup.outbox.add(card({ subject: 'INC-3' }));
  const tries = (): number => slack.requests.filter(({ args }) => args['channel'] === '#misspelt').length;

  await setup.delivery.drain(forever());
  await setup.delivery.drain(forever());
  const atOnce = tries();
  setup.skewMs = 5 * 60_000 + 1;
  await setup.delivery.drain(forever());

  expect({ atOnce, later: tries() }).toEqual({ atOnce: 1, later: 2 });
  expect(setup.problems.at(-1)?.[0]).toMatchObject({
    scope: 'channel',
    channel: '#misspelt',
    message: expect.stringMatching(/"#misspelt" \(channel_not_found\): correct the name under slack\.channels/),
  });
  expect(await setup.outbox.counts()).toMatchObject({ parked: 1, pending: 1 });
  expect(slack.messages(CHANNEL)).toHaveLength(1);
});

test.each([
  { refused: 1, expected: 'Shortened' },
  { refused: 2, expected: "What's happening: " },
  { refused: 3, expected: 'Slack refused its text' },
])('content that Slack refuses $refused times goes down the ladder', async ({ refused, expected }) => {
  await using slack = await startSlackStandIn({
    faults: Array.from({ length: refused }, (_, index) => ({
      method: 'chat.postMessage',
      occurrence: index + 1,
      fault: { kind: 'refuse', error: 'invalid_blocks' } as const,
    })),
  });
  const { outbox, delivery } = deliverTo(slack);
  outbox.add(aNotice({ kind: 'card', card: anAnalysedCard() }, { decidedAtMs: Date.now() }));

  await delivery.drain(forever());

  const [message] = slack.messages(CHANNEL);
  expect(`${message?.text} ${JSON.stringify(message?.blocks)}`).toContain(expected);
});

test('a card whose message was deleted is posted anew', async () => {
  await using slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  const channelId = slack.channels[0]?.id ?? '';
  outbox.messages.set(card().subject, { channelId, ts: '1700000000.000100', evidenceTs: undefined });
  outbox.add(card());

  await delivery.drain(forever());

  expect(slack.messages(CHANNEL)).toHaveLength(1);
  expect(outbox.messages.get(card().subject)?.ts).toBe(slack.messages(CHANNEL)[0]?.ts);
});

test('a reply whose message was deleted stands in the channel and names its incident', async () => {
  await using slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  const channelId = slack.channels[0]?.id ?? '';
  outbox.messages.set(card().subject, { channelId, ts: '1700000000.000100', evidenceTs: undefined });
  outbox.add(aNotice({ kind: 'reply', text: 'SEV-2 → SEV-1', broadcast: true }, { decidedAtMs: Date.now() }));

  await delivery.drain(forever());

  expect(slack.messages(CHANNEL).map(({ text }) => text)).toEqual(['INC-20261121_124400-001: SEV-2 → SEV-1']);
  expect(outbox.messages.size).toBe(0);
});

test("the monitor's card is edited when its trouble is over, and the next trouble is a new message", async () => {
  await using slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  const tell = async (state: 'trouble' | 'over'): Promise<void> => {
    outbox.add(
      aNotice(
        { kind: 'monitor', card: aMonitorCard({ state }) },
        { subject: 'monitor:cluster', decidedAtMs: Date.now() },
      ),
    );
    await delivery.drain(forever());
  };

  await tell('trouble');
  await tell('over');
  await tell('trouble');

  expect(slack.messages(CHANNEL).map(({ edits }) => edits.length)).toEqual([1, 0]);
});

test('the worst goes first, and a channel hears no more than a short burst and then about one message a second', async () => {
  await using slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  for (const severity of ['SEV-4', 'SEV-3', 'SEV-2', 'SEV-1', 'SEV-1'] as const) {
    outbox.add(card({ subject: `INC-${outbox.rows.length}`, severity }));
  }

  await delivery.drain(forever());

  const subjects = slack.messages(CHANNEL).map(({ metadata }) => metadata?.event_payload['subject']);
  expect(subjects).toEqual(['INC-3', 'INC-4', 'INC-2', 'INC-1', 'INC-0']);
  const [first = 0, , , , fifth = 0] = slack.requests.map(({ receivedAtMs }) => receivedAtMs);
  expect(fifth - first).toBeGreaterThan(2000);
});

test('the loop tells what is added while it runs, and a drain beside it sends nothing twice', async () => {
  await using slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  const told = Promise.withResolvers<void>();
  const original = { ...outbox };
  outbox.markSent = async (...args) => {
    await original.markSent(...args);
    if (outbox.rows.every(({ status }) => status === 'sent')) told.resolve();
  };
  await using _loop = delivery.start();
  outbox.add(card({ subject: 'INC-1' }));
  outbox.add(card({ subject: 'INC-2', channel: '#alerts' }));
  delivery.wake();

  await Promise.all([told.promise, delivery.drain(forever())]);

  expect(slack.messages(CHANNEL)).toHaveLength(1);
  expect(slack.messages('alerts')).toHaveLength(1);
});

test.each([
  { token: 'xoxb-wrong', channels: [CHANNEL], expected: /SLACK_BOT_TOKEN/ },
  { token: '', channels: [CHANNEL], expected: /no Slack token: set SLACK_BOT_TOKEN/ },
])('at start a token of "$token" is one clear sentence', async ({ token, channels, expected }) => {
  await using slack = await startSlackStandIn();
  const client = createSlackClient({
    readToken: () => (token === '' ? undefined : new Secret(token)),
    apiUrl: slack.url,
    log: silentLog,
    now: Date.now,
  });

  const failure: unknown = await client.connect(channels).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'DELIVERY_CONFIG', message: expect.stringMatching(expected) });
  expect(inspect(failure, { depth: null })).not.toContain('xoxb-wrong');
});

test('at start missing and archived channels are named, each in one sentence', async () => {
  await using slack = await startSlackStandIn({ channels: ['alerts', { name: 'old', isArchived: true }] });
  const client = createSlackClient({
    readToken: () => new Secret(slack.token),
    apiUrl: slack.url,
    log: silentLog,
    now: Date.now,
  });

  const { user, problems } = await client.connect(['#alerts', '#old', '#nowhere']);

  expect(user).toBe('k8s-monitor');
  expect(problems).toEqual([
    expect.stringContaining('"#old" is archived'),
    expect.stringContaining('no channel "#nowhere"'),
  ]);
});

test('a Slack that cannot be reached keeps everything, and tells it when it is back', async () => {
  const slack = await startSlackStandIn();
  const { outbox, delivery } = deliverTo(slack);
  await slack[Symbol.asyncDispose]();
  outbox.add(card());

  await delivery.drain(forever());

  expect(await outbox.counts()).toMatchObject({ pending: 1, sending: 0 });
  expect(outbox.rows[0]?.lastError).toMatch(/could not be reached \(ECONNREFUSED\)/);
});
