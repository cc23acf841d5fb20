import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeliveryOutcome } from '../../../src/delivery/attempt.ts';
import { createPace } from '../../../src/delivery/pace.ts';
import type { PlacedMessage, SlackClient } from '../../../src/delivery/slack/client.ts';
import { SlackBlocked } from '../../../src/delivery/slack/refusals.ts';
import type { SlackContent } from '../../../src/delivery/slack/render.ts';
import type { Unreached } from '../../../src/delivery/reach.ts';
import { createDelivery, type Delivery, type DeliveryOptions } from '../../../src/delivery/worker.ts';
import { MonitorError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';
import { aCard, aMonitorCard, aNotice, NOW_MS } from './builders.ts';
import { createMemoryOutbox, type MemoryOutbox } from './memory-outbox.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { propertyRuns } from '../../harness/property-runs.ts';

interface Line {
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly id: string;
  edits: string[];
}

interface Channel {
  readonly client: SlackClient;
  readonly lines: Line[];
  /** Thrown at the next write. */
  readonly failures: Error[];
}

/** Slack in a list: enough for the state machine; the wire has tests of its own. */
function listSlack(overrides: Partial<SlackClient> = {}): Channel {
  const lines: Line[] = [];
  const failures: Error[] = [];
  const write = (content: SlackContent, threadTs: string | undefined): PlacedMessage => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    const ts = `${lines.length + 1}.000000`;
    lines.push({ ts, threadTs, id: content.metadata.event_payload.delivery_id, edits: [] });
    return { channelId: 'C1', ts, threadTs };
  };
  const client: SlackClient = {
    post: async (_channel, content) => write(content, undefined),
    reply: async (_channel, threadTs, content) => write(content, threadTs),
    async edit(_channel, ts, content) {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      lines.find((line) => line.ts === ts)?.edits.push(content.metadata.event_payload.delivery_id);
      return 'edited';
    },
    async remove(_channel, ts) {
      lines.splice(
        lines.findIndex((line) => line.ts === ts),
        1,
      );
    },
    async find(_channel, threadTs, deliveryId) {
      const line = lines.find(({ id }) => id === deliveryId);
      return line === undefined ? 'absent' : { channelId: 'C1', ts: line.ts, threadTs };
    },
    connect: () => Promise.resolve({ team: 't', user: 'u', problems: [] }),
    tokenVersion: () => 1,
    ...overrides,
  };
  return { client, lines, failures };
}

function deliver(
  outbox: MemoryOutbox,
  client: SlackClient | undefined,
  changes: Partial<DeliveryOptions> = {},
): { readonly delivery: Delivery; readonly clock: VirtualClock } {
  const clock = createVirtualClock(NOW_MS);
  const delivery = createDelivery({
    outbox,
    slack: client,
    enabled: () => true,
    now: () => clock.nowMs,
    sleep: clock.sleep,
    random: () => 0.5,
    log: silentLog,
    ...changes,
  });
  return { delivery, clock };
}

const forever = (): AbortSignal => new AbortController().signal;
const STEPS = [
  'delivery: before sending',
  'delivery: sending committed',
  'delivery: answered',
  'delivery: sent committed',
];
const CONTENTS = [
  { kind: 'card', card: aCard() },
  { kind: 'reply', text: 'SEV-3 → SEV-1', broadcast: true },
  { kind: 'evidence', lines: ['e1'] },
  { kind: 'monitor', card: aMonitorCard() },
  { kind: 'monitor', card: aMonitorCard({ state: 'over' }) },
] as const;

test.each(STEPS.flatMap((step) => CONTENTS.map((content) => ({ step, content, kind: content.kind }))))(
  'a process that ends at "$step" loses no $kind and tells none twice',
  async ({ step, content }) => {
    const outbox = createMemoryOutbox();
    const slack = listSlack();
    outbox.messages.set('INC-1', { channelId: 'C1', ts: '0.000000', evidenceTs: undefined });
    if (content.kind === 'card' || content.kind === 'monitor') outbox.messages.clear();
    outbox.add(aNotice(content, { subject: 'INC-1', id: 'd-1' }));
    const ended = Promise.withResolvers<void>();
    const dying = deliver(outbox, slack.client, {
      step: (name) => {
        if (name !== step) return Promise.resolve();
        ended.resolve();
        return new Promise(() => undefined);
      },
    });
    void dying.delivery.drain(forever());
    await ended.promise;
    outbox.restart();

    await deliver(outbox, slack.client).delivery.drain(forever());

    expect(slack.lines.map(({ id }) => id)).toEqual(['d-1']);
    expect(outbox.rows.map(({ status }) => status)).toEqual(['sent']);
  },
);

