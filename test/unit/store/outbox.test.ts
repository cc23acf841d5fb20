import { expect, test } from 'vitest';
import type { Notice } from '../../../src/domain/notice.ts';
import { silentLog } from '../../../src/log.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { aCard, aNotice, aPass, aStore, NOW_MS } from './builders.ts';

const EVIDENCE = { kind: 'evidence', lines: ['[e1] Pod: exit code 1'] } as const;
const REPLY = { kind: 'reply', text: 'SEV-2 → SEV-1', broadcast: true } as const;
const END = aCard({ state: 'resolved' });

async function withNotices(...notices: readonly Notice[]): Promise<Store> {
  const store = await aStore();
  for (const notice of notices) await store.commitPass(aPass({ notices: [notice] }));
  return store;
}

/** Sends everything that is due, in the order in which it comes, and says what it was. */
async function drain(store: Store): Promise<readonly string[]> {
  const sent: string[] = [];
  for (;;) {
    const [row] = await store.outbox.due(NOW_MS, 1);
    if (row === undefined) return sent;
    await store.outbox.markSending(row.sequence, NOW_MS);
    await store.outbox.markSent(row.sequence, NOW_MS, undefined);
    sent.push(row.notice.id);
  }
}

test('one subject is delivered in order, one row at a time', async () => {
  const store = await withNotices(aNotice({ id: 'card' }), aNotice({ id: 'evidence', content: EVIDENCE }));
  expect((await store.outbox.due(NOW_MS, 10)).map(({ notice }) => notice.id)).toEqual(['card']);

  expect(await drain(store)).toEqual(['card', 'evidence']);
});

test('the most urgent subject comes first, whatever was decided first', async () => {
  const store = await withNotices(
    aNotice({ id: 'low', subject: 'A', severity: 'SEV-3' }),
    aNotice({ id: 'monitor', subject: 'monitor:budget', severity: 'monitor' }),
    aNotice({ id: 'high', subject: 'B', severity: 'SEV-1' }),
  );

  expect(await drain(store)).toEqual(['high', 'monitor', 'low']);
});

test.each([
  { what: 'a newer card replaces an unsent one', contents: [aCard(), aCard()], sent: ['1'] },
  {
    what: 'it takes the older place, so that the thread still comes behind its card',
    contents: [aCard(), EVIDENCE, aCard()],
    sent: ['2', '1'],
  },
  { what: 'a reply is never replaced', contents: [aCard(), REPLY, REPLY], sent: ['0', '1', '2'] },
  { what: 'an end right behind its unsent beginning is one message', contents: [aCard(), END], sent: ['1'] },
  { what: 'an end does not overtake a reply', contents: [aCard(), REPLY, END], sent: ['0', '1', '2'] },
])('$what', async ({ contents, sent }) => {
  const store = await withNotices(...contents.map((content, index) => aNotice({ id: String(index), content })));

  expect(await drain(store)).toEqual(sent);
});

test('a row that was tried is not replaced: its message may have landed', async () => {
  const store = await withNotices(aNotice({ id: 'tried' }));
  const [row] = await store.outbox.due(NOW_MS, 1);
  await store.outbox.markSending(row!.sequence, NOW_MS);
  await store.outbox.markRetry(row!.sequence, NOW_MS, 'timeout');
  await store.commitPass(aPass({ notices: [aNotice({ id: 'newer' })] }));

  expect((await store.outbox.due(NOW_MS, 1))[0]).toMatchObject({ attempts: 1, lastError: 'timeout' });
  expect(await drain(store)).toEqual(['tried', 'newer']);
});

test('a row waits for its time, and the outbox says when that is', async () => {
  const store = await withNotices(aNotice({ notBeforeMs: NOW_MS + 5_000 }));

  expect(await store.outbox.due(NOW_MS + 4_999, 10)).toEqual([]);
  expect(await store.outbox.nextDueAtMs(NOW_MS)).toBe(NOW_MS + 5_000);
  expect(await store.outbox.due(NOW_MS + 5_000, 10)).toHaveLength(1);
});

test('what is being sent is not due a second time, nor is anything behind it', async () => {
  const store = await withNotices(aNotice(), aNotice({ content: REPLY }));
  const [row] = await store.outbox.due(NOW_MS, 1);
  await store.outbox.markSending(row!.sequence, NOW_MS);

  expect(await store.outbox.due(NOW_MS, 10)).toEqual([]);
  expect(await store.outbox.nextDueAtMs(NOW_MS)).toBeUndefined();
  expect(await store.outbox.counts()).toMatchObject({ pending: 1, sending: 1, parked: 0 });
});

test('a parked row holds its subject until it is probed, other subjects flow', async () => {
  const store = await withNotices(aNotice({ id: 'a', subject: 'A' }), aNotice({ id: 'b', subject: 'B' }));
  const [row] = await store.outbox.due(NOW_MS, 1);
  await store.outbox.markSending(row!.sequence, NOW_MS);
  await store.outbox.park(row!.sequence, NOW_MS + 300_000, 'channel_not_found');

  expect((await store.outbox.due(NOW_MS, 10)).map(({ notice }) => notice.id)).toEqual(['b']);
  expect(await store.outbox.counts()).toMatchObject({ parked: 1 });
  expect((await store.outbox.due(NOW_MS + 300_000, 10)).map(({ status }) => status)).toContain('parked');
});

test('where a message stands is known until it is gone', async () => {
  const store = await withNotices(aNotice());
  const [row] = await store.outbox.due(NOW_MS, 1);
  await store.outbox.markSending(row!.sequence, NOW_MS);
  await store.outbox.markSent(row!.sequence, NOW_MS, { channelId: 'C1', ts: '1.2', evidenceTs: undefined });
  expect(await store.outbox.posted('INC-1')).toEqual({ channelId: 'C1', ts: '1.2', evidenceTs: undefined });

  await store.outbox.forgetPosted('INC-1');
  expect(await store.outbox.posted('INC-1')).toBeUndefined();
});

test('what waited before the cluster told its id is delivered once it has', async () => {
  const store = await openStore({ at: 'memory', now: () => NOW_MS, log: silentLog, redact: (text) => text });
  await store.commitPass(aPass({ notices: [aNotice({ id: 'early', subject: 'monitor:cluster' })] }));
  await store.identify('cluster-1');

  expect(await drain(store)).toEqual(['early']);
});
