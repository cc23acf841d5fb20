import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSlackClient } from '../../../src/delivery/slack/client.ts';
import { sleepQuietly as sleep } from '../../../src/wiring/time.ts';
import { createDelivery, type Delivery } from '../../../src/delivery/worker.ts';
import { startSlackStandIn, type SlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import { silentLog } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { aCard, anAnalysedCard, aNotice } from '../../unit/delivery/builders.ts';
import { aPass } from '../../unit/store/builders.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delivery-'));
});
afterAll(() => rm(folder, { recursive: true }));

const forever = (): AbortSignal => new AbortController().signal;

async function open(name: string): Promise<Store> {
  const store = await openStore({
    at: { file: join(folder, name) },
    now: Date.now,
    log: silentLog,
    redact: (text) => text,
  });
  await store.identify('cluster-1');
  return store;
}

function deliveryOf(
  store: Store,
  slack: SlackStandIn,
  dieAt?: string,
): { readonly delivery: Delivery; readonly died: Promise<void> } {
  const died = Promise.withResolvers<void>();
  const delivery = createDelivery({
    outbox: store.outbox,
    slack: createSlackClient({
      readToken: () => new Secret(slack.token),
      apiUrl: slack.url,
      log: silentLog,
      now: Date.now,
      timeoutMs: 1000,
    }),
    enabled: () => true,
    now: Date.now,
    sleep,
    random: () => 0.01,
    log: silentLog,
    step: (name) => {
      if (name !== dieAt) return Promise.resolve();
      died.resolve();
      return new Promise(() => undefined);
    },
  });
  return { delivery, died: died.promise };
}

const told = (id: string) =>
  aNotice({ kind: 'card', card: aCard() }, { id, decidedAtMs: Date.now(), notBeforeMs: Date.now() - 1 });

test('a message in doubt is cleared up within the process, with the outbox on disk', async () => {
  await using slack = await startSlackStandIn({
    faults: [{ method: 'chat.postMessage', occurrence: 1, fault: { kind: 'reset', stored: true } }],
  });
  await using store = await open('doubt.db');
  await store.commitPass(aPass({ notices: [told('d-1')] }));
  const { delivery } = deliveryOf(store, slack);

  await delivery.flush(AbortSignal.timeout(10_000));

  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(await store.outbox.counts()).toMatchObject({ pending: 0, sending: 0, parked: 0 });
});

test('parked rows go out in order as soon as the token is right, with the outbox on disk', async () => {
  await using slack = await startSlackStandIn({ token: 'xoxb-right' });
  await using store = await open('parked.db');
  for (const subject of ['INC-1', 'INC-2']) {
    await store.commitPass(aPass({ notices: [{ ...told(subject), subject }] }));
  }
  let token = 'xoxb-wrong';
  const delivery = createDelivery({
    outbox: store.outbox,
    slack: createSlackClient({ readToken: () => new Secret(token), apiUrl: slack.url, log: silentLog, now: Date.now }),
    enabled: () => true,
    now: Date.now,
    sleep,
    random: () => 0.01,
    log: silentLog,
  });
  await delivery.drain(forever());
  const refused = slack.requests.length;
  token = 'xoxb-right';

  await delivery.drain(forever());

  expect(refused).toBe(1);
  expect(slack.messages('critical-alerts').map(({ metadata }) => metadata?.event_payload['subject'])).toEqual([
    'INC-1',
    'INC-2',
  ]);
});

test.each([
  'delivery: before sending',
  'delivery: sending committed',
  'delivery: answered',
  'delivery: sent committed',
])(
  'a process that ends at "%s" has told exactly once when the next one is done, and edits the same message',
  async (step) => {
    await using slack = await startSlackStandIn();
    const file = `${step.replace(/\W+/g, '-')}.db`;
    {
      await using store = await open(file);
      await store.commitPass(aPass({ notices: [told('d-1')] }));
      const { delivery, died } = deliveryOf(store, slack, step);
      void delivery.drain(forever());
      await died;
    }

    await using store = await open(file);
    const { delivery } = deliveryOf(store, slack);
    await delivery.drain(forever());
    const edit = aNotice(
      { kind: 'card', card: anAnalysedCard() },
      { decidedAtMs: Date.now(), notBeforeMs: Date.now() - 1 },
    );
    await store.commitPass(aPass({ notices: [edit] }));
    await delivery.drain(forever());

    expect(slack.messages('critical-alerts').map(({ edits }) => edits.length)).toEqual([1]);
    expect(slack.violations).toEqual([]);
  },
);