test('what the store cannot record after the answer is recorded later and not sent again', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  const { delivery } = deliver(outbox, slack.client);
  outbox.add(aNotice({ kind: 'reply', text: 'worse', broadcast: false }));
  const working = { ...outbox };
  let full = true;
  outbox.markSent = (...args) =>
    full ? Promise.reject(new MonitorError('STORE_UNUSABLE', 'disk full')) : working.markSent(...args);
  await delivery.drain(forever());
  full = false;

  await delivery.flush(forever());

  expect(slack.lines).toHaveLength(1);
  expect(outbox.rows[0]?.status).toBe('sent');
});

test('a reply that Slack put into the channel is taken back and told with the id of its incident', async () => {
  const outbox = createMemoryOutbox();
  const placed: string[] = [];
  const slack = listSlack();
  const client: SlackClient = {
    ...slack.client,
    reply: async (...args) => ({ ...((await slack.client.reply(...args)) as PlacedMessage), threadTs: undefined }),
    post: (channel, content) => {
      placed.push(content.text);
      return slack.client.post(channel, content);
    },
  };
  outbox.messages.set('INC-7', { channelId: 'C1', ts: '9.000000', evidenceTs: undefined });
  outbox.add(aNotice({ kind: 'reply', text: 'worse', broadcast: true }, { subject: 'INC-7' }));

  await deliver(outbox, client).delivery.drain(forever());

  expect(placed).toEqual(['INC-7: worse']);
  expect(slack.lines).toHaveLength(1);
  expect(outbox.messages.size).toBe(0);
});

test('doubt stays on disk: a row whose request may have been taken is never put back to pending', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack({
    find: () => Promise.reject(new MonitorError('DELIVERY_RATE_LIMITED', 'later', { retryAfterMs: 60_000 })),
  });
  outbox.add(aNotice({ kind: 'card', card: aCard() }), 'sending');

  await deliver(outbox, slack.client).delivery.drain(forever());

  expect(outbox.rows[0]?.status).toBe('sending');
  expect(slack.lines).toEqual([]);
});

test('content that no rung of the ladder saves is parked and does not hold up the next incident', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  slack.failures.push(...Array.from({ length: 4 }, () => new MonitorError('DELIVERY_CONTENT', 'no')));
  outbox.add(aNotice({ kind: 'card', card: aCard() }, { subject: 'INC-1' }));
  outbox.add(aNotice({ kind: 'card', card: aCard() }, { subject: 'INC-2' }));

  await deliver(outbox, slack.client).delivery.drain(forever());

  expect(outbox.rows.map(({ status }) => status)).toEqual(['parked', 'sent']);
});

test('switched off, rows wait; switched on, they go', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  let enabled = false;
  const { delivery } = deliver(outbox, slack.client, { enabled: () => enabled });
  outbox.add(aNotice({ kind: 'card', card: aCard() }));

  await delivery.drain(forever());
  const waiting = { told: slack.lines.length, state: delivery.state() };
  enabled = true;
  await delivery.drain(forever());

  expect(waiting).toEqual({ told: 0, state: 'switched off' });
  expect(slack.lines).toHaveLength(1);
});

test('without Slack rows wait, and the log says so once', async () => {
  const outbox = createMemoryOutbox();
  const said: string[] = [];
  const { delivery } = deliver(outbox, undefined, { log: { ...silentLog, warn: (message) => said.push(message) } });
  outbox.add(aNotice({ kind: 'card', card: aCard() }));

  await delivery.drain(forever());
  await delivery.flush(forever());

  expect(said).toEqual([expect.stringContaining('SLACK_BOT_TOKEN')]);
  expect(delivery.state()).toBe('not configured');
  expect(outbox.rows[0]?.status).toBe('pending');
});

test('where nothing can be recorded a subject is told straight away, once a process', async () => {
  const slack = listSlack();
  const { delivery } = deliver(createMemoryOutbox(), slack.client);
  const notice = aNotice({ kind: 'card', card: aCard() });
  slack.failures.push(new MonitorError('DELIVERY_UNAVAILABLE', 'down', { retryable: true }));

  const answers = [
    await delivery.tellUnrecorded(notice),
    await delivery.tellUnrecorded(notice),
    await delivery.tellUnrecorded(notice),
  ];

  expect(answers).toEqual([false, true, true]);
  expect(slack.lines).toHaveLength(1);
});

test('outcomes name what Slack saw, or the code of the error, and how long it took', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  const outcomes: Pick<DeliveryOutcome, 'result' | 'latencyMs'>[] = [];
  const { delivery } = deliver(outbox, slack.client, {
    onOutcome: ({ result, latencyMs }) => outcomes.push({ result, latencyMs }),
  });
  slack.failures.push(new MonitorError('DELIVERY_UNAVAILABLE', 'down', { retryable: true }));
  outbox.add(aNotice({ kind: 'card', card: aCard() }, { decidedAtMs: NOW_MS - 2000 }));

  await delivery.flush(forever());

  expect(outcomes).toEqual([
    { result: 'DELIVERY_UNAVAILABLE', latencyMs: 2000 },
    { result: 'posted', latencyMs: 2500 },
  ]);
});

test('a Slack that cannot be reached is told with what waits, until it answers', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  const heard: (Unreached | undefined)[] = [];
  const { delivery } = deliver(outbox, slack.client, { onUnreached: (unreached) => heard.push(unreached) });
  slack.failures.push(
    new MonitorError('DELIVERY_UNAVAILABLE', 'down', { retryable: true }),
    new MonitorError('DELIVERY_AMBIGUOUS', 'lost', { retryable: true }),
  );
  outbox.add(aNotice({ kind: 'card', card: aCard() }, { subject: 'INC-1' }));

  await delivery.flush(forever());

  expect(heard.length).toBeGreaterThan(1);
  expect(heard.slice(0, -1)).toEqual(heard.slice(0, -1).map(() => ({ sinceMs: NOW_MS, waiting: 1 })));
  expect(heard.at(-1)).toBeUndefined();
});

test('a refusal is an answer: Slack was reached', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  const heard: (Unreached | undefined)[] = [];
  const { delivery } = deliver(outbox, slack.client, { onUnreached: (unreached) => heard.push(unreached) });
  slack.failures.push(new MonitorError('DELIVERY_CONTENT', 'no'));
  outbox.add(aNotice({ kind: 'card', card: aCard() }));

  await delivery.drain(forever());

  expect(heard).toEqual([]);
});

test('a long silence asked for by Slack is a problem that people see', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  const { delivery } = deliver(outbox, slack.client);
  slack.failures.push(new MonitorError('DELIVERY_RATE_LIMITED', 'hush', { retryAfterMs: 20 * 60_000 }));
  outbox.add(aNotice({ kind: 'card', card: aCard() }));

  await delivery.drain(forever());

  expect(delivery.state()).toEqual([expect.objectContaining({ message: expect.stringContaining('20 minutes') })]);
});

test('in any history of failures each subject is told completely and in the order of its decisions', async () => {
  const failure = fc.constantFrom(
    () => new MonitorError('DELIVERY_UNAVAILABLE', 'down', { retryable: true }),
    () => new MonitorError('DELIVERY_AMBIGUOUS', 'lost', { retryable: true }),
    () => new MonitorError('DELIVERY_RATE_LIMITED', 'hush', { retryAfterMs: 3000 }),
    () => new MonitorError('DELIVERY_CONTENT', 'no'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 15 }),
      fc.array(failure, { maxLength: 8 }),
      async (subjects, failures) => {
        const outbox = createMemoryOutbox();
        const slack = listSlack();
        const { delivery } = deliver(outbox, slack.client);
        slack.failures.push(...failures.map((make) => make()));
        subjects.forEach((subject, index) => {
          outbox.messages.set(`INC-${subject}`, { channelId: 'C1', ts: '0.000000', evidenceTs: undefined });
          outbox.add(
            aNotice(
              { kind: 'reply', text: 'words', broadcast: false },
              { subject: `INC-${subject}`, id: `${subject}:${index}` },
            ),
          );
        });

        // Parked content comes back after its five minutes.
        for (let round = 0; round < 4; round += 1) {
          await delivery.flush(forever());
          for (const row of outbox.rows) row.notBeforeMs = 0;
        }

        for (const subject of new Set(subjects)) {
          const told = slack.lines.map(({ id }) => id).filter((id) => id.startsWith(`${subject}:`));
          expect(told).toEqual(subjects.flatMap((each, index) => (each === subject ? [`${subject}:${index}`] : [])));
        }
      },
    ),
    { numRuns: propertyRuns(150) },
  );
});

test('a closed door is tried by one message only, however many wait behind it', async () => {
  const outbox = createMemoryOutbox();
  const slack = listSlack();
  const { delivery, clock } = deliver(outbox, slack.client);
  let tries = 0;
  slack.client.post = () => {
    tries += 1;
    return Promise.reject(new SlackBlocked('channel', 'Slack cannot post to "#x" (is_archived): unarchive it'));
  };
  for (let index = 0; index < 20; index += 1) {
    outbox.add(aNotice({ kind: 'card', card: aCard() }, { subject: `INC-${index}` }));
  }

  const counted: number[] = [];
  for (const minutes of [0, 1, 4.9, 5.1, 9, 10.3]) {
    clock.nowMs = NOW_MS + minutes * 60_000;
    await delivery.drain(forever());
    counted.push(tries);
  }

  expect(counted).toEqual([1, 1, 1, 2, 2, 3]);
});

test('sixty requests take no less than a minute after the first burst', () => {
  let nowMs = 0;
  const waitForTurn = createPace(() => nowMs);
  const sentAtMs = Array.from({ length: 60 }, () => {
    nowMs += waitForTurn('#alerts');
    return nowMs;
  });

  expect(sentAtMs.slice(0, 4)).toEqual([0, 0, 0, 1100]);
  expect(sentAtMs[59]).toBeGreaterThan(60_000);
  expect(waitForTurn('#other')).toBe(0);
});
